"""Sniper: waits in the background while others bargain, and takes the deal when it is good.

Source: Todd Kaplan's program, in Rust, Miller & Palmer (1992), Behavior of Trading Automata in a Computerized Double
Auction Market, and (1994), JEDC 18. A buyer takes the standing ask (a seller the standing bid, mirrored) where it
gains and

1. the quotes are close: the spread is below `spread` of the ask, and the gain is at least `gain` of it, or
2. the price is at least as good as the best contract of the period before, or
3. time runs out: less than `last` of the period is left.

Variant: the original bids at the price limit when nobody has said anything, because the tournament's turns asked for
it. That is left out: it never opens a market, so a market of snipers alone does not trade. If one side alone may quote,
the quotes are never close. A sniper of the other side has its rules 2 and 3, one of that side has nothing to take.
"""

from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.agents.base import Action, Agent, View
from p2p.agents.strategies.beliefs import widened
from p2p.base.units import Price
from p2p.messages import Buy, Contract, Message, Sell, StartRound

Share = Annotated[float, Meta(ge=0, le=1)]


class Sniper(Agent, kw_only=True, dict=True):
    """Kaplan's sniper."""

    source: ClassVar = "Rust, Miller & Palmer (1992, 1994), JEDC 18: Kaplan's program"
    learns: ClassVar = True
    waits: ClassVar = True
    refuses: ClassVar = {
        "collects": "nothing stands in a call that could be taken",
        "posts": "its sellers wait for bids, and where sellers post nobody bids",
    }

    spread: Share = 0.1
    gain: Share = 0.02
    last: Share = 0.1

    def __post_init__(self) -> None:
        """No period seen."""
        self.traded: tuple[Price, Price] | None = None
        self.before: tuple[Price, Price] | None = None

    def see(self, message: Message) -> None:
        """Remember between which prices the last period traded."""
        match message:
            case Contract(price=price):
                self.traded = widened(self.traded, price)
            case StartRound():
                self.before, self.traded = self.traded or self.before, None
            case _:
                pass

    def decide(self, view: View, rng: Random) -> Action:
        """Take the standing quote, or wait."""
        value, bid, ask = view.unit_value, view.bid, view.ask
        if value is None or view.role is None or view.collects:
            return None
        if view.role == "buyer":
            best = self.before is not None and ask is not None and ask <= self.before[0]
            if ask is None or view.ask_mine or ask > value:
                return None
            return Buy(ask) if best or self._late(view) or self._close(bid, ask, value - ask, ask) else None
        best = self.before is not None and bid is not None and bid >= self.before[1]
        if bid is None or view.bid_mine or bid < value:
            return None
        return Sell(bid) if best or self._late(view) or self._close(bid, ask, bid - value, bid) else None

    def _late(self, view: View) -> bool:
        return view.time_left_share is not None and view.time_left_share < self.last

    def _close(self, bid: Price | None, ask: Price | None, gain: int, price: Price) -> bool:
        """Whether the quotes are close and what is to be had is worth it."""
        return bid is not None and ask is not None and ask - bid < self.spread * ask and gain >= self.gain * price
