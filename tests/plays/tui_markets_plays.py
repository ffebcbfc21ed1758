"""What the tests of tui markets share with others."""

from p2p.base.units import SECOND, Role
from p2p.messages import Schedule, StartRound, Step
from p2p.scenario.schema import Scenario
from tests.plays.tui_plays import Play, energy, market

BOOK = market("continuous")


DAY = energy()


def opened(scenario: Scenario, role: Role, *steps: tuple[int, int]) -> Play:
    play = Play(scenario) << Schedule(1, role, tuple(Step(*step) for step in steps))
    return play << StartRound(1, 60 * SECOND)
