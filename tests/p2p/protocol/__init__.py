"""Tests of p2p/protocol."""
