"""The parts of a screen, one file each. Each has `show(view)` and touches nothing where nothing has changed."""
