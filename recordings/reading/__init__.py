"""What a recording says: history, participants, replay."""
