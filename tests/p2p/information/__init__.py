"""Tests of p2p/information."""
