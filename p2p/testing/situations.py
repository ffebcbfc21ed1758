"""Situations in which an agent may be asked: every View that a market could show, drawn from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from p2p.agents.base import Quoters
from p2p.base.units import Price, Quantity, Role

TICKS = (1, 2, 5, 7)
TICKS_MAX = 30


@dataclass
class Situation:
    """A View with every field set: the market as an agent is shown it at one moment. Prices in ticks of a currency."""

    role: Role | None = "buyer"
    unit_value: int | None = 100
    bid: Price | None = None
    ask: Price | None = None
    bid_mine: bool = False
    ask_mine: bool = False
    price_min: Price = 0
    price_max: Price = 200
    tick: Price = 1
    collects: bool = False
    quotes: Quoters = "both"
    quoted: bool = False
    step_left: Quantity = 1
    unit_charge: int = 0
    time_left_share: float | None = None
    shown: tuple[tuple[Price, Quantity], ...] = ()

    def offers(self) -> Iterator[tuple[Price, Quantity]]:
        """The book opposite, or the one quote that stands there."""
        best = self.ask if self.role == "buyer" else self.bid
        return iter(self.shown or (((best, 1),) if best is not None else ()))


def situations(rng: Random, count: int) -> Iterator[Situation]:
    """So many situations, the odd ones among them: no quotes, values outside the limits, one-sided quoting."""
    for _ in range(count):
        tick = rng.choice(TICKS)
        low, ticks = rng.randrange(21), rng.randrange(1, TICKS_MAX)
        bid, ask = (low + step * tick for step in sorted(rng.sample(range(ticks + 1), 2)))
        left = rng.choice((None, rng.random()))
        yield Situation(
            role=rng.choice(("buyer", "seller")),
            unit_value=rng.randrange(low + ticks * tick + 30),
            bid=rng.choice((None, bid)),
            ask=rng.choice((None, ask)),
            bid_mine=rng.random() < 0.2,
            ask_mine=rng.random() < 0.2,
            price_min=low,
            price_max=low + ticks * tick,
            tick=tick,
            quotes=rng.choice(("both", "both", "buyers", "sellers")),
            time_left_share=left,
        )
