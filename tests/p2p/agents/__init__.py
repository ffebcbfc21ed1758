"""Tests of p2p/agents."""
