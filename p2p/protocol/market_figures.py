"""The figures of a market while it runs, for the experimenter alone: supply, demand, contracts, what they come to.

They say what every trader holds: no frame of them goes to a trader or a spectator.
"""

import msgspec

from p2p.base.units import Duration, Money, Price, Quantity
from p2p.messages import Step

STEPS_TOLD = 400
"""Steps of supply or of demand in a frame, the best ones: more than a screen has columns."""
CONTRACTS_TOLD = 512
"""Contracts of the period in a frame, thinned where they are more."""
PERIODS_TOLD = 12
"""Finished periods in a frame, the last ones."""


class TradePoint(msgspec.Struct, frozen=True, array_like=True):
    """A contract as it is drawn: how far into the period, units traded before it, its price, its quantity."""

    into_us: Duration
    before: Quantity
    price: Price
    quantity: Quantity


class PeriodFigures(msgspec.Struct, frozen=True):
    """A period's result: volume, mean price, efficiency (1 is all), alpha in percent."""

    period: int
    volume: Quantity
    price_mean: float | None
    efficiency: float | None
    alpha: float | None


class MarketFigures(msgspec.Struct, frozen=True):
    """One market's period that runs, or ran last; `period` is 0 before the first.

    `demand` and `supply`: all units held at its start, best first, after taxes where there are some (`taxed`).
    `price_low` and `price_high`: the tunnel of P0 under the market's controls and taxes. `missed_buyers` and
    `missed_sellers`: units that would gain at P0 and are untraded, of `gainful` on each side. `so_far` has the
    contracts of this period only; `finished` the periods before.
    """

    market: int
    period: int = 0
    length_us: Duration = 0
    demand: tuple[Step, ...] = ()
    supply: tuple[Step, ...] = ()
    price_low: Price | None = None
    price_high: Price | None = None
    quantity: Quantity = 0
    gainful: Quantity = 0
    missed_buyers: Quantity = 0
    missed_sellers: Quantity = 0
    contracts: int = 0
    points: tuple[TradePoint, ...] = ()
    surplus: Money = 0
    surplus_max: Money = 0
    taxed: bool = False
    so_far: PeriodFigures | None = None
    finished: tuple[PeriodFigures, ...] = ()

    @property
    def price(self) -> float | None:
        """P0, the midpoint of the tunnel."""
        if self.price_low is None or self.price_high is None:
            return None
        return (self.price_low + self.price_high) / 2
