"""The equilibrium sheet of an energy market: its intervals as one seed deals them, batteries by their own rule."""

from collections.abc import Iterator

from p2p.analysis.energy_metrics import best_gain, feeder_capacity
from p2p.environments.base import schedules_of
from p2p.environments.registry import environment_of
from p2p.scenario.assignment import seats_of_markets
from p2p.scenario.grid_fees import fee_range
from p2p.scenario.prosumer_schema import Prosumers
from p2p.scenario.schema import Scenario
from p2p.schedules.equilibrium import demand, equilibrium, supply


def energy_sheet(scenario: Scenario, seed: int) -> Iterator[str]:
    """The sheet of the first market, line by line; forecasts only, for metering is yet to come."""
    rules = scenario.energy
    assert rules is not None, "only energy markets have this sheet"
    panels = rules.seats if rules.pv is None else rules.pv
    panels = sum(any(day.pv_wh) for day in rules.days) if rules.days else panels
    yield (
        f"session      {scenario.markets} × {rules.seats} households, {panels} with panels and {rules.batteries} "
        f"with a battery, {scenario.periods} periods of {scenario.period_s:g} s, {scenario.break_s:g} s between"
    )
    yield (
        f"energy       {rules.interval_min} minutes a period from {rules.starts_at}; quantities in Wh, prices in "
        f"{scenario.currency}; {rules.money_per_unit:,} of price × Wh are 1 {rules.money_unit}"
    )
    yield from _data(rules)
    capacity = feeder_capacity(scenario.institution.call)
    if capacity is not None:
        yield f"feeder       carries {capacity} Wh a period; quantity and P0 below are without it, the surplus with it"
    yield f"\nas seed {seed} deals it:\n"
    yield f"  from   buyers      Wh  sellers      Wh  quantity       P0  surplus {rules.money_unit}"
    environment = environment_of(scenario, seats_of_markets(scenario, seed)[0], seed, 0)
    for period in range(1, scenario.periods + 1):
        schedules = list(schedules_of(environment, period).values())
        goal = equilibrium(schedules)
        wanted, offered = demand(schedules), supply(schedules)
        surplus = best_gain(wanted, offered, capacity) / rules.money_per_unit
        price = "–" if goal.price is None else f"{goal.price:g}"
        buyers = sum(one.role == "buyer" for one in schedules)
        yield (
            f" {_time(rules, period)} {buyers:8} {sum(s.quantity for s in wanted):7} {len(schedules) - buyers:8} "
            f"{sum(s.quantity for s in offered):7} {goal.quantity:9} {price:>8} {surplus:10.1f}"
        )


def _data(rules: Prosumers) -> Iterator[str]:
    """Where load and PV come from, if they are not drawn; prices by time of day, and fees."""
    if rules.days:
        yield f"load and PV  {rules.profiles or 'as in the file'}: {len(rules.days)} days, dealt by seed"
    if rules.bdew is not None:
        a_year = rules.bdew.kwh_a_year
        yield f"load         BDEW {rules.bdew.profile} of {rules.bdew.date}, {a_year.low} to {a_year.high} kWh a year"
    for one in rules.tariffs:
        bought, fed = (f"{drawn.low} to {drawn.high}" for drawn in (one.buy, one.feed_in))
        yield f"grid         from {one.starts_at} on: sells at {bought}, buys at {fed}"
    fees = fee_range(rules.grid_fees)
    if fees is not None:
        yield f"grid fees    {fees[0]} to {fees[1]} a kWh, paid by the buyer; P0 and surplus below are without them"


def _time(rules: Prosumers, period: int) -> str:
    """The time of day at which a period begins."""
    minutes = (rules.start_min + (period - 1) * rules.interval_min) % 1_440
    return f"{minutes // 60:02}:{minutes % 60:02}"
