"""A battery in whole Wh: the energy that it can take and give in an interval, under any rule of use.

Seen from the house: an action above 0 charges, below 0 discharges. Losses are the square root of the round trip's each
way. Rounding is never in favour of the house, so that no energy is made.
"""

import math
from dataclasses import dataclass

from p2p.base.units import Quantity
from p2p.scenario.prosumer_schema import Battery


@dataclass(frozen=True)
class Storage:
    """The limits of a battery, charge in Wh, power in Wh per interval at the house's side."""

    low: Quantity
    high: Quantity
    start: Quantity
    most: Quantity
    one_way: float

    def can_take(self, stored: Quantity) -> Quantity:
        """The most that can be charged in an interval."""
        return min(self.most, int((self.high - stored) / self.one_way))

    def can_give(self, stored: Quantity) -> Quantity:
        """The most that can be discharged in an interval."""
        return min(self.most, int((stored - self.low) * self.one_way))

    def act(self, stored: Quantity, wanted: Quantity) -> tuple[Quantity, Quantity]:
        """The part of a wanted action that is done, and the charge after it."""
        if wanted >= 0:
            taken = min(wanted, self.can_take(stored))
            return taken, min(self.high, stored + int(taken * self.one_way))
        given = min(-wanted, self.can_give(stored))
        return -given, max(self.low, stored - math.ceil(given / self.one_way))


def storage_of(battery: Battery, interval_h: float) -> Storage:
    """A battery of a scenario, in whole Wh; states of charge are rounded inwards."""
    capacity = battery.capacity_kwh * 1_000
    low, high = math.ceil(battery.soc_min * capacity), int(battery.soc_max * capacity)
    high = max(low, high)
    return Storage(
        low=low,
        high=high,
        start=min(high, max(low, round(battery.soc_start * capacity))),
        most=int(battery.power_kw * 1_000 * interval_h),
        one_way=math.sqrt(battery.round_trip_efficiency),
    )
