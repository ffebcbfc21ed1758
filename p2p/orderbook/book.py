"""A price–time priority book: two sides of levels, each level a queue, orders found again by their number.

Numbers are in the units of the market: integers in every live market, floats in the v4 model, which must reproduce
published digits. The book only compares, subtracts and negates, so it does not care; nothing here rounds.

The cost of each step, n being the orders resting and L the price levels of one side:

    best order                       O(1)
    add at an old level, cancel      O(1), amortised over the sweeping of cancelled orders
    add at a new level               O(log L) comparisons and one memory move of L words
    match                            O(1) for each resting order consumed
    iterate best first               O(1) for each order looked at
"""

from __future__ import annotations

from p2p.base.units import Side
from p2p.orderbook.price_levels import BookSide, Order

__all__ = ["Book", "BookSide", "Fill", "Order"]

Fill = tuple[Order, float, float]
"""The resting order, the quantity that traded at its price, and what it had before."""


class Book:
    """Bids and asks, and every resting order by its number."""

    __slots__ = ("asks", "bids", "orders")

    def __init__(self) -> None:
        self.bids = BookSide(True)
        self.asks = BookSide(False)
        self.orders: dict[int, Order] = {}

    def submit(
        self, order_id: int, is_buy: bool, price: float, quantity: float, fills: list[Fill], trader: int = -1
    ) -> Order | None:
        """Trade the quantity that crosses, at the resting orders' prices, best first; rest the remainder and return it.

        Appends to `fills` in the order of trading. The caller answers for a number that is new and a quantity above 0.
        """
        if is_buy:
            own, other = self.bids, self.asks
        else:
            own, other = self.asks, self.bids
        level = other.top
        while level is not None and (level.price <= price if is_buy else level.price >= price):
            maker = level.orders[level.first]
            before = maker.quantity
            if quantity < before:
                maker.quantity = before - quantity
                fills.append((maker, quantity, before))
                return None
            fills.append((maker, before, before))
            quantity -= before
            maker.quantity = 0
            del self.orders[maker.order_id]
            other.drop_head()
            if quantity <= 0:
                return None
            level = other.top
        order = self.orders[order_id] = Order(order_id, is_buy, price, quantity, trader)
        key = price if is_buy else -price
        level = own.levels.get(key)
        if level is None:
            own.open(key, order)
        else:
            level.orders.append(order)
        own.count += 1
        return order

    def rest_all(self, orders: list[Order]) -> None:
        """Queue the orders of a call, in the order given, without matching."""
        for order in orders:
            self.orders[order.order_id] = order
        self.bids.rest_all(order for order in orders if order.is_buy)
        self.asks.rest_all(order for order in orders if not order.is_buy)

    def cancel(self, order_id: int) -> float:
        """Take an order out; returns the quantity that was left of it, 0 if no such order rests."""
        order = self.orders.pop(order_id, None)
        if order is None:
            return 0
        left, order.quantity = order.quantity, 0
        (self.bids if order.is_buy else self.asks).discard(order)
        return left

    def side(self, side: Side) -> BookSide:
        """One of its sides."""
        return self.bids if side == "bid" else self.asks

    def drop_best(self, side: BookSide) -> Order | None:
        """Forget the best order of a side, which is used up; returns the one that is best then."""
        level = side.top
        assert level is not None
        del self.orders[level.orders[level.first].order_id]
        side.drop_head()
        level = side.top
        return None if level is None else level.orders[level.first]

    def clear(self) -> None:
        """Forget every order: the interval, and its energy, is gone."""
        self.bids, self.asks = BookSide(True), BookSide(False)
        self.orders.clear()
