"""Agents: decision rules, one file each."""
