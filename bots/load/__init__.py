"""The load of `pit load`: traders at a pace, and its measurements."""
