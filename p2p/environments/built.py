"""The environment that a scenario names, for one market of it."""

from p2p.environments import Environment
from p2p.environments.days import drawn_days
from p2p.environments.dealing import Dealing
from p2p.environments.induced import Induced
from p2p.environments.neighbourhood import Prosumers
from p2p.environments.prosumer import Prosumer
from p2p.scenario import Scenario
from p2p.units import Seat


def environment_of(scenario: Scenario, seats: tuple[Seat, ...], seed: int, market: int) -> Environment:
    """A new environment, its schedules dealt by seed."""
    table = scenario.environment
    if isinstance(table, Prosumers):
        return Prosumer(drawn_days(table, seats, seed, market), scenario.institution, scenario.charges)
    return Induced(Dealing(table, seats, seed, market), scenario.charges)
