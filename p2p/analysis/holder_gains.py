"""Gains by kind of holder: people, and each robots' agent, trader by trader and period by period."""

from collections.abc import Iterable
from dataclasses import dataclass

from p2p.analysis.market_metrics import PeriodScore
from p2p.analysis.seat_occupancy import SeatOccupancy
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import Money

NOBODY = "nobody"


@dataclass(frozen=True)
class HolderGain:
    """The traders of one kind. A seat is its owner's while a robot stands in; `unpaid`: the gains of such robots.

    `traders`: how many traders' periods it has held longest. `surplus_competitive` as in the table of traders.
    """

    holder: str
    traders: int = 0
    surplus: Money = 0
    surplus_competitive: float = 0.0
    unpaid: Money = 0

    @property
    def share(self) -> float | None:
        """Its gains by those at equilibrium; None where there were none to be had."""
        return self.surplus / self.surplus_competitive if self.surplus_competitive else None


def holder_gains(scores: Iterable[PeriodScore], outcome: SessionOutcome, sitting: SeatOccupancy) -> list[HolderGain]:
    """A line for each kind of holder, people first, then agents by name."""
    found: dict[str, HolderGain] = {}
    for score in scores:
        competitive = score.competitive(outcome.schedules.get((score.market, score.period), {}))
        for seat, gained in score.surplus_by_seat.items():
            key = score.market, score.period, seat
            name = sitting.holder(key) or NOBODY
            before = found.get(name, HolderGain(name))
            found[name] = HolderGain(
                name,
                before.traders + 1,
                before.surplus + gained,
                before.surplus_competitive + competitive.get(seat, 0.0),
                before.unpaid + sitting.unpaid.get(key, 0),
            )
    return sorted(found.values(), key=lambda one: (one.holder != "human", one.holder))
