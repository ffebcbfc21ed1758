"""Unit values and costs, and the equilibrium of those of all traders."""
