"""Supply and demand: competitive quantity, price tunnel and maximum surplus, from the traders' schedules.

A schedule is a role and steps (value or cost of each unit, number of units). Smith (1962): supply and demand meet at
the competitive price P0. If they meet in an interval of prices, the tunnel, P0 is its midpoint.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from p2p.base.units import Money, Price, Quantity
from p2p.messages import Schedule, Step
from p2p.scenario.charges import NO_CHARGES, Charges


@dataclass(frozen=True)
class Equilibrium:
    """The competitive outcome of one market and period.

    `quantity` counts pairs that gain nothing too, `quantity_gainful` only those that gain. The tunnel is None where
    nothing can be traded at any price that both sides accept.
    """

    quantity: Quantity
    quantity_gainful: Quantity
    price_low: Price | None
    price_high: Price | None
    surplus_max: Money

    @property
    def price(self) -> float | None:
        """P0, the midpoint of the tunnel."""
        if self.price_low is None or self.price_high is None:
            return None
        return (self.price_low + self.price_high) / 2


def demand(schedules: Iterable[Schedule]) -> list[Step]:
    """All buyers' steps, highest value first."""
    return sorted((s for b in schedules if b.role == "buyer" for s in b.steps), key=lambda step: -step.value)


def supply(schedules: Iterable[Schedule]) -> list[Step]:
    """All sellers' steps, lowest cost first."""
    return sorted((s for b in schedules if b.role == "seller" for s in b.steps), key=lambda step: step.value)


def equilibrium(schedules: Iterable[Schedule], charges: Charges = NO_CHARGES) -> Equilibrium:
    """Where demand and supply meet.

    A tax per unit is a wedge between them: it moves price and quantity. The maximum surplus, of which the tax is a
    part, stays as it is without. A commission, which is paid per contract, is left out.
    """
    schedules = list(schedules)
    bids, asks = demand(schedules), supply(schedules)
    free = _met(bids, asks)
    if not charges.tax_buyer and not charges.tax_seller:
        return free
    taxed = _met(
        [Step(step.value - charges.tax_buyer, step.quantity) for step in bids],
        [Step(step.value + charges.tax_seller, step.quantity) for step in asks],
    )
    return replace(taxed, surplus_max=free.surplus_max)


def _met(bids: list[Step], asks: list[Step]) -> Equilibrium:
    """Where steps that come best first meet."""
    i = j = traded = gainful = surplus = 0
    bid_left = ask_left = 0
    last_value: Money | None = None
    last_cost: Money | None = None
    while i < len(bids) and j < len(asks) and bids[i].value >= asks[j].value:
        bid_left, ask_left = bid_left or bids[i].quantity, ask_left or asks[j].quantity
        quantity = min(bid_left, ask_left)
        gain = bids[i].value - asks[j].value
        last_value, last_cost = bids[i].value, asks[j].value
        traded += quantity
        gainful += quantity if gain > 0 else 0
        surplus += gain * quantity
        bid_left, ask_left = bid_left - quantity, ask_left - quantity
        i, j = i + (bid_left == 0), j + (ask_left == 0)
    if last_value is None or last_cost is None:
        return Equilibrium(0, 0, None, None, 0)
    # a price clears if the last pair still trades at it and nobody who is left out would want to
    low = max(last_cost, bids[i].value) if i < len(bids) and not bid_left else last_cost
    high = min(last_value, asks[j].value) if j < len(asks) and not ask_left else last_value
    if bid_left:
        low = last_value
    if ask_left:
        high = last_cost
    return Equilibrium(traded, gainful, low, high, surplus)
