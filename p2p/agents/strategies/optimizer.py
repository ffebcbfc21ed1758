"""Optimizer: takes what yields the largest surplus to be had now, else improves its own side by one tick.

Source: the optimizer of the study's run book, under the sound rules of a live market. Where one quote stands on the
other side, that quote is all there is to be had, and both modes are one. If a book is shown, mode `single` takes the
quantity offered at the best price. Mode `greedy` takes all that gains, as far as it needs it. It improves while a trade
at its new price would leave a surplus. If its side alone may quote, and nobody comes towards it, it improves on its own
quote, too. In a call, where its own quote hardly moves the price, it quotes its value.
"""

from random import Random
from typing import ClassVar, Literal

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import on_tick, quote, sweep_price
from p2p.base.units import Price
from p2p.messages import Buy, Sell


class Optimizer(Agent, kw_only=True):
    """Takes every gain that stands, and otherwise walks towards the other side."""

    source: ClassVar = "the run book v4"
    refuses: ClassVar = {"posts": "it walks down from the highest price, and there it would have to stay"}

    mode: Literal["single", "greedy"] = "single"

    def decide(self, view: View, rng: Random) -> Action:
        """Accept a gain, or improve by a tick, or wait while one's own quote stands and others may come towards it."""
        value = view.unit_value
        if value is None or view.role is None:
            return None
        if view.collects:
            price = on_tick(view, value)
            gainful = price <= value if view.role == "buyer" else price >= value
            return quote(view.role, price) if gainful and not view.quoted else None
        bid, ask = view.bid, view.ask
        if view.role == "buyer":
            if ask is not None and ask < value:
                return Buy(self._reach(view, ask))
            price = view.price_min if bid is None else bid + view.tick
            wanted = price < value and price <= view.price_max
            return quote("buyer", price) if wanted and not self._waits(view, view.bid_mine) else None
        if bid is not None and bid > value:
            return Sell(self._reach(view, bid))
        price = view.price_max if ask is None else ask - view.tick
        wanted = price > value and price >= view.price_min
        return quote("seller", on_tick(view, price)) if wanted and not self._waits(view, view.ask_mine) else None

    def _waits(self, view: View, mine: bool) -> bool:
        """Whether it leaves the standing quote of its side, where that is its own."""
        return mine and view.quotes == "both"

    def _reach(self, view: View, best: Price) -> Price:
        """How far it takes: what stands at the best price, or all that gains."""
        last = sweep_price(view) if self.mode == "greedy" else None
        return best if last is None else last
