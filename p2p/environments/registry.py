"""The environment that a scenario names, for one market of it."""

from p2p.base.units import Seat
from p2p.environments.base import Environment
from p2p.environments.household_days import drawn_days
from p2p.environments.induced_values import Induced
from p2p.environments.prosumer import Prosumer
from p2p.environments.value_draws import Dealing
from p2p.scenario.prosumer_schema import Prosumers
from p2p.scenario.schema import Scenario


def environment_of(scenario: Scenario, seats: tuple[Seat, ...], seed: int, market: int) -> Environment:
    """A new environment, its schedules dealt by seed."""
    table = scenario.environment
    if isinstance(table, Prosumers):
        return Prosumer(drawn_days(table, seats, seed, market), scenario.institution, scenario.charges)
    return Induced(Dealing(table, seats, seed, market), scenario.charges)
