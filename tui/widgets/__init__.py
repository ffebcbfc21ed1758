"""The parts of a screen, one file each. Each has `show(model, now)` and touches nothing where nothing has changed."""
