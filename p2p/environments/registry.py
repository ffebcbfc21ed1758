"""The environments, one line each; their tables and names are in p2p/scenario/schema.py (ENVIRONMENTS)."""

from p2p.base.units import Seat
from p2p.environments.base import Environment, Fewer
from p2p.environments.induced_values import Induced
from p2p.environments.prosumer import Prosumer
from p2p.environments.santa_fe_tokens import SantaFeTokens
from p2p.scenario.schema import Scenario

CLASSES: dict[str, type[Environment]] = {
    one.rules.name: one
    for one in (
        Induced,
        Prosumer,
        SantaFeTokens,
    )
}


def environment_of(scenario: Scenario, seats: tuple[Seat, ...], seed: int, market: int) -> Environment:
    """A new environment for one market of a scenario, its schedules dealt by seed."""
    return CLASSES[scenario.environment.name].of(scenario, seats, seed, market)


def fewer_traders(scenario: Scenario, traders: int) -> Fewer | None:
    """A scenario's table for fewer traders of a market; None where it cannot be made smaller."""
    return CLASSES[scenario.environment.name].fewer(scenario, traders)
