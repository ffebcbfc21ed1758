"""GDX: prices by dynamic programming over the chances to trade that are left, under the belief of MGD.

Source: Tesauro & Bredin (2002), Strategic Sequential Bidding in Auctions using Dynamic Programming, AAMAS 2002:

    V(m, n) = max over p of f(p) (s(p) + discount V(m - 1, n - 1)) + (1 - f(p)) discount V(m, n - 1)

with m units and n chances left, f the belief, s the surplus of the unit at hand, discount 0.9 as in the paper.

Variant: the chances are `horizon` times the share of the period that is left (the paper's agents act at given times,
ours at random ones). With a discount of 0.9 gains beyond some forty chances count for nothing. At the most `UNITS_MAX`
units are looked ahead at, each at its own value. In a call the chances are the calls that are left, as many as the
period before had. An order that waits for a call is no chance of its own. A trader that may not quote has no price of
its own to wait with. It takes any price that gains, as GD does.
"""

from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.agents.base import Action, View
from p2p.agents.strategies.beliefs import Belief, candidates
from p2p.agents.strategies.gd import Question
from p2p.agents.strategies.mgd import MGD
from p2p.messages import Schedule

UNITS_MAX = 5
"""Units looked ahead at: with the discount, later ones hardly change the price of the first."""
POINTS_MAX = 24
"""Prices compared for the future; the price that is said is looked for among all."""


class GDX(MGD, kw_only=True, dict=True):
    """Weighs trading now against trading later."""

    source: ClassVar = "Tesauro & Bredin (2002), AAMAS 2002"

    discount: Annotated[float, Meta(ge=0, le=1)] = 0.9
    horizon: Annotated[int, Meta(ge=1, le=200)] = 40

    def __post_init__(self) -> None:
        """Nothing heard, no schedule."""
        super().__post_init__()
        self.values: list[int] = []
        self.chances = 1

    def scheduled(self, schedule: Schedule) -> None:
        """The values of all units, for looking ahead."""
        self.values = [s.value for s in schedule.steps for _ in range(min(s.quantity, UNITS_MAX))]

    def decide(self, view: View, rng: Random) -> Action:
        """As GD decides, with the chances that are left."""
        share = view.time_left_share
        chances = self.calls - self.held if view.collects else round(self.horizon * (1.0 if share is None else share))
        self.chances = max(1, chances)
        return super().decide(view, rng)

    def choose(self, view: View, belief: Belief, asked: Question) -> int | None:
        """The price of the greatest worth, future chances included: at each look others are left."""
        low, high, cost, certain = asked
        points = candidates(belief, low, high, view.tick)
        likely = belief.along(points)
        every = max(1, len(points) // POINTS_MAX)
        future = [(float(x), p) for x, p in zip(points[::every], likely[::every], strict=True)]
        now, then = self.ahead(future, self._costs(cost))
        if certain is not None:
            likely = [1.0 if x <= certain else p for x, p in zip(points, likely, strict=True)]
        worths = [p * (x - cost + then) + (1 - p) * now for x, p in zip(points, likely, strict=True)]
        most = max(worths)
        place = worths.index(most)
        best = points[place]
        return best if likely[place] > 0 and most >= now and best >= cost else None

    def _costs(self, cost: int) -> list[int]:
        """The units from the one at hand on, as costs: a buyer's values negative."""
        sign = 1 if not self.values or cost >= 0 else -1
        left = [sign * value for value in self.values]
        return left[left.index(cost) :][:UNITS_MAX] if cost in left else [cost]

    def ahead(self, future: list[tuple[float, float]], costs: list[int]) -> tuple[float, float]:
        """Discounted value of waiting with all units, and with one unit fewer, after this chance."""
        values = [0.0] * (len(costs) + 1)
        for _ in range(self.chances - 1):
            new = [0.0]
            for units in range(1, len(costs) + 1):
                cost = costs[len(costs) - units]
                waits, trades = self.discount * values[units], self.discount * values[units - 1]
                new.append(max(waits, max([f * (x - cost + trades) + (1 - f) * waits for x, f in future])))
            if all(abs(a - b) < 0.01 for a, b in zip(new, values, strict=True)):
                break
            values = new
        return self.discount * values[-1], self.discount * values[-2]
