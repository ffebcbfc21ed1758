"""Shaver: improves the best quote of its side by one tick, as long as that loses nothing.

Source: Cliff's Bristol Stock Exchange (2012); it has no opinion of prices. Where its side is empty it quotes the
limit of the price range that is best for itself, and while its own quote is the best it waits. In a call, where
quotes need not improve, it shaves the best order that it is shown.
"""

from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.agents import Action, Agent, View, offer


class Shaver(Agent, kw_only=True):
    """Always a little better than the best."""

    source: ClassVar = "Cliff (2012), the Bristol Stock Exchange"

    ticks: Annotated[int, Meta(ge=1, le=1_000)] = 1

    def decide(self, view: View, rng: Random) -> Action:
        """The best quote and a tick, or the best for itself where there is none."""
        value, step = view.unit_value, self.ticks * view.tick
        if value is None or view.role is None:
            return None
        if view.role == "buyer":
            if view.bid_mine:
                return None
            return offer(view, view.price_min if view.bid is None else min(value, view.bid + step))
        if view.ask_mine:
            return None
        return offer(view, view.price_max if view.ask is None else max(value, view.ask - step))
