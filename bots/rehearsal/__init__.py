"""A rehearsal of a session: robots as people go through all its stages, and figures say whether it can be held."""
