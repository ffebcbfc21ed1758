"""Tables of sessions: their columns, and the files."""
