"""The journal: its format, its file, and what is run again from it."""
