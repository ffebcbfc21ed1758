"""The earnings of a person in simulated sessions, the most that anybody can earn, and the pay for both."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from p2p.environments.registry import environment_of
from p2p.messages import Schedule
from p2p.scenario.assignment import seats_of_markets
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
    """The earnings of a person over the periods that count, in the scenario's smallest unit of money."""
    played = simulate(scenario, AGENT, sessions=sessions, seed=seed, workers=1)
    by_person = played.traders.groupby(["session", "seat"])["surplus"].sum()
    low, middle, high = (float(cast(float, by_person.quantile(share))) for share in (0.05, 0.5, 0.95))
    return Earned(low, middle, high, ceiling(scenario, seed))


def ceiling(scenario: Scenario, seed: int) -> float | None:
    """The most that any seat can earn: all units at the best price that may be said. None for households."""
    if scenario.capabilities.trades_energy:
        return None
    most: dict[int, float] = {}
    for market, seats in enumerate(seats_of_markets(scenario, seed)):
        environment = environment_of(scenario, seats, seed, market)
        for period in range(1, scenario.periods + 1):
            sent, _ = environment.start_period(period, scenario.period_us)
            for one in sent:
                if isinstance(one.message, Schedule) and isinstance(one.to, int):
                    most[one.to] = most.get(one.to, 0) + sum(_gains(scenario, period, one.message))
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
