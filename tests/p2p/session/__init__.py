"""Tests of p2p/session."""
