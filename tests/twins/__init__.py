"""Naive twins: slow, short, right at a glance."""
