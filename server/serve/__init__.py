"""The command `pit serve`, and what it does round a session."""
