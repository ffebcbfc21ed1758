"""Recordings: the journal's format, its store, and what is made of it afterwards."""
