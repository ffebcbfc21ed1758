"""Whether our own open book makes the published contracts: the orders of each round, pushed in the file's order.

Each round begins anew: a contract that differs costs no later round. The clock has whole seconds, so not all can be the
same. These contracts are a check of our rules; a market is scored by its published ones.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from p2p.base.units import ENVIRONMENT, INSTITUTION, PRICE_MAX, SECOND, Price
from p2p.institutions.continuous import ContinuousAuction
from p2p.messages import Ask, Bid, Contract, Expire, InitInst, StartPeriod
from p2p.messages.envelope import Refusal
from p2p.scenario.terms import ContractPrice, Terms
from recordings.importing.orders import PublishedOrder

Made: TypeAlias = tuple[str, str, Price, Price]
"""Buyer, seller, what the buyer pays, what the seller gets."""


@dataclass(frozen=True)
class Conformity:
    """How many contracts were published, and how many of them our rules make: with the same pair at the same price."""

    published: int
    same: int

    def __add__(self, other: "Conformity") -> "Conformity":
        return Conformity(self.published + other.published, self.same + other.same)

    @property
    def rate(self) -> float | None:
        """The share of the same ones; None without a contract."""
        return self.same / self.published if self.published else None


def compared(price: ContractPrice) -> str:
    """The part of a contract that is compared."""
    same = {"earlier": "pair and price", "random": "pair alone", "matchmaker": "pair and both prices"}
    return same[price]


def pushed(orders: list[PublishedOrder], terms: Terms) -> Conformity:
    """The orders of a market through our book."""
    total = Conformity(0, 0)
    for _, of_round in groupby(orders, key=lambda order: order.period):
        round_orders = list(of_round)
        published, ours = _published(round_orders), _ours(round_orders, terms)
        pairs = {made[:2] for made in published} & {made[:2] for made in ours}
        same = len(pairs) if terms.contract_price == "random" else len(published & ours)
        total += Conformity(len(published), same)
    return total


def _published(orders: list[PublishedOrder]) -> set[Made]:
    halves: dict[int, dict[str, PublishedOrder]] = {}
    for order in orders:
        if order.deal:
            halves.setdefault(order.deal.number, {})[order.role] = order
    return {
        (half["buyer"].trader, half["seller"].trader, half["buyer"].deal.price, half["seller"].deal.price)
        for half in halves.values()
        if half["buyer"].deal and half["seller"].deal
    }


def _ours(orders: list[PublishedOrder], terms: Terms) -> set[Made]:
    """The contracts of a round that our rules make of its orders."""
    names = sorted({order.trader for order in orders})
    seat_of = {name: seat for seat, name in enumerate(names)}
    sides: dict[str, dict[int, int]] = {"buyer": {}, "seller": {}}
    for order in orders:
        sides[order.role][seat_of[order.trader]] = 1
    now, book = 0, ContinuousAuction()
    book.lend(lambda: now, book.draw)
    book.handle(InitInst(-1, PRICE_MAX, 1, tuple(seat_of.values()), terms), ENVIRONMENT)
    book.handle(StartPeriod(1, SECOND, sides["buyer"], sides["seller"]), ENVIRONMENT)
    made: set[Made] = set()
    for order in orders:
        at = round(order.at_s * SECOND)
        while (end := book.next_end()) is not None and end <= at:
            now = end
            book.handle(Expire(), INSTITUTION)
        now = at
        message = Bid(order.price) if order.role == "buyer" else Ask(order.price)
        answer = book.handle(message, seat_of[order.trader])
        for _, sent in () if isinstance(answer, Refusal) else answer:
            if isinstance(sent, Contract):
                assert sent.buyer is not None
                assert sent.seller is not None
                made.add((names[sent.buyer], names[sent.seller], sent.price, sent.paid_to_seller))
    return made
