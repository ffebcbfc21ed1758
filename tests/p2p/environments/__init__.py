"""Tests of p2p/environments."""
