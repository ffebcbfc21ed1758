"""Robots on connections: one, or a fleet in one process."""
