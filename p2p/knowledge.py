"""What a seat knows, folded from the facts it was told: the same fold for robots, the simulator and the terminal.

PublicKnowledge is what everybody in a market knows; Knowledge is one seat's, and holds the public part. In the
simulator all the seats of a market share one public part, which is folded once.
"""

from p2p.messages import (
    Contract,
    Ended,
    EndRound,
    Extended,
    Intermission,
    Lobby,
    Message,
    Paused,
    Quote,
    Resumed,
    Schedule,
    StartRound,
)
from p2p.rules import PublicRules
from p2p.units import Instant, Money, Price, Role

_Standing = tuple[Price, int, int]
"""A quote of one's own: its price, and after how many contracts of which period it was made."""


class PublicKnowledge:
    """What all traders of a market know: the rules, the phase, the standing quotes, the period's contracts."""

    def __init__(self, rules: PublicRules) -> None:
        self.rules = rules
        self.phase = "lobby"
        self.period = 0
        self.open = False
        self.paused = False
        self.ends_at: Instant | None = None
        self.left_us: int | None = None
        self.seats_taken = 0
        self.bid: Price | None = None
        self.ask: Price | None = None
        self.contracts: list[Contract] = []

    def see(self, message: Message, at: Instant) -> None:
        """Take in a public fact."""
        match message:
            case Quote(side="bid", price=price):
                self.bid = price
            case Quote(price=price):
                self.ask = price
            case Contract():
                self.contracts.append(message)
                self.bid = self.ask = None
            case StartRound(period=period, length_us=length_us):
                self.phase, self.period, self.open = "trading", period, True
                self.ends_at = at + length_us
                self.contracts = []
                self.bid = self.ask = None
            case EndRound():
                self.open, self.ends_at = False, None
                self.bid = self.ask = None
            case Intermission(length_us=length_us):
                self.phase, self.ends_at = "break", at + length_us
            case Paused(left_us=left_us):
                self.paused, self.left_us, self.ends_at = True, left_us, None
            case Resumed(left_us=left_us) | Extended(left_us=left_us):
                self.paused, self.left_us = False, None
                self.ends_at = None if left_us is None else at + left_us
            case Lobby(taken=taken):
                self.seats_taken = taken
            case Ended():
                self.phase, self.open, self.paused, self.ends_at = "ended", False, False, None
            case _:
                pass

    def time_left_us(self, now: Instant) -> int | None:
        """What is left of the period or of the break, None where no clock runs towards anything."""
        if self.paused:
            return self.left_us
        return None if self.ends_at is None else max(0, self.ends_at - now)


class Knowledge:
    """What one seat knows: the public part, its own schedule, and what it has made of it. An agent's view."""

    def __init__(self, public: PublicKnowledge) -> None:
        self.public = public
        self.rules = public.rules
        self.price_min, self.price_max, self.tick = public.rules.price_min, public.rules.price_max, public.rules.tick
        self.role: Role | None = None
        self.values: list[Money] = []
        self.traded = 0
        self.prices: list[Price] = []
        self.surplus: Money = 0
        self.surplus_before: Money = 0
        self._my_bid: _Standing | None = None
        self._my_ask: _Standing | None = None

    def see(self, message: Message, at: Instant) -> None:
        """Take in a fact of one's own feed, the public part with it."""
        self.public.see(message, at)
        self.see_own(message)

    def see_own(self, message: Message) -> None:
        """Take in only what a fact says of oneself; the public part has been told already."""
        match message:
            case Quote(side="bid", price=price, mine=True):
                self._my_bid = (price, len(self.public.contracts), self.public.period)
            case Quote(side="ask", price=price, mine=True):
                self._my_ask = (price, len(self.public.contracts), self.public.period)
            case Contract(price=price, mine=mine) if mine:
                self._trade(price)
            case Schedule(role=role, steps=steps):
                self.role = role
                self.values = [step.value for step in steps for _ in range(step.quantity)]
                self.surplus_before += self.surplus
                self.traded, self.prices, self.surplus = 0, [], 0
            case _:
                pass

    def _trade(self, price: Price) -> None:
        value = self.values[self.traded]
        self.surplus += value - price if self.role == "buyer" else price - value
        self.prices.append(price)
        self.traded += 1

    @property
    def bid_mine(self) -> bool:
        """Whether the standing bid is one's own: nobody else's can be at that price before the next contract."""
        return self._my_bid == (self.public.bid, len(self.public.contracts), self.public.period)

    @property
    def ask_mine(self) -> bool:
        """Whether the standing ask is one's own."""
        return self._my_ask == (self.public.ask, len(self.public.contracts), self.public.period)

    @property
    def bid(self) -> Price | None:
        """The standing bid."""
        return self.public.bid

    @property
    def ask(self) -> Price | None:
        """The standing ask."""
        return self.public.ask

    @property
    def units_left(self) -> int:
        """Units that can still be traded in this period."""
        return len(self.values) - self.traded

    @property
    def unit_value(self) -> Money | None:
        """Value (or cost) of the unit at hand, None when none is left."""
        return self.values[self.traded] if self.traded < len(self.values) else None
