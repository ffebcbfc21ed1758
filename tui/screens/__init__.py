"""Screens of the terminal, one file each."""
