"""MGD: GD that remembers between which prices the period before traded.

Source: Tesauro & Das (2001), High-Performance Bidding Agents for the Continuous Double Auction, ACM EC 2001. Asks above
the highest contract of the period before are not taken, nor bids below its lowest. That ends GD's wide swings when its
short history is one-sided. Where an order rests, it is not counted as rejected before it has left or was overtaken.

Variant: the paper's vectors for several units at once are not used, one unit is priced at a time. The paper says
nothing of markets in which one side alone quotes, and there the bounds are not used. Nobody could ever quote beyond
them again, and they would close in from period to period.
"""

from typing import ClassVar

from p2p.agents.base import View
from p2p.agents.strategies.beliefs import Belief
from p2p.agents.strategies.gd import GD
from p2p.base.units import Role


class MGD(GD, kw_only=True, dict=True):
    """GD with the bounds of the period before."""

    source: ClassVar = "Tesauro & Das (2001), ACM EC 2001"
    open_is_lost: ClassVar[bool] = False

    def bounded(self, belief: Belief, view: View, role: Role) -> Belief:
        """No hope beyond the prices of the period before, where both sides could have quoted beyond them."""
        if self.before is None or view.quotes != "both":
            return belief
        far = self.before[1] if role == "seller" else -self.before[0]
        if not belief.xs[0] < far < belief.xs[-1]:
            return belief
        edge = belief.at(far)
        kept = [(x, p) for x, p in zip(belief.xs, belief.ps, strict=True) if x < far]
        belief.xs = [*(x for x, _ in kept), far, far + 1, max(belief.xs[-1], far + 2)]
        belief.ps = [*(p for _, p in kept), edge, 0.0, 0.0]
        return belief
