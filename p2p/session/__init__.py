"""The state machine of a session, and what it consists of."""
