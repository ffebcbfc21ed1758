"""What agents that learn from others remember: every shout since they last decided, and their own limit at that time.

A shout is what Cliff & Bruten (1997) call it: a bid or an ask that was made, taken or not. In the standing auction
and in the open book a contract is a shout that was taken: where a standing ask was taken, a buyer has shouted its
price. In a call there are no shouts; each contract at its price counts as one of either side.
"""

from collections import deque
from typing import ClassVar, NamedTuple

from p2p.agents import Agent, View
from p2p.holdings import Holding
from p2p.messages import Contract, Message, Quote, Schedule
from p2p.units import Money, Price, Role, Side

SHOUTS_MAX = 1_000
"""Shouts remembered by a trader that never decides in between; older ones say little of the market of now."""


class Shout(NamedTuple):
    """A price that was said: by which side (None: a call's), whether taken, and what the trader itself held then."""

    side: Side | None
    price: Price
    taken: bool
    role: Role
    limit: Money
    active: bool


class Watcher(Agent, kw_only=True, dict=True):
    """An agent that knows its own schedule and hears all shouts; `news` has those it has not yet considered."""

    learns: ClassVar = True

    def __post_init__(self) -> None:
        """Nothing heard."""
        self.holding: Holding | None = None
        self.news: deque[Shout] = deque(maxlen=SHOUTS_MAX)

    def see(self, message: Message) -> None:
        """Take in a shout, or one's own schedule and trades."""
        match message:
            case Quote(side=side, price=int(price)):
                self._heard(side, price, False)
            case Contract(price=price, taken=taken):
                self._heard({"ask": "bid", "bid": "ask"}.get(taken), price, True)  # type: ignore[arg-type]
                if message.mine and self.holding is not None:
                    self.holding.traded = min(self.holding.total, self.holding.traded + message.quantity)
            case Schedule(role=role, steps=steps):
                self.holding = Holding(role, steps)
            case _:
                pass

    def hear_again(self, view: View) -> None:
        """Where a standing quote of one's own side has not been answered since the last look, it is heard again.

        The papers' traders shout without end, and what is not taken is shouted anew. Where a quote stands instead, the
        market would be silent while all wait, and nobody would learn that nobody takes it.
        """
        if not self.news and not view.collects and view.role is not None:
            price = view.bid if view.role == "buyer" else view.ask
            if price is not None:
                self._heard("bid" if view.role == "buyer" else "ask", price, False)

    def _heard(self, side: Side | None, price: Price, taken: bool) -> None:
        if self.holding is None or not self.holding.steps:
            return
        value = self.holding.unit_value()
        active = value is not None
        limit = self.holding.steps[-1].value if value is None else value
        self.news.append(Shout(side, price, taken, self.holding.role, limit, active))
