"""The levels of a book that is told as a whole, turned into orders that come, change and leave: one order a level."""

import msgspec

from p2p.base.units import Price, Quantity, Side
from p2p.messages import Order
from p2p.protocol.mqtt_topics import LEVELS_SHOWN, Book


class Levels:
    """The levels that were told, by side and price, as the orders that stand for them."""

    def __init__(self) -> None:
        self._told: dict[tuple[Side, Price], Order] = {}
        self._numbers = 0

    def become(self, book: Book) -> list[Order]:
        """The orders that make this book of the one told before; orders that leave come first."""
        sides: tuple[tuple[Side, list[tuple[Price, Quantity]]], ...] = (("bid", book.bids), ("ask", book.asks))
        now = {(side, price): size for side, levels in sides for price, size in levels[:LEVELS_SHOWN] if size > 0}
        gone = [place for place in self._told if place not in now]
        left = [msgspec.structs.replace(self._told.pop(place), quantity=0) for place in gone]
        return left + [order for place, size in now.items() if (order := self._becomes(place, size))]

    def _becomes(self, place: tuple[Side, Price], size: Quantity) -> Order | None:
        """The order of a level, new or of another quantity; None where it is as it was."""
        told = self._told.get(place)
        if told is not None and told.quantity == size:
            return None
        self._numbers += told is None
        self._told[place] = Order(told.order if told else self._numbers, *place, size)
        return self._told[place]
