"""Scores of recordings, beside simulated baselines."""
