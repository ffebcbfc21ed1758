"""Tests of p2p/scenario."""
