"""The clearing of a call auction: bids down, asks up, heads paired while they cross, within a feeder's capacity.

The same pairing, of orders that need not have met, is the planner's bound: the most that the quotes could have yielded.
"""

from __future__ import annotations

from collections.abc import Iterable

from p2p.orderbook.book import Book

Pair = tuple[float, float, float]
"""Price of the bid, price of the ask, quantity."""

Quote = tuple[float, float]
"""Price and quantity of one order."""


def clear(book: Book, capacity: float | None = None) -> list[Pair]:
    """Trade the crossing heads of a book; the remainder stays in it.

    Ties go by arrival. `capacity` bounds the sum of the quantities. The payment of a pair is the institution's affair.
    """
    pairs: list[Pair] = []
    traded: float = 0
    bids, asks = book.bids, book.asks
    bid, ask = bids.best(), asks.best()
    while bid is not None and ask is not None and bid.price >= ask.price:
        quantity = bid.quantity if bid.quantity <= ask.quantity else ask.quantity
        if capacity is not None:
            left = max(0, capacity - traded)
            if left <= 0:
                break
            quantity = min(quantity, left)
            traded += quantity
        pairs.append((bid.price, ask.price, quantity))
        bid.quantity -= quantity
        ask.quantity -= quantity
        if bid.quantity <= 0:
            bid = book.drop_best(bids)
        if ask.quantity <= 0:
            ask = book.drop_best(asks)
    return pairs


def greedy_surplus(bids: Iterable[Quote], asks: Iterable[Quote], capacity: float | None = None) -> float:
    """Sum of (bid − ask) · quantity under the same pairing, over quotes that come best first.

    Reads no further than they cross. A quantity of 0 or less is no quote.
    """
    bid_queue, ask_queue = iter(bids), iter(asks)
    end: Quote = (0, 0)
    bid_price, bid_left = next(bid_queue, end)
    ask_price, ask_left = next(ask_queue, end)
    total: float = 0
    traded: float = 0
    while bid_left > 0 and ask_left > 0 and bid_price >= ask_price:
        quantity = bid_left if bid_left <= ask_left else ask_left
        if capacity is not None:
            left = max(0, capacity - traded)
            if left <= 0:
                break
            quantity = min(quantity, left)
            traded += quantity
        total += (bid_price - ask_price) * quantity
        bid_left -= quantity
        ask_left -= quantity
        if bid_left <= 0:
            bid_price, bid_left = next(bid_queue, end)
        if ask_left <= 0:
            ask_price, ask_left = next(ask_queue, end)
    return total


def quoted_surplus(pairs: Iterable[Pair]) -> float:
    """Sum of (bid − ask) · quantity, in the order of the pairs."""
    total: float = 0
    for bid, ask, quantity in pairs:
        total += (bid - ask) * quantity
    return total
