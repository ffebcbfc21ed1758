"""The experimenter's file: the scenario's tables, their check, and all that follows from them alone."""
