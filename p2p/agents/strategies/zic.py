"""ZI-C: quotes drawn uniformly between the trader's value or cost and the limit of the price range; never at a loss.

Source: Gode & Sunder (1993), JPE 101(1): zero intelligence, constrained. A draw that does not improve on the standing
quote would be lost, so nothing is said. Quotes are for the unit at hand; units are traded in order, best first.
"""

from random import Random
from typing import ClassVar

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import improves, quote


class ZIC(Agent, kw_only=True):
    """Zero intelligence under a budget constraint."""

    source: ClassVar = "Gode & Sunder (1993), JPE 101(1)"

    def decide(self, view: View, rng: Random) -> Action:
        """A random price on the gainful side of the unit's value."""
        value, role = view.unit_value, view.role
        if value is None or role is None:
            return None
        price_min, price_max, tick = view.price_min, view.price_max, view.tick
        if role == "buyer":
            low, high = 0, ((value if value < price_max else price_max) - price_min) // tick
        else:
            low = -((price_min - (value if value > price_min else price_min)) // tick)
            high = (price_max - price_min) // tick
        if low > high:
            return None
        price = price_min + (low + int(rng.random() * (high - low + 1))) * tick
        return quote(role, price) if improves(view, price) else None
