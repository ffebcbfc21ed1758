"""The public side of a session on a broker."""
