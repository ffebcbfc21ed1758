"""The offers opposite to an agent, as far as it may see them: all, the best only, or a call's book with ranks.

Offers come best first and lazily, so an agent that looks at three pays for three. `seek` serves an agent that would
read on for a price: it says how many offers were passed over without walking through each of them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from p2p.orderbook.book import BookSide, Order

Test = Callable[[float], bool]
"""A test of a price that, offers read best first, is false and then true for good."""


class Offers(Protocol):
    """Offers of one side, best first. A `BookSide` of the book is one."""

    @property
    def count(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[Order]: ...

    def best(self) -> Order | None:
        """The first offer."""

    def seek(self, test: Test, near: float) -> tuple[int, Order | None]:
        """The first offer whose price passes, and how many come before it; `near`: a price about there."""


class Ticker:
    """The information set `ticker`: no more than the best offer."""

    __slots__ = ("best", "side")

    def __init__(self, side: BookSide) -> None:
        self.side = side
        self.best = side.best

    @property
    def count(self) -> int:
        """One, or none."""
        return 1 if self.side.count else 0

    def __iter__(self) -> Iterator[Order]:
        order = self.best()
        if order is not None:
            yield order

    def seek(self, test: Test, near: float) -> tuple[int, Order | None]:
        """The best offer if it passes."""
        order = self.best()
        if order is None:
            return 0, None
        return (0, order) if test(order.price) else (1, None)


class Ranked:
    """A side of a call's book, where nearly every order has a price of its own: ranks are found by bisection.

    Every change of the side must be reported: `rested` and `traded`. `keys` has one entry an order, rising, the best
    last.
    """

    __slots__ = ("best", "keys", "side", "sign")

    def __init__(self, side: BookSide) -> None:
        self.side = side
        self.best = side.best
        self.sign = 1 if side.is_buy else -1
        self.keys: list[float] = []

    @property
    def count(self) -> int:
        """All that rest."""
        return self.side.count

    def __iter__(self) -> Iterator[Order]:
        return iter(self.side)

    def rested(self, prices: Iterable[float]) -> None:
        """Orders at these prices have come to rest."""
        sign = self.sign
        self.keys.extend([sign * price for price in prices])
        self.keys.sort()

    def traded(self) -> None:
        """Orders have left, the best ones first."""
        del self.keys[self.side.count :]

    def seek(self, test: Test, near: float) -> tuple[int, Order | None]:
        """The first offer whose price passes, found by bisection and a few tests."""
        keys, sign = self.keys, self.sign
        index = bisect_left(keys, sign * near)
        while index < len(keys) and test(sign * keys[index]):
            index += 1
        while index > 0 and not test(sign * keys[index - 1]):
            index -= 1
        if index == 0:
            return len(keys), None
        level = self.side.levels[keys[index - 1]]
        return len(keys) - index, level.orders[level.first]
