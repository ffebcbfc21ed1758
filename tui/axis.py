"""The price axis of a chart: limits and round labels that stand the same number of rows apart.

A terminal's rows are few, so labels that are even in price are uneven on the screen unless the limits are chosen for
them: here a row is a whole part of the step between two labels, and a labelled price lies in the middle of its row.
"""

from dataclasses import dataclass
from math import ceil, floor

from p2p.units import PRICE_MAX, Price

ROUND = (1, 2, 5)
"""Steps that people count in, times a power of ten."""
POWERS = range(len(str(PRICE_MAX)) + 1)
"""Beyond any price."""
ROWS_APART = range(2, 6)
"""How many rows a label is from the next: closer they are a ladder, farther apart one has to reckon."""
LABELS_MIN = 3
"""So many steps fit on the axis where it has the rows for them: two labels do not show that they are even."""


@dataclass(frozen=True)
class Axis:
    """The lowest and the highest price that a chart shows, and the labelled prices, from low to high."""

    low: float
    high: float
    labels: tuple[Price, ...]


def axis(low: float, high: float, rows: int, price_min: Price, price_max: Price) -> Axis:
    """The axis on so many rows that shows the prices from low to high, most finely; no label is beyond the limits."""
    rows = max(2, rows)
    apart, step = min(_fitting(low, high, rows), key=lambda fit: (fit[1] / fit[0], fit[0]))
    row = step / apart
    first = _lowest(low, high, rows, row)
    if first * row < price_min <= low:
        first = min(_row(low, row), ceil(price_min / row))
    bottom = (first - 0.5) * row
    top = bottom + rows * row
    labels = range(ceil(max(price_min, bottom) / step), floor(min(price_max, top) / step) + 1)
    return Axis(bottom, top, tuple(step * number for number in labels))


def _fitting(low: float, high: float, rows: int) -> list[tuple[int, int]]:
    """For each distance between labels the finest round step with which the prices have room: rows apart, step."""
    fitting = []
    for apart in ROWS_APART:
        if apart == ROWS_APART[0] or rows >= apart * LABELS_MIN:
            steps = (unit * 10**power for power in POWERS for unit in ROUND)
            fitting.append((apart, next(step for step in steps if _rows(low, high, step / apart) <= rows)))
    return fitting


def _rows(low: float, high: float, row: float) -> int:
    return _row(high, row) - _row(low, row) + 1


def _row(price: float, row: float) -> int:
    """Which row, counted from price 0, a price is drawn in."""
    return floor(price / row + 0.5)


def _lowest(low: float, high: float, rows: int, row: float) -> int:
    """The row at the bottom: what is to spare is shared between both ends."""
    return _row(low, row) - (rows - _rows(low, high, row)) // 2
