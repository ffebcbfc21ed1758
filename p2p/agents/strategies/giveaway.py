"""Giveaway: quotes its value or cost, as it is.

Source: Cliff's Bristol Stock Exchange (2012), where it is the plainest of the traders; truth-telling is also the
benchmark of the theory of auctions.
"""

from random import Random
from typing import ClassVar

from p2p.agents.base import Action, Agent, View
from p2p.agents.quoting import offer


class Giveaway(Agent, kw_only=True):
    """Says what a unit is worth to it."""

    source: ClassVar = "Cliff (2012), the Bristol Stock Exchange"

    def decide(self, view: View, rng: Random) -> Action:
        """A quote at the value, which trades with any better quote."""
        return None if view.unit_value is None or view.role is None else offer(view, view.unit_value)
