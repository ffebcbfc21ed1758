"""Environments: who holds which values and costs, one file each."""
