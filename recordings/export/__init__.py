"""Recordings as tables."""
