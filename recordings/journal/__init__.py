"""The journal: its format, its file, and its replay."""
