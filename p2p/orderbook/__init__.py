"""Resting orders and how they meet, for whole numbers and floats alike."""
