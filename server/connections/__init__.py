"""Connections: their log-ins, their limits of pace, and the facts still to be sent to each."""
