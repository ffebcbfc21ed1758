"""What an experimenter writes: the scenario's tables, their check, and what follows from them alone."""
