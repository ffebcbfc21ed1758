"""Tests of p2p's public face."""
