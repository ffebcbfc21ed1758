"""How optimizers and satisficers read the offers opposite to a quote: one pure function for each rule.

Each takes the quote's side, price and quantity, the offers best first and the rule's parameter, and returns a take:

    (price, quantity, examined)

with price None where nothing is acceptable, so that the agent posts its quote. `examined` counts the offers that the
rule looks at; it is a measure of effort that does not depend on the machine. Numbers may be integers or floats.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from p2p.orderbook.visible_offers import Offers

Take = tuple[float | None, float, int]
"""Price and quantity to accept, offers examined."""

Scan = Callable[[bool, float, float, Offers, float], Take]
"""Side (true: a buyer), price and quantity of the quote, offers, parameter."""


def best_crossing(is_buy: bool, price: float, quantity: float, offers: Offers, _: float) -> Take:
    """The optimizer that fills once: the best offer, chosen among all of them."""
    order = offers.best()
    if order is None or (order.price > price if is_buy else order.price < price):
        return None, 0, offers.count
    return order.price, min(quantity, order.quantity), offers.count


def all_crossing(is_buy: bool, price: float, quantity: float, offers: Offers, _: float) -> Take:
    """The optimizer that sweeps: at its own price, all that crosses up to its quantity, chosen among all offers."""
    order = offers.best()
    if order is None or (order.price > price if is_buy else order.price < price):
        return None, 0, offers.count
    if order.quantity >= quantity:
        return price, quantity, offers.count
    total: float = 0
    for order in offers:
        if order.price > price if is_buy else order.price < price:
            break
        total += order.quantity
        if total >= quantity:
            return price, quantity, offers.count
    return price, total, offers.count


def within_band(is_buy: bool, price: float, quantity: float, offers: Offers, tau_percent: float) -> Take:
    """The satisficer with a band: the first offer that crosses and is at most tau % away from the quote.

    Offers that cross come nearer to the quote as they get worse: the first in the band ends a run of those beyond it.
    """
    order = offers.best()
    if order is None or (order.price > price if is_buy else order.price < price):
        return None, 0, offers.count
    ratio = tau_percent / 100

    def stops(offer: float) -> bool:
        if offer > price if is_buy else offer < price:
            return True
        return abs(offer - price) / price <= ratio if price else offer == price

    before, order = offers.seek(stops, price - price * ratio if is_buy else price + price * ratio)
    if order is None or (order.price > price if is_buy else order.price < price):
        return None, 0, offers.count
    return order.price, min(quantity, order.quantity), before + 1


def best_of_first(is_buy: bool, price: float, quantity: float, offers: Offers, k: float) -> Take:
    """The satisficer that searches: the best that crosses among the first K offers, all K of which it looks at."""
    examined = min(int(k), offers.count)
    order = offers.best()
    if order is None or (order.price > price if is_buy else order.price < price):
        return None, 0, examined
    return order.price, min(quantity, order.quantity), examined


def sweep_of_first(is_buy: bool, price: float, quantity: float, offers: Offers, k: float) -> Take:
    """The satisficer that sweeps: at its own price, what crosses among the first K offers, until it has enough."""
    order = offers.best()
    if order is None or (order.price > price if is_buy else order.price < price):
        return None, 0, min(int(k), offers.count)
    if order.quantity >= quantity:
        return price, quantity, 1
    total: float = 0
    examined = 0
    for order in islice(offers, int(k)):
        if order.price > price if is_buy else order.price < price:
            return price, total, min(int(k), offers.count)
        examined += 1
        wanted = quantity - total
        total += order.quantity if order.quantity < wanted else wanted
        if total >= quantity:
            return price, quantity, examined
    return price, total, examined
