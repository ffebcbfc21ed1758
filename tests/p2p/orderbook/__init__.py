"""Tests of p2p/orderbook."""
