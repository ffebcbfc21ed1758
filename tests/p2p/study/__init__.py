"""Tests of p2p/study."""
