"""ZIP: a profit margin that follows the shouts of the market by a learning rule with momentum.

Source: Cliff & Bruten (1997), Minimal-Intelligence Agents for Bargaining Behaviors in Market-Based Environments,
HP Labs HPL-97-91. The published rule, as we read it:

- A trader shouts at its limit times (1 + margin): a seller's margin is at least 0, a buyer's from -1 to 0. Here the
  margin is kept as a share from 0, and the role gives its sign.
- A shout taken at q: a trader that would have shouted at q or better for itself raises its margin. An active trader of
  the side that took nothing at q (worse for it) lowers it, if the shout came from the other side.
- A shout not taken: the active traders of its own side who are no better than it lower their margins (the shouter too).
- The target is R q + A, drawn anew each time. R is from 1 to 1 + c_r (or 1 - c_r to 1), A from 0 to c_a (or -c_a to 0).
- A standing quote that is not taken counts as shouted again when the trader looks and has heard nothing else
  (shout_memory.py).
- Momentum: change = momentum * change + (1 - momentum) * beta * (target - price).

The paper has no trader who may not shout. Where only the other side may quote, it takes what its price meets, and a
price that nothing meets counts as shouted and not taken.

Ambiguous in the paper: c_a is absolute and its prices are of the order of a dollar. So `dollar` says how many of the
scenario's units of money that is. A margin is kept between units and between periods. In a call each contract counts as
a taken shout of both sides.
"""

from collections.abc import Iterable
from random import Random
from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.agents.base import Action, View
from p2p.agents.quoting import offer, only_takes
from p2p.agents.strategies.shout_memory import Shout, ShoutMemory
from p2p.base.sides import SIDE_OF
from p2p.base.units import Money, Price, Role
from p2p.messages import Message, Schedule

Share = Annotated[float, Meta(ge=0, le=1)]


class ZIP(ShoutMemory, kw_only=True, dict=True):
    """Zero intelligence plus. beta, momentum and the first margin are drawn between their low and high ends."""

    source: ClassVar = "Cliff & Bruten (1997), HP Labs HPL-97-91"

    beta_low: Share = 0.1
    beta_high: Share = 0.5
    momentum_low: Share = 0.0
    momentum_high: Share = 0.1
    margin_low: Share = 0.05
    margin_high: Share = 0.35
    c_r: Share = 0.05
    c_a: Share = 0.05
    dollar: Annotated[int, Meta(ge=1)] = 100

    def __post_init__(self) -> None:
        """Nothing heard, nothing drawn."""
        super().__post_init__()
        self.margin: float | None = None
        self.beta = self.momentum = self.change = 0.0

    def see(self, message: Message) -> None:
        """Take in a message. A trader whose role changes keeps its margin, and loses its momentum."""
        if type(message) is Schedule and self.holding is not None and self.holding.role != message.role:
            self.change = 0.0
        super().see(message)

    def decide(self, view: View, rng: Random) -> Action:
        """Shout at the limit with the margin as it is after all that was heard."""
        if self.margin is None:
            self.beta = rng.uniform(self.beta_low, self.beta_high)
            self.momentum = rng.uniform(self.momentum_low, self.momentum_high)
            self.margin = rng.uniform(self.margin_low, self.margin_high)
        self.repeat_standing_quote(view)
        if only_takes(view) and view.unit_value is not None and view.role is not None:
            self.record_unmet_price(view, self.price(view.role, view.unit_value))
        self.adapt(self.shouts(view.unit_charge), view.tick, rng)
        if view.unit_value is None or view.role is None:
            return None
        return offer(view, self.price(view.role, view.unit_value))

    def price(self, role: Role, limit: Money) -> float:
        """The price that it would shout."""
        assert self.margin is not None, "the margin is drawn before it is used"
        return limit * (1 - self.margin if role == "buyer" else 1 + self.margin)

    def adapt(self, shouts: Iterable[Shout], tick: Price, rng: Random) -> None:
        """Raise or lower the margin after each shout, or leave it. A price is no better that is said as the same tick.

        The new price lies towards a target a little beyond the shout's.
        """
        assert self.margin is not None, "the margin is drawn before it moves"
        margin, change, beta, momentum = self.margin, self.change, self.beta, self.momentum
        c_r, c_a, dollar, random = self.c_r, self.c_a, self.dollar, rng.random
        for side, said, taken, role, limit, active in shouts:
            buys = role == "buyer"
            price = limit * (1 - margin if buys else 1 + margin)
            if taken and (price >= said if buys else price <= said):
                sign = -1 if buys else 1
            elif active and (price < said + tick if buys else price > said - tick) and taken != (side == SIDE_OF[role]):
                sign = 1 if buys else -1
            else:
                continue
            if limit:
                relative, absolute = 1 + sign * random() * c_r, sign * random() * c_a * dollar
                change = momentum * change + (1 - momentum) * (beta * (relative * said + absolute - price))
                share = (price + change) / limit - 1
                margin = min(1.0, max(0.0, -share)) if buys else max(0.0, share)
        self.margin, self.change = margin, change
