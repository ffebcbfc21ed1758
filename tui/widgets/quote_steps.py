"""The standing bid and ask as steps over a period: a line as long as a quote stood, in cells, both sides told apart.

A cell of a terminal has one sign in one colour. Where bid and ask share a row, its cells take turns. The ask runs along
their top, the bid along their bottom. So neither hides the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from p2p.base.units import Duration, Price, Side
from p2p.information.view_state import SideView

LINES = "⠉⠒⠤⣀"
"""A line across a cell, from its top to its bottom."""
UPRIGHT = "│"
"""Between two steps."""
ABOVE, BELOW = "▲", "▼"
"""A quote beyond the axis, which stands now."""


@dataclass(frozen=True)
class Step:
    """A quote that stood from one time to another."""

    begin_us: Duration
    end_us: Duration
    price: Price


def steps(side: SideView, now_us: Duration) -> list[Step]:
    """The quotes of a side, each as long as it stood; the one that stands does so until now."""
    path = side.path
    ends = [at for at, _ in path[1:]] + [now_us]
    return [Step(at, max(at, end), price) for (at, price), end in zip(path, ends, strict=False) if price is not None]


@dataclass(frozen=True)
class Frame:
    """The part of a chart that holds data: columns over the period's length, rows over the axis."""

    columns: int
    rows: int
    length_us: Duration
    low: float
    high: float
    now_us: Duration = 0

    def column(self, at: Duration) -> int:
        """The column of a time."""
        return min(self.columns - 1, max(0, at * self.columns // max(1, self.length_us)))

    def quarter(self, price: float) -> int:
        """Which quarter of a row a price is in, from the top; below 0 and beyond the rows where it is off the axis."""
        share = (self.high - price) / (self.high - self.low)
        return int(share * self.rows * len(LINES) // 1)


@dataclass(frozen=True)
class Cell:
    """A sign in a cell of the frame, and whose it is."""

    column: int
    row: int
    sign: str
    side: Side


def cells(bids: Sequence[Step], asks: Sequence[Step], frame: Frame) -> list[Cell]:
    """The signs of both sides' steps; where both are in a cell, cells are the ask's and the bid's in turn."""
    bid, ask = _heights(bids, frame), _heights(asks, frame)
    found: dict[tuple[int, int], Cell] = {}
    for cell in (*_uprights("bid", bid, frame), *_uprights("ask", ask, frame)):
        found[cell.column, cell.row] = cell
    for cell in (*_levels("bid", bid, frame), *_levels("ask", ask, frame)):
        at = cell.column, cell.row
        shared = at in found and found[at].sign != UPRIGHT
        if not shared:
            found[at] = cell
        elif cell.column % 2:
            found[at] = Cell(*at, LINES[0], "ask")
        else:
            found[at] = Cell(*at, LINES[-1], "bid")
    return list(found.values())


def _heights(quotes: Iterable[Step], frame: Frame) -> dict[int, int]:
    """The last quote of each column: its height in quarters of a row."""
    return {
        column: frame.quarter(quote.price)
        for quote in quotes
        for column in range(frame.column(quote.begin_us), frame.column(max(quote.begin_us, quote.end_us - 1)) + 1)
    }


def _levels(side: Side, heights: dict[int, int], frame: Frame) -> Iterable[Cell]:
    """The level parts of a side's line; a mark where it stands now, off the axis."""
    last = max(heights, default=None)
    for column, quarter in heights.items():
        row = quarter // len(LINES)
        if 0 <= row < frame.rows:
            yield Cell(column, row, LINES[quarter % len(LINES)], side)
        elif column == last == frame.column(frame.now_us - 1):
            yield Cell(column, 0 if row < 0 else frame.rows - 1, ABOVE if row < 0 else BELOW, side)


def _uprights(side: Side, heights: dict[int, int], frame: Frame) -> Iterable[Cell]:
    """The upright parts of a side's line, between neighbouring columns."""
    for column, quarter in heights.items():
        before = heights.get(column - 1)
        if before is not None:
            upper, lower = sorted((quarter // len(LINES), before // len(LINES)))
            for row in range(max(0, upper + 1), min(frame.rows, lower)):
                yield Cell(column, row, UPRIGHT, side)


NEAR = 2
"""A quote is on the axis if it is no more than so many times the highest contract, nor less than the lowest by it."""
NEAR_AT_FIRST = 4
"""Before the first contract: no more than so many times one's own value, or the lower of the standing quotes."""
LONG = 20
"""A quote that is gone is fitted if it stood for this part of the period: one in so many."""


def limits(
    contracts: Sequence[Price],
    standing: Sequence[Price],
    gone: Sequence[Step],
    length_us: Duration,
    value: Price | None = None,
) -> tuple[Price, Price] | None:
    """The prices that the axis is to hold; None where there are none.

    Contracts are on it always. A quote is, unless it is absurd beside them. Before the first contract it is compared
    with one's own value. The axis is for the prices of the market, not for one order at 4000.
    """
    lasting = [quote.price for quote in gone if (quote.end_us - quote.begin_us) * LONG >= length_us]
    quotes = [*standing, *lasting]
    if contracts:
        low, high = min(contracts) / NEAR, max(contracts) * NEAR
        quotes = [price for price in quotes if low <= price <= high]
    elif value is not None:
        quotes = [price for price in quotes if price <= max(value, min(standing, default=0)) * NEAR_AT_FIRST]
    shown = [*contracts, *quotes]
    return (min(shown), max(shown)) if shown else None
