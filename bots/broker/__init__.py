"""Listeners to a broker, and simulated meters on one."""
