"""Tests of the market itself, room by room."""
