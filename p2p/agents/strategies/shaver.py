"""Shaver: improves the best quote of its side by a step, as long as that loses nothing.

Source: Cliff's Bristol Stock Exchange (2012); it has no opinion of prices. Where its side is empty it quotes the
limit of the price range that is best for itself. As there, it does not ask whose the best quote is, and shaves its own.

Variant: a step is `ticks` ticks, and at the least one of `steps` parts of the price range. A penny is enough if a
trader is asked thousands of times. Here it looks some forty times a period, and would never leave the far end of a wide
range. In a call there is no best quote to be shaved: it quotes its value at first. If the call before had a price, it
quotes a step better than that, as far as its value goes. If only the other side may quote, of which the source says
nothing, it takes any price that gains. It has no opinion of prices, and nothing to shave.
"""

from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import offer, only_takes, take_best
from p2p.base.units import Money, Price
from p2p.messages import Called, Contract, Message


class Shaver(Agent, kw_only=True, dict=True):
    """Always a little better than the best."""

    source: ClassVar = "Cliff (2012), the Bristol Stock Exchange"
    learns: ClassVar = True
    refuses: ClassVar = {"posts": "no quote can be seen and shaved: each seller would post the highest price"}

    ticks: Annotated[int, Meta(ge=1, le=1_000)] = 1
    steps: Annotated[int, Meta(ge=1, le=100_000)] = 100

    def __post_init__(self) -> None:
        """No call held."""
        self.called: Price | None = None

    def see(self, message: Message) -> None:
        """Remember the price of the last call; of one whose price is not shown, that of one's own contract."""
        match message:
            case Called(price=price) | Contract(taken="call", price=price):
                self.called = price
            case _:
                pass

    def decide(self, view: View, rng: Random) -> Action:
        """The best quote and a step, or the best for itself if there is none; if it may not quote, any price that
        gains."""
        value, role = view.unit_value, view.role
        if value is None or role is None:
            return None
        step = max(self.ticks * view.tick, (view.price_max - view.price_min) // self.steps)
        if view.collects:
            return offer(view, value if self.called is None else _beyond(view, self.called, step, value))
        if only_takes(view):
            return take_best(view)
        best = view.bid if role == "buyer" else view.ask
        if best is None:
            return offer(view, view.price_min if role == "buyer" else view.price_max)
        return offer(view, _beyond(view, best, step, value))


def _beyond(view: View, price: Price, step: Price, value: Money) -> Price:
    """A step beyond a price towards the other side, and no further than the value."""
    return min(value, price + step) if view.role == "buyer" else max(value, price - step)
