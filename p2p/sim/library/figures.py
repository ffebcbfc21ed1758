"""The competitive figures of a scenario, period by period, under its price controls and taxes."""

from collections.abc import Iterator

import msgspec

from p2p.base.units import Money, Price, Quantity
from p2p.environments.base import schedules_of
from p2p.environments.registry import environment_of
from p2p.messages import Schedule
from p2p.scenario.assignment import seats_of_markets
from p2p.scenario.schema import Scenario
from p2p.schedules.rationing import controlled, market_rules


class PeriodFigures(msgspec.Struct, frozen=True):
    """A period's competitive outcome.

    `surplus_max` is that of the market without controls and taxes: efficiency is a share of it. `surplus_attainable` is
    the most within them. `surplus_random` is expected under random rationing; None where no control binds.
    `quantity` counts the pairs that gain nothing, too.
    """

    period: int
    p0: float | None
    price_low: Price | None
    price_high: Price | None
    quantity: Quantity
    quantity_gainful: Quantity
    surplus_max: Money
    surplus_attainable: Money
    surplus_random: float | None = None
    control_binds: bool = False


def figures(rules: Scenario, seed: int) -> list[PeriodFigures]:
    """Every period's, of the first market as the seed deals it."""
    return [_figures_of(rules, period, schedules) for period, schedules in schedules_by_period(rules, seed)]


def schedules_by_period(rules: Scenario, seed: int) -> Iterator[tuple[int, list[Schedule]]]:
    """The schedules of each period in the first market."""
    environment = environment_of(rules, seats_of_markets(rules, seed)[0], seed, 0)
    for period in range(1, rules.periods + 1):
        yield period, list(schedules_of(environment, period).values())


def _figures_of(rules: Scenario, period: int, schedules: list[Schedule]) -> PeriodFigures:
    found = controlled(schedules, market_rules(rules, period))
    goal = found.equilibrium
    return PeriodFigures(
        period,
        goal.price,
        goal.price_low,
        goal.price_high,
        goal.quantity,
        goal.quantity_gainful,
        goal.surplus_max,
        found.attainable,
        found.random,
        found.binds,
    )


def several(numbers: list[int]) -> str:
    """Periods in words: 1 to 3, 5, 7 to 9."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def figures_table(rows: list[PeriodFigures]) -> Iterator[str]:
    """A line for each run of periods with the same figures."""
    alike: dict[PeriodFigures, list[int]] = {}
    for row in rows:
        alike.setdefault(msgspec.structs.replace(row, period=0), []).append(row.period)
    yield "\n periods          P0  quantity  gaining  surplus  attainable  random rationing"
    for row, numbers in alike.items():
        p0 = "–" if row.p0 is None else f"{row.p0:g}"
        rationed = f"{row.surplus_random:g}" if row.surplus_random is not None else ""
        yield (
            f" {several(numbers):12} {p0:>6} {row.quantity:9} {row.quantity_gainful:8} {row.surplus_max:8} "
            f"{row.surplus_attainable:11} {rationed:>17}"
        ).rstrip()
