"""A recording as it is read: history, participants, replay."""
