"""Stages of a session beside trade: where each person is in them, what they have answered, when all are done."""
