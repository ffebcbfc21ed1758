"""The price axis of a chart: limits and round labels that stand the same number of rows apart.

A terminal's rows are few, so labels that are even in price are uneven on the screen unless the limits are chosen for
them. Here a row is a whole part of the step between two labels, and a labelled price lies in the middle of its row.
"""

from dataclasses import dataclass
from math import ceil, floor

from p2p.base.units import PRICE_MAX, Price

ROUND = (1, 2, 5)
"""Steps that people count in, times a power of ten."""
POWERS = range(len(str(PRICE_MAX)) + 1)
"""Beyond any price."""
ROWS_APART = range(2, 6)
"""How many rows a label is from the next: closer they are a ladder, farther apart one has to reckon."""
LABELS_MIN = 3
"""An axis has so many labels where its rows allow: two do not show that they are even."""


@dataclass(frozen=True)
class Axis:
    """The lowest and the highest price that a chart shows, and the labelled prices, from low to high."""

    low: float
    high: float
    labels: tuple[Price, ...]


def axis(low: float, high: float, rows: int, price_min: Price, price_max: Price) -> Axis:
    """The axis on so many rows that shows the prices from low to high, most finely; no label is beyond the limits.

    A finer one that has too few labels gives way to one that has more.
    """
    rows = max(2, rows)
    found = []
    for apart, step in _fitting(low, high, rows):
        one = _axis(low, high, rows, step, step / apart, price_min, price_max)
        found.append((-min(len(one.labels), LABELS_MIN), step / apart, apart, one))
    return min(found, key=lambda fit: fit[:-1])[-1]


def _axis(low: float, high: float, rows: int, step: int, row: float, price_min: Price, price_max: Price) -> Axis:
    """An axis whose rows are of that height, with a label at every step."""
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
