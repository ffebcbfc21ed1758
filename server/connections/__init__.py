"""Connections: who they are, how fast they may be, what each is still to be told."""
