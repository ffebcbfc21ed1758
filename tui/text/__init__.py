"""Sentences of the terminal."""
