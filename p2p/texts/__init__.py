"""Sentences that subjects read: `catalogue` renders them, en.toml has them in English. No file is read in here."""
