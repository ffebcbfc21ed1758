"""Tests of p2p/institutions."""
