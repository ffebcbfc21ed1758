"""Resting orders and their matching, for whole numbers and floats alike."""
