"""The planner's bound of an interval: orders resting at its start, then all submitted in it, paired best with best.

Only the crossing part is read. Orders trade best first, so the initial side is the orders traded, followed by those of
then that still rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from operator import itemgetter

from p2p.orderbook.book import Book, BookSide, Fill, Order
from p2p.orderbook.pairwise_clearing import Quote, greedy_surplus
from p2p.sim.study.v4.measures import Trade

Touched = list[tuple[Order, float]]
"""Orders of before the interval that have traded in it, in that order, and what each had; the last may still rest."""


def as_it_stood(touched: Touched, side: BookSide, first_id: int) -> Iterator[Quote]:
    """A side at the interval's start, best first; orders numbered from `first_id` on have come since."""
    for order, before in touched:
        yield order.price, before
    last = touched[-1][0] if touched else None
    for level in side.by_level():
        for order in islice(level.orders, level.first, None):
            if order.order_id >= first_id:
                break
            if order is not last:
                yield order.price, order.quantity


def merged(resting: Iterator[Quote], submitted: list[Quote], is_buy: bool) -> Iterator[Quote]:
    """Resting and submitted quotes (each best first) as one; at equal prices those that rested come first."""
    waiting = next(resting, None)
    for quote in submitted:
        price = quote[0]
        while waiting is not None and (waiting[0] >= price if is_buy else waiting[0] <= price):
            yield waiting
            waiting = next(resting, None)
        yield quote
    if waiting is not None:
        yield waiting
        yield from resting


def planners_bound(
    resting: tuple[Iterator[Quote], Iterator[Quote]],
    submitted: tuple[list[Quote], list[Quote]],
    capacity: float | None,
) -> float:
    """The most that an interval's quotes could have yielded; each pair is bids, asks."""
    bids = sorted(submitted[0], key=itemgetter(0), reverse=True)
    asks = sorted(submitted[1], key=itemgetter(0))
    return greedy_surplus(merged(resting[0], bids, True), merged(resting[1], asks, False), capacity)


class Turn:
    """An interval of the continuous market: the orders submitted, the trades, the book at its start."""

    __slots__ = ("book", "fills", "first_id", "next_id", "submitted", "touched", "trades")

    def __init__(self, book: Book, first_id: int) -> None:
        self.book = book
        self.first_id = self.next_id = first_id
        self.fills: list[Fill] = []
        self.trades: list[Trade] = []
        self.submitted: tuple[list[Quote], list[Quote]] = ([], [])
        self.touched: tuple[Touched, Touched] = ([], [])

    def submit(self, is_buy: bool, price: float, held_price: float, quantity: float) -> None:
        """Send an order to the book, which holds it at a price that may differ from the one submitted."""
        self.submitted[0 if is_buy else 1].append((price, quantity))
        fills = self.fills
        self.book.submit(self.next_id, is_buy, held_price, quantity, fills)
        self.next_id += 1
        if not fills:
            return
        touched = self.touched[1 if is_buy else 0]
        for maker, traded, before in fills:
            paid = maker.price
            self.trades.append((held_price, paid, traded, paid) if is_buy else (paid, held_price, traded, paid))
            if maker.order_id < self.first_id and not (touched and touched[-1][0] is maker):
                touched.append((maker, before))
        fills.clear()

    def bound(self, capacity: float | None) -> float:
        """The planner's bound, once all have acted."""
        bids = as_it_stood(self.touched[0], self.book.bids, self.first_id)
        asks = as_it_stood(self.touched[1], self.book.asks, self.first_id)
        return planners_bound((bids, asks), self.submitted, capacity)
