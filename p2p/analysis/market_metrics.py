"""Figures of a period: efficiency, prices beside equilibrium, each trader's gain.

Efficiency is realised over maximum surplus, None where the maximum is 0. Alpha and the like: convergence.py.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from p2p.analysis.convergence import (
    alpha,
    alpha_note,
    notes_together,
    pooled,
    rmsd,
    rmsd_tunnel,
    share_in_tunnel,
)
from p2p.analysis.lost_surplus import missed_surplus
from p2p.analysis.profit_order import dispersion
from p2p.analysis.revenue import revenue
from p2p.base.exact_sum import total
from p2p.base.units import Duration, Money, Role, Seat
from p2p.messages import Contract, Schedule
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.schedules.equilibrium import Equilibrium
from p2p.schedules.holding import Holding
from p2p.schedules.rationing import MarketRules, controlled

if TYPE_CHECKING:
    from p2p.analysis.energy_metrics import EnergyScore


FREE = MarketRules()
"""Neither charges nor controls."""


@dataclass(frozen=True)
class PeriodScore:
    """One market's period, scored. Prices and surpluses in the scenario's unit of money, alpha in percent.

    Of prosumers: by their forecast steps, except `surplus_by_seat`, which is each seat's gain as metered. Their maximum
    surplus is within the feeder's capacity; price and quantity of equilibrium are without it.
    """

    market: int
    period: int
    quantity: int
    price_mean: float | None
    alpha: float | None
    surplus: Money
    efficiency: float | None
    equilibrium: Equilibrium
    surplus_by_seat: dict[Seat, Money]
    energy: "EnergyScore | None" = None
    taxes: Charges = NO_CHARGES
    """Charges by unit, a commission on single units among them."""
    rationed: Role | None = None
    """The side of which a binding control leaves only a `share` of the willing units."""
    share: float = 1.0
    attainable: Money | None = None
    """The most surplus within price controls and taxes; None of energy."""
    random: float | None = None
    """Surplus expected under random rationing; None where no price control binds."""
    revenue: Money = 0
    rmsd: float | None = None
    """Root mean square deviation of the prices from P0, in money."""
    rmsd_tunnel: float | None = None
    """The same from the tunnel: 0 for a price inside it."""
    share_in_tunnel: float | None = None
    """Of the units, those with a price in the tunnel."""
    alpha_note: str = ""
    """Why alpha is to be read with care."""
    gap_us: Duration = 0
    """How long the server's machine stood still in the period."""
    missed: Money | None = None
    """V: the most that the units untraded at the close could still have gained (lost_surplus.py); None of energy."""
    dispersion: float | None = None
    """Root mean square of traders' gains less those at equilibrium (profit_order.py); None of energy."""

    def competitive(self, schedules: dict[Seat, Schedule]) -> dict[Seat, float]:
        """Each trader's gain at the competitive price, in money; under a binding control, under random rationing."""
        return competitive_surpluses(schedules, self.equilibrium.price, self.taxes, self.rationed, self.share)

    @property
    def control_binds(self) -> int:
        """1 where a price control binds, else 0."""
        return int(self.random is not None)

    @property
    def efficiency_attainable(self) -> float | None:
        """Realised surplus by the most within controls and taxes."""
        return None if self.attainable is None else efficiency(self.surplus, self.attainable)

    @property
    def efficiency_random_rationing(self) -> float | None:
        """Surplus expected under random rationing, by the maximum of the market without control."""
        most = self.equilibrium.surplus_max
        return None if self.random is None or not most else self.random / most

    @property
    def extramarginal(self) -> Money | None:
        """EM: the loss by trades of units beyond the margin, the whole loss less V; None of energy."""
        return None if self.missed is None else self.equilibrium.surplus_max - self.surplus - self.missed

    @property
    def surplus_traders(self) -> Money:
        """The surplus without the revenue."""
        return self.surplus - self.revenue

    @property
    def deadweight_loss(self) -> Money | None:
        """The maximum of the market without controls and taxes, less the maximum within them."""
        return None if self.attainable is None else self.equilibrium.surplus_max - self.attainable


def efficiency(surplus: Money, surplus_max: Money) -> float | None:
    """Realised over maximum surplus, None where there was none to be had."""
    return None if surplus_max == 0 else surplus / surplus_max


def surpluses(
    schedules: dict[Seat, Schedule], contracts: list[Contract], charges: Charges = NO_CHARGES
) -> dict[Seat, Money]:
    """Each trader's gain in a period: value less price, price less cost, units best first, charges taken."""
    holdings = {seat: Holding(schedule.role, schedule.steps) for seat, schedule in schedules.items()}
    gained = dict.fromkeys(schedules, 0)
    for contract in contracts:
        assert contract.buyer is not None, "contracts are scored as recorded, not as shown"
        assert contract.seller is not None
        gained[contract.buyer] += holdings[contract.buyer].trade(contract.price, contract.quantity, charges)
        gained[contract.seller] += holdings[contract.seller].trade(contract.paid_to_seller, contract.quantity, charges)
    return gained


