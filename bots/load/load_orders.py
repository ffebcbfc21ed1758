"""The orders of a hand of `pit load`: such as its market takes, without regard to the seat's values.

A standing auction is told quotes that improve. Where orders rest, a hand replaces its own, at prices that rarely trade.
Where sellers post, each posts once a period, and buyers take.
"""

from dataclasses import dataclass, field
from random import Random

from p2p.base.units import Price, Quantity, Role
from p2p.messages import Ask, Bid, Buy, Message, OrderId, Replace, Schedule
from p2p.scenario.public_rules import PublicRules, controlled

CROSSING = 0.02
"""Share of resting orders at a price that trades: some contracts, and units are left when the period ends."""


@dataclass
class OpenMarket:
    """The market as all hands know it: one of them reads the quotes for all, and orders under way are reckoned with."""

    bid: int = 0
    ask: int = 0
    posting: bool = False
    under_way: set[tuple[str, int]] = field(default_factory=set)
    """Messages of all hands that are not answered, by code and token."""
    awaited: set[tuple[str, int]] = field(default_factory=set)
    """Those of them from before the quotes began anew: they may stand now, and a low beginning would not improve."""

    def begin_anew(self) -> None:
        """No quote stands any more; those under way may."""
        self.bid = self.ask = 0
        self.awaited = set(self.under_way)

    def answered(self, code: str, token: int) -> None:
        """A hand's message has its answer."""
        self.under_way.discard((code, token))
        self.awaited.discard((code, token))


@dataclass
class OwnOrders:
    """One hand's own: units left, orders that it may replace, and by token those that a message under way replaces."""

    units: Quantity = 0
    free: dict[OrderId, None] = field(default_factory=dict)
    replaced: dict[int, OrderId] = field(default_factory=dict)
    posted: bool = False

    def scheduled(self, schedule: Schedule | None) -> None:
        """A period begins. Orders that have left were told one by one."""
        self.units = sum(step.quantity for step in schedule.steps) if schedule else 0
        self.posted = False

    def said(self, token: int, message: Message) -> None:
        """A message is under way."""
        if isinstance(message, Replace):
            del self.free[message.order]
            self.replaced[token] = message.order
        self.posted |= isinstance(message, Ask)

    def answered(self, token: int, still_open: bool) -> None:
        """Its answer is there; an order that was not replaced may still be open."""
        order = self.replaced.pop(token, None)
        if order is not None and still_open:
            self.free[order] = None

    def told(self, order: OrderId, quantity: Quantity) -> None:
        """An order of one's own rests with so much, or has left."""
        if quantity:
            self.free[order] = None
        else:
            self.free.pop(order, None)


def next_order(
    rules: PublicRules, role: Role | None, own: OwnOrders, floor: OpenMarket, under_way: int, rng: Random
) -> Message | None:
    """The next order of a hand; None where the market would take none, or there is nothing to trade."""
    if role is None or own.units <= 0:
        return None
    can = rules.capabilities
    if can.posts:
        return _posted(rules, role, own, floor, rng)
    if not can.withdraws:
        return _improving(rules, role, floor, rng)
    price = _resting(rules, role, rng)
    if own.free:
        return Replace(next(iter(own.free)), price)
    if under_way >= own.units:
        return None
    return Bid(price) if role == "buyer" else Ask(price)


def _improving(rules: PublicRules, role: Role, floor: OpenMarket, rng: Random) -> Message | None:
    """A quote that improves on the standing one, so that all are told of it; none before that one is known."""
    if floor.awaited:
        return None
    low, high = controlled(rules)
    away = rng.randrange(5) * rules.tick
    price = floor.ask - rules.tick if floor.ask else max(low, high - away)
    if role == "buyer":
        price = floor.bid + rules.tick if floor.bid else min(high, low + away)
    if not low <= price <= high:
        return None
    if role == "buyer":
        floor.bid = price
        return Bid(price)
    floor.ask = price
    return Ask(price)


def _resting(rules: PublicRules, role: Role, rng: Random) -> Price:
    """A price in the lower half for buyers, in the upper half for sellers; now and then in the other's half."""
    low, high = controlled(rules)
    half = (high - low) // rules.tick // 2
    steps = rng.randrange(half) if half else 0
    upper = (role == "seller") != (rng.random() < CROSSING)
    return high - steps * rules.tick if upper else low + steps * rules.tick


def _posted(rules: PublicRules, role: Role, own: OwnOrders, floor: OpenMarket, rng: Random) -> Message | None:
    """A seller's one post of the period while sellers post; a buyer's take while there are offers."""
    if role == "seller":
        return Ask(_resting(rules, role, rng)) if floor.posting and not own.posted else None
    return Buy() if floor.ask and not floor.posting else None
