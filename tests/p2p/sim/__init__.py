"""Tests of p2p/sim."""
