"""Tests of p2p/analysis."""
