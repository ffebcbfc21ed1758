"""Typed text, as orders and settings."""
