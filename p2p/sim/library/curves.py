"""Supply and demand, drawn with letters: prices upward, units to the right."""

from collections.abc import Iterator, Sequence

from p2p.base.units import Price
from p2p.messages import Schedule
from p2p.schedules.equilibrium import demand, supply

ROWS = 16
"""Rows of prices: with the sheet's head a terminal of 24 lines has them."""
COLUMNS_MAX = 96
"""Columns of units, so that a line fits into 120."""
DEMAND, SUPPLY, BOTH, PRICE = "#", "o", "*", "-"


def curves(schedules: Sequence[Schedule], p0: float | None) -> Iterator[str]:
    """A picture of both curves, `#` demand, `o` supply, and a line at the competitive price."""
    bids = [step.value for step in demand(schedules) for _ in range(step.quantity)]
    asks = [step.value for step in supply(schedules) for _ in range(step.quantity)]
    many = max(len(bids), len(asks))
    if not many:
        return
    bids, asks = _sampled(bids, many), _sampled(asks, many)
    units = max(len(bids), len(asks))
    low, high = min(*bids, *asks), max(*bids, *asks)
    wide = max(1, min(4, COLUMNS_MAX // units))
    yield ""
    for row in range(ROWS):
        line = "".join(
            _sign(_row(side_bid, low, high) == row, _row(side_ask, low, high) == row, _row(p0, low, high) == row) * wide
            for side_bid, side_ask in _pairs(bids, asks, units)
        )
        price = high - (high - low) * row / (ROWS - 1)
        label = f"{p0:g}" if p0 is not None and _row(p0, low, high) == row else f"{price:.0f}"
        yield f" {label:>9} {line}".rstrip()
    yield f"           1{many:>{max(2, units * wide - 1)}}   units; {DEMAND} demand, {SUPPLY} supply, {BOTH} both"


def _sampled(values: list[Price], many: int) -> list[Price]:
    """Every n-th unit, where there are more units than columns."""
    return values[:: -(-many // COLUMNS_MAX)]


def _pairs(bids: list[Price], asks: list[Price], units: int) -> Iterator[tuple[Price | None, Price | None]]:
    for k in range(units):
        yield bids[k] if k < len(bids) else None, asks[k] if k < len(asks) else None


def _row(price: float | None, low: Price, high: Price) -> int:
    """The row of a price, from the top; -1 without one."""
    if price is None:
        return -1
    return 0 if high == low else round((high - price) / (high - low) * (ROWS - 1))


def _sign(bid: bool, ask: bool, price: bool) -> str:
    if bid and ask:
        return BOTH
    return DEMAND if bid else SUPPLY if ask else PRICE if price else " "
