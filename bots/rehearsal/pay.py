"""The earnings of a person in simulated sessions, the most that anybody can earn, and the pay for both."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from bots.rehearsal.verdict import Pay
from p2p.environments.registry import environment_of
from p2p.messages import Schedule
from p2p.scenario.assignment import scenarios_of_markets, seats_of_markets
from p2p.scenario.payment import amounts
from p2p.scenario.schema import Scenario
from p2p.sim.face.functions import simulate

SESSIONS = 40
"""Simulated sessions: with their seats some hundred people, enough for the fifth of them in a hundred."""
AGENT = "zip:*"
"""Traders that learn, whose earnings are nearer to people's than those of random ones."""


@dataclass(frozen=True)
class Earned:
    """A person's earnings in points: the 5th, 50th and 95th of a hundred, and the ceiling, None where there is none."""

    low: float
    middle: float
    high: float
    ceiling: float | None


def earnings(scenario: Scenario, seed: int, sessions: int = SESSIONS) -> Earned:
    """The earnings of a person in points: of the periods that count, or of one of them, where one is paid."""
    one_period = scenario.payment is not None and scenario.payment.paid == "one period"
    played = simulate(scenario, AGENT, sessions=sessions, seed=seed, workers=1)
    people = played.traders.groupby(["session", "seat", *["period"] * one_period])["surplus"].sum()
    units = scenario.point_units
    low, middle, high = (float(cast(float, people.quantile(share))) / units for share in (0.05, 0.5, 0.95))
    most = ceiling(scenario, seed, one_period)
    return Earned(low, middle, high, None if most is None else most / units)


def money_of(scenario: Scenario, earned: Earned) -> Pay:
    """The pay for these earnings; none where the scenario has no [payment]."""
    points = Pay(round(earned.low, 2), round(earned.middle, 2), round(earned.high, 2), earned.ceiling)
    payment = scenario.payment
    if payment is None:
        return points

    def paid(of: float) -> float:
        return float(amounts(payment, Fraction(repr(of))).amount)

    most = None if earned.ceiling is None else paid(earned.ceiling)
    return replace(points, currency=payment.currency, low=paid(earned.low), high=paid(earned.high), ceiling=most)


def ceiling(scenario: Scenario, seed: int, one_period: bool = False) -> float | None:
    """The most money that any seat can earn, in all periods or in one: each unit at the best price that may be said.

    None for households, whose energy has no such bound.
    """
    if scenario.capabilities.trades_energy:
        return None
    most: dict[tuple[int, int], float] = {}
    own = scenarios_of_markets(scenario, seed)
    for market, seats in enumerate(seats_of_markets(scenario, seed)):
        environment = environment_of(own[market], seats, seed, market)
        for period in range(1, scenario.periods + 1):
            sent, _ = environment.start_period(period, scenario.period_us)
            for one in sent:
                if isinstance(one.message, Schedule) and isinstance(one.to, int):
                    paid_by = one.to, period if one_period else 0
                    most[paid_by] = most.get(paid_by, 0) + sum(_gains(own[market], period, one.message))
    return max(most.values(), default=0)


def _gains(scenario: Scenario, period: int, schedule: Schedule) -> Iterator[float]:
    """The most that each unit of a schedule can gain, none where that is a loss."""
    controls = scenario.controls(period)
    low, high = scenario.institution.price_min, scenario.institution.price_max
    low = max(low, controls.terms.price_floor or low)
    high = min(high, controls.terms.price_ceiling or high)
    tax = controls.charges.per_unit(schedule.role)
    for step in schedule.steps:
        each = step.value - low if schedule.role == "buyer" else high - step.value
        yield step.quantity * max(0, each - tax)
