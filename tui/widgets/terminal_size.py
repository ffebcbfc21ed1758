"""How large a terminal the screens need."""

from textual.geometry import Size

WIDTH_MIN, HEIGHT_MIN = 80, 24
"""Columns and rows in which every screen can be read: the size of terminals since the VT100."""


def too_small(size: Size) -> bool:
    """Whether a terminal of this size has no room for the screens."""
    return size.width < WIDTH_MIN or size.height < HEIGHT_MIN
