"""The price and the volume of a call auction: the intersection of its bids and asks, and the orders that trade there.

Volume is the most that can trade at one price. The price lies in the tunnel of all prices at which that volume clears.
It is the low end plus k of the width, rounded to the tick by the stated rule. If a feeder's capacity binds, the tunnel
is from the last ask that is carried to the last bid that is. Their difference is the congestion rent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import ceil, floor

from p2p.base.units import Price, Quantity
from p2p.orderbook.book import Order
from p2p.scenario.terms import CallTerms


@dataclass(frozen=True)
class Clearing:
    """The outcome of a call: volume, the tunnel, and what buyers pay and sellers get per unit (None without volume)."""

    quantity: Quantity
    low: Price | None = None
    high: Price | None = None
    buyers_pay: Price | None = None
    sellers_get: Price | None = None


def clearing(
    bids: Iterable[Order],
    asks: Iterable[Order],
    terms: CallTerms,
    tick: Price,
    origin: Price,
    capacity: Quantity | None,
) -> Clearing:
    """The clearing of orders that come best first; ticks are counted from `origin`."""
    bid_list, ask_list = list(bids), list(asks)
    i = j = 0
    bid_left = ask_left = 0
    volume, bound = 0, False
    last_bid = last_ask = 0
    while i < len(bid_list) and j < len(ask_list) and bid_list[i].price >= ask_list[j].price:
        bid_left = bid_left or int(bid_list[i].quantity)
        ask_left = ask_left or int(ask_list[j].quantity)
        quantity = min(bid_left, ask_left)
        if capacity is not None and volume + quantity > capacity:
            quantity, bound = capacity - volume, True
            if quantity <= 0:
                break
        last_bid, last_ask = int(bid_list[i].price), int(ask_list[j].price)
        volume += quantity
        if bound:
            break
        bid_left, ask_left = bid_left - quantity, ask_left - quantity
        i, j = i + (bid_left == 0), j + (ask_left == 0)
    if volume == 0:
        return Clearing(0)
    if bound:
        return _congested(volume, last_ask, last_bid, terms)
    # a price clears if the last pair trades at it and nobody who is left out would want to
    low = last_bid if bid_left else max([last_ask, *(int(bid.price) for bid in bid_list[i : i + 1])])
    high = last_ask if ask_left else min([last_bid, *(int(ask.price) for ask in ask_list[j : j + 1])])
    price = rounded(low + Fraction(str(terms.k)) * (high - low), terms.rounding, tick, origin, low, high)
    return Clearing(volume, low, high, price, price)


def _congested(volume: Quantity, low: Price, high: Price, terms: CallTerms) -> Clearing:
    pays, gets = {"operator": (high, low), "buyers": (low, low), "sellers": (high, high)}[terms.congestion_rent]
    return Clearing(volume, low, high, pays, gets)


def rounded(price: Fraction, rule: str, tick: Price, origin: Price, low: Price, high: Price) -> Price:
    """A price on the tick by a rule, never outside the tunnel; `nearest` takes the lower of two that are as near.

    Fractions, for a price that is on the tick must not be carried to the next one by the last bit of a float.
    """
    steps = (price - origin) / tick
    whole = {"down": floor(steps), "up": ceil(steps), "nearest": ceil(steps - Fraction(1, 2))}[rule]
    return min(max(origin + whole * tick, low), high)


def shares(orders: list[Order], quantity: Quantity, rationing: str) -> list[tuple[Order, Quantity]]:
    """The part of a volume that each order of one side gets, best first. Only the marginal price's are rationed."""
    dealt: list[tuple[Order, Quantity]] = []
    for _, at_price in groupby(orders, key=lambda order: order.price):
        if quantity <= 0:
            break
        level = list(at_price)
        wanted = [int(o.quantity) for o in level]
        total = sum(wanted)
        given = wanted if total <= quantity else _rationed(wanted, quantity, rationing)
        dealt += [(order, much) for order, much in zip(level, given, strict=True) if much]
        quantity -= min(total, quantity)
    return dealt


def _rationed(wanted: list[Quantity], quantity: Quantity, rationing: str) -> list[Quantity]:
    """A level that gets less than it wants: the earlier first, or each its share, the rest to the earlier."""
    total = sum(wanted)
    given = [w * quantity // total if rationing == "pro_rata" else 0 for w in wanted]
    left = quantity - sum(given)
    for k, want in enumerate(wanted):
        more = min(want - given[k], left)
        given[k] += more
        left -= more
    return given
