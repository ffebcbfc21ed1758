"""The server's log and its figures."""
