"""One side of a book: price levels in order, each a queue by arrival, the best at hand.

A cancelled order stays in its queue, with quantity 0, until the queue is swept; readers pass over it.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator

import msgspec

from p2p.base.units import Side

SWEEP_MIN = 32
"""A level is swept of orders that have left it once there are this many and they are the majority of the queue."""


class Order(msgspec.Struct, gc=False):
    """A limit order; `quantity` is the untraded part of it, 0 once it is filled or cancelled."""

    order_id: int
    is_buy: bool
    price: float
    quantity: float
    trader: int = -1

    @property
    def side(self) -> Side:
        """The side of the book it rests on."""
        return "bid" if self.is_buy else "ask"


class Level(msgspec.Struct, gc=False):
    """The queue at one price: orders[first:] by arrival, `dead` of them cancelled; the first is never a dead one."""

    price: float
    orders: list[Order]
    first: int = 0
    dead: int = 0


class BookSide:
    """One side of the book, iterated best first; `count` orders rest there.

    `ladder` holds the keys of the levels, rising, the best last: the price of a bid, the negated price of an ask.
    """

    __slots__ = ("count", "is_buy", "ladder", "levels", "top")

    def __init__(self, is_buy: bool) -> None:
        self.is_buy = is_buy
        self.levels: dict[float, Level] = {}
        self.ladder: list[float] = []
        self.top: Level | None = None
        self.count = 0

    def best(self) -> Order | None:
        """The order that would trade next."""
        top = self.top
        return None if top is None else top.orders[top.first]

    def __iter__(self) -> Iterator[Order]:
        levels = self.levels
        for key in reversed(self.ladder):
            level = levels[key]
            for index in range(level.first, len(level.orders)):
                order = level.orders[index]
                if order.quantity > 0:
                    yield order

    def by_level(self) -> Iterator[Level]:
        """The levels, best first."""
        levels = self.levels
        for key in reversed(self.ladder):
            yield levels[key]

    def seek(self, test: Callable[[float], bool], near: float) -> tuple[int, Order | None]:
        """The first order whose price passes, and how many come before it; reads levels, not orders.

        Read best first, the test must be false and then true for good; `near` is a price close to where it turns.
        """
        ladder, sign = self.ladder, 1 if self.is_buy else -1
        index = bisect_left(ladder, sign * near)
        while index < len(ladder) and test(sign * ladder[index]):
            index += 1
        while index > 0 and not test(sign * ladder[index - 1]):
            index -= 1
        levels = self.levels
        before = 0
        for key in ladder[index:]:
            level = levels[key]
            before += len(level.orders) - level.first - level.dead
        if index == 0:
            return before, None
        level = levels[ladder[index - 1]]
        return before, level.orders[level.first]

    def rest(self, order: Order) -> None:
        """Queue an order behind those of its price, without matching."""
        key = order.price if self.is_buy else -order.price
        level = self.levels.get(key)
        if level is None:
            self.open(key, order)
        else:
            level.orders.append(order)
        self.count += 1

    def open(self, key: float, order: Order) -> None:
        """Make the level of an order that is the first at its price."""
        level = self.levels[key] = Level(order.price, [order])
        ladder = self.ladder
        if not ladder or key > ladder[-1]:
            ladder.append(key)
            self.top = level
        else:
            insort(ladder, key)

    def rest_all(self, orders: Iterable[Order]) -> None:
        """Queue many orders in the order given, without matching; the ladder is put in order once."""
        is_buy, levels = self.is_buy, self.levels
        opened: list[float] = []
        added = 0
        for order in orders:
            key = order.price if is_buy else -order.price
            level = levels.get(key)
            if level is None:
                levels[key] = Level(order.price, [order])
                opened.append(key)
            else:
                level.orders.append(order)
            added += 1
        self.count += added
        if opened:
            self.ladder += opened
            self.ladder.sort()
            self.top = levels[self.ladder[-1]]

    def drop_head(self) -> None:
        """Take the best order away, and its level with the last one."""
        level = self.top
        assert level is not None
        self.count -= 1
        first = level.first + 1
        orders = level.orders
        level.first = first
        if first == len(orders):
            self._close(level)
        elif level.dead or (first >= SWEEP_MIN and first * 2 > len(orders)):
            self._pass_dead(level)

    def discard(self, order: Order) -> None:
        """Take any resting order away: a cancelled one, with quantity 0 already."""
        level = self.levels[order.price if self.is_buy else -order.price]
        self.count -= 1
        level.dead += 1
        if level.orders[level.first] is order:
            self._pass_dead(level)
        elif level.dead >= SWEEP_MIN and level.dead * 2 > len(level.orders) - level.first:
            level.orders = [o for o in level.orders[level.first :] if o.quantity > 0]
            level.first = level.dead = 0

    def _pass_dead(self, level: Level) -> None:
        """Let the first order of a level be a live one again, and drop what lies before it once that is much."""
        orders, first = level.orders, level.first
        while first < len(orders) and orders[first].quantity <= 0:
            first += 1
            level.dead -= 1
        if first >= SWEEP_MIN and first * 2 > len(orders):
            del orders[:first]
            first = 0
        level.first = first
        if first == len(orders):
            self._close(level)

    def _close(self, level: Level) -> None:
        """Forget a level in which nothing is left."""
        ladder = self.ladder
        key = level.price if self.is_buy else -level.price
        del self.levels[key]
        if ladder[-1] == key:
            ladder.pop()
            self.top = self.levels[ladder[-1]] if ladder else None
        else:
            del ladder[bisect_left(ladder, key)]
