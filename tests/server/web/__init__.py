"""The lab's own page: its fold and its line, run by Node."""
