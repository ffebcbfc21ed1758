"""The load of `pit load`: traders at a pace, and what was measured of them."""
