"""Agents that meet: which gains most, and how surely."""
