"""The two sides of a market: a buyer bids, a seller asks. Of two bids the higher is better, of two asks the lower."""

from collections.abc import Mapping
from typing import TypeVar

from p2p.base.units import Role, Side

Amount = TypeVar("Amount", int, float)

SIDE_OF: Mapping[Role, Side] = {"buyer": "bid", "seller": "ask"}
ROLE_OF: Mapping[Side, Role] = {"bid": "buyer", "ask": "seller"}
OPPOSITE: Mapping[Side, Side] = {"bid": "ask", "ask": "bid"}


def rank(side: Side, price: Amount) -> Amount:
    """A price's place on its side: the lowest rank trades first."""
    return -price if side == "bid" else price


def better(side: Side, price: Amount, than: Amount) -> bool:
    """Whether one price of a side goes before another."""
    return price > than if side == "bid" else price < than


def crosses(side: Side, price: Amount, offer: Amount) -> bool:
    """Whether an order of a side at a price could trade with an offer of the other side."""
    return price >= offer if side == "bid" else price <= offer
