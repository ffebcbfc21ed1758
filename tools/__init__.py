"""Tools for builders of the lab: nothing here is part of what is installed."""
