"""The commands of simulation: pit simulate, tournament, agents, scenarios."""