def competitive_surpluses(
    schedules: dict[Seat, Schedule],
    p0: float | None,
    charges: Charges = NO_CHARGES,
    rationed: Role | None = None,
    share: float = 1.0,
) -> dict[Seat, float]:
    """Each trader's gain if all units traded at P0, taxes taken; units at the margin gain nothing.

    A commission, which is paid per contract, is left out. Of a `rationed` side, each unit trades with the chance
    `share`: then these are expectations, and they add up to what random rationing leaves.
    """
    if p0 is None:
        return dict.fromkeys(schedules, 0.0)
    sign = {"buyer": 1, "seller": -1}
    chance = {"buyer": 1.0, "seller": 1.0} | ({rationed: share} if rationed else {})
    return {
        seat: chance[s.role]
        * total(
            max(0.0, sign[s.role] * (step.value - p0) - charges.per_unit(s.role)) * step.quantity for step in s.steps
        )
        for seat, s in schedules.items()
    }


def score_period(
    market: int,
    period: int,
    schedules: dict[Seat, Schedule],
    contracts: list[Contract],
    rules: MarketRules = FREE,
) -> PeriodScore:
    """Score one market's period from its schedules and contracts; prices are means over units."""
    found, charges = controlled(schedules.values(), rules), rules.charges
    goal, taxes = found.equilibrium, rules.taxes(schedules.values())
    prices = [(contract.price, contract.quantity) for contract in contracts]
    quantity = sum(many for _, many in prices)
    p0 = None if goal.price is None else goal.price - rules.disguise
    plain = [price - rules.disguise for price, _ in prices], p0, [many for _, many in prices]
    gained = surpluses(schedules, contracts, charges)
    taken = revenue(contracts, charges)
    surplus = total(gained.values()) + taken
    return PeriodScore(
        market=market,
        period=period,
        quantity=quantity,
        price_mean=total(price * many for price, many in prices) / quantity if quantity else None,
        alpha=alpha(*plain),
        rmsd=rmsd(*plain),
        rmsd_tunnel=rmsd_tunnel(prices, goal),
        share_in_tunnel=share_in_tunnel(prices, goal),
        alpha_note=alpha_note(schedules.values(), goal, found.binds, rules.ceiling, rules.tick, rules.disguise),
        surplus=surplus,
        efficiency=efficiency(surplus, goal.surplus_max),
        equilibrium=goal,
        surplus_by_seat=gained,
        taxes=taxes,
        rationed=found.rationed,
        share=found.share,
        attainable=found.attainable,
        random=found.random,
        revenue=taken if rules.fees is None else revenue(contracts, charges, rules.fees),
        missed=missed_surplus(schedules, contracts),
        dispersion=dispersion(gained, competitive_surpluses(schedules, goal.price, taxes, found.rationed, found.share)),
    )


@dataclass(frozen=True)
class SessionScore:
    """A session's periods (of all its markets) together: ratio of the sums, not mean of the ratios."""

    quantity: int
    price_mean: float | None
    alpha: float | None
    surplus: Money
    surplus_max: Money
    efficiency: float | None
    efficiency_attainable: float | None = None
    efficiency_random_rationing: float | None = None
    control_binds: int = 0
    surplus_traders: Money = 0
    revenue: Money = 0
    deadweight_loss: Money | None = None
    rmsd: float | None = None
    rmsd_tunnel: float | None = None
    share_in_tunnel: float | None = None
    alpha_note: str = ""
    gap_us: Duration = 0
    missed: Money | None = None
    dispersion: float | None = None

    @property
    def extramarginal(self) -> Money | None:
        """EM: the whole loss less V."""
        return None if self.missed is None else self.surplus_max - self.surplus - self.missed


def score_session(periods: list[PeriodScore]) -> SessionScore:
    """Put the periods of a session together; alpha takes each contract around the P0 of its own period."""
    quantity = sum(score.quantity for score in periods)
    surplus = sum(score.surplus for score in periods)
    surplus_max = sum(score.equilibrium.surplus_max for score in periods)
    inside = [(score.quantity, score.share_in_tunnel) for score in periods if score.share_in_tunnel is not None]
    known = [score.attainable for score in periods if score.attainable is not None]
    attainable = sum(known) if len(known) == len(periods) else None
    untraded = [score.missed for score in periods]
    bound = sum(score.control_binds for score in periods)
    random = total(score.equilibrium.surplus_max if score.random is None else score.random for score in periods)
    return SessionScore(
        quantity=quantity,
        price_mean=total(s.quantity * s.price_mean for s in periods if s.price_mean) / quantity if quantity else None,
        alpha=pooled((score.quantity, score.alpha) for score in periods),
        surplus=surplus,
        surplus_max=surplus_max,
        efficiency=efficiency(surplus, surplus_max),
        efficiency_attainable=None if attainable is None else efficiency(surplus, attainable),
        efficiency_random_rationing=random / surplus_max if bound and surplus_max else None,
        control_binds=bound,
        surplus_traders=sum(score.surplus_traders for score in periods),
        revenue=sum(score.revenue for score in periods),
        deadweight_loss=None if attainable is None else surplus_max - attainable,
        rmsd=pooled((score.quantity, score.rmsd) for score in periods),
        rmsd_tunnel=pooled((score.quantity, score.rmsd_tunnel) for score in periods),
        share_in_tunnel=total(n * share for n, share in inside) / sum(n for n, _ in inside) if inside else None,
        alpha_note=notes_together(score.alpha_note for score in periods),
        gap_us=sum(score.gap_us for score in periods),
        dispersion=pooled((len(score.surplus_by_seat), score.dispersion) for score in periods),
        missed=None if None in untraded else sum(one for one in untraded if one is not None),
    )
