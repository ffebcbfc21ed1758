"""The environment that a scenario names, for one market of it."""

from p2p.environments import Environment
from p2p.environments.dealing import Dealing
from p2p.environments.induced import Induced
from p2p.scenario import Scenario
from p2p.units import Seat


def environment_of(scenario: Scenario, seats: tuple[Seat, ...], seed: int, market: int) -> Environment:
    """A new environment, its schedules dealt by seed."""
    return Induced(Dealing(scenario.environment, seats, seed, market), scenario.charges)
