"""What the tests of energy days share with others."""

from typing import Any

import msgspec

from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load

ENERGY_DAYS = ("energy-day", "energy-day-call-cap")


def brief(name: str, periods: int = 3, **changes: Any) -> Scenario:
    """A scenario of the lab with few, short periods."""
    scenario = load(name)
    robots = msgspec.structs.replace(scenario.robots, reaction_mean_s=0.5)
    return msgspec.structs.replace(scenario, periods=periods, period_s=2.0, break_s=0.5, robots=robots, **changes)
