"""Widgets of the terminal, one file each."""
