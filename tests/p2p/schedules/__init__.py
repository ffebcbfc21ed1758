"""Tests of p2p/schedules."""
