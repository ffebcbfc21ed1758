"""ZI-C: quotes drawn uniformly between the trader's value or cost and the limit of the price range; never at a loss.

Source: Gode & Sunder (1993), JPE 101(1): zero intelligence, constrained. A draw that does not improve on the standing
quote would be lost, so nothing is said. Quotes are for the unit at hand; units are traded in order, best first.
"""

from random import Random
from typing import ClassVar

from p2p.agents import Action, Agent, View, improves, quote


class ZIC(Agent, kw_only=True):
    """Zero intelligence under a budget constraint."""

    source: ClassVar = "Gode & Sunder (1993), JPE 101(1)"

    def decide(self, view: View, rng: Random) -> Action:
        """A random price on the gainful side of the unit's value."""
        value = view.unit_value
        if value is None or view.role is None:
            return None
        if view.role == "buyer":
            low, high = 0, (min(value, view.price_max) - view.price_min) // view.tick
        else:
            low, high = -((view.price_min - max(value, view.price_min)) // view.tick), _top(view)
        if low > high:
            return None
        price = view.price_min + (low + int(rng.random() * (high - low + 1))) * view.tick
        return quote(view.role, price) if improves(view, price) else None


def _top(view: View) -> int:
    return (view.price_max - view.price_min) // view.tick
