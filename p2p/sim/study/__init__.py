"""The study of satisficers against optimizers: its model, its runs, its results."""
