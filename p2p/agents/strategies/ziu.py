"""ZI-U: quotes drawn uniformly from the whole price range, without regard to value or cost; it may lose.

Source: Gode & Sunder (1993), JPE 101(1): zero intelligence, unconstrained.
"""

from random import Random
from typing import ClassVar

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import improves, quote


class ZIU(Agent, kw_only=True):
    """Zero intelligence without a budget constraint."""

    source: ClassVar = "Gode & Sunder (1993), JPE 101(1)"
    may_lose: ClassVar = True

    def decide(self, view: View, rng: Random) -> Action:
        """A random price anywhere within the limits."""
        if view.unit_value is None or view.role is None:
            return None
        ticks = (view.price_max - view.price_min) // view.tick
        price = view.price_min + int(rng.random() * (ticks + 1)) * view.tick
        return quote(view.role, price) if improves(view, price) else None
