"""Figures of a period: efficiency, Smith's alpha, prices, each trader's gain.

Definitions: efficiency is realised over maximum surplus, None where the maximum is 0. Alpha (Smith 1962) is 100·σ0/P0,
σ0 the root mean square of the contract prices around P0; None without contracts. P0 is the price tunnel's midpoint.
"""

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from p2p.analysis.revenue import revenue
from p2p.base.exact_sum import total
from p2p.base.units import Money, Seat
from p2p.messages import Contract, Schedule
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.schedules.equilibrium import Equilibrium, equilibrium
from p2p.schedules.holding import Holding

if TYPE_CHECKING:
    from p2p.analysis.energy_metrics import EnergyScore


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


def efficiency(surplus: Money, surplus_max: Money) -> float | None:
    """Realised over maximum surplus, None where there was none to be had."""
    return None if surplus_max == 0 else surplus / surplus_max


def alpha(prices: list[int], p0: float | None, quantities: list[int] | None = None) -> float | None:
    """Smith's coefficient of convergence, in percent; each price counts with its quantity."""
    if not prices or not p0:
        return None
    weights = quantities or [1] * len(prices)
    squares = total(many * (price - p0) ** 2 for price, many in zip(prices, weights, strict=True))
    return 100 * sqrt(squares / total(weights)) / p0


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
    schedules: dict[Seat, Schedule], p0: float | None, charges: Charges = NO_CHARGES
) -> dict[Seat, float]:
    """Each trader's gain if all units traded at P0, taxes taken; units at the margin gain nothing.

    A commission, which is paid per contract, is left out, as it is of the equilibrium.
    """
    if p0 is None:
        return dict.fromkeys(schedules, 0.0)
    sign = {"buyer": 1, "seller": -1}
    return {
        seat: total(
            max(0.0, sign[s.role] * (step.value - p0) - charges.per_unit(s.role)) * step.quantity for step in s.steps
        )
        for seat, s in schedules.items()
    }


def score_period(
    market: int,
    period: int,
    schedules: dict[Seat, Schedule],
    contracts: list[Contract],
    charges: Charges = NO_CHARGES,
) -> PeriodScore:
    """Score one market's period from its schedules and contracts; prices are means over units."""
    goal = equilibrium(schedules.values(), charges)
    prices = [(contract.price, contract.quantity) for contract in contracts]
    quantity = sum(many for _, many in prices)
    gained = surpluses(schedules, contracts, charges)
    surplus = total(gained.values()) + revenue(contracts, charges)
    return PeriodScore(
        market=market,
        period=period,
        quantity=quantity,
        price_mean=total(price * many for price, many in prices) / quantity if quantity else None,
        alpha=alpha([price for price, _ in prices], goal.price, [many for _, many in prices]),
        surplus=surplus,
        efficiency=efficiency(surplus, goal.surplus_max),
        equilibrium=goal,
        surplus_by_seat=gained,
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


def score_session(periods: list[PeriodScore]) -> SessionScore:
    """Put the periods of a session together; alpha takes each contract around the P0 of its own period."""
    quantity = sum(score.quantity for score in periods)
    surplus = sum(score.surplus for score in periods)
    surplus_max = sum(score.equilibrium.surplus_max for score in periods)
    squares = [(score.quantity, score.alpha**2) for score in periods if score.alpha is not None]
    traded = sum(n for n, _ in squares)
    return SessionScore(
        quantity=quantity,
        price_mean=total(s.quantity * s.price_mean for s in periods if s.price_mean) / quantity if quantity else None,
        alpha=sqrt(total(n * square for n, square in squares) / traded) if traded else None,
        surplus=surplus,
        surplus_max=surplus_max,
        efficiency=efficiency(surplus, surplus_max),
    )
