"""A reveal tells what counts: no period of practice is in it."""

from msgspec.structs import replace

from p2p.analysis.reveal import reveal
from p2p.scenario.parsing import parse
from p2p.sim.simulation.simulation import Simulation

LESSON = """
title = "A lesson with practice"
purpose = "teaching"
institution = { name = "continuous", price_min = 1, price_max = 400, tick = 1 }
environment = { buyers = [[325], [300]], sellers = [[75], [100]] }

[[stage]]
kind = "practice"
buyers = [[90], [80]]
periods = 1
period_s = 20.0
break_s = 1.0

[[stage]]
kind = "trade"
periods = 2
period_s = 20.0
break_s = 1.0
"""


def test_practice_is_in_no_reveal() -> None:
    scenario = parse(LESSON)
    played = [(at, event) for _, at, events in Simulation(scenario, ["zic"] * 4, 3).play() for event in events]
    assert sum(event.message.directive == "start_round" for _, event in played) == 3
    found = reveal(scenario, 3, played)
    assert len(found.figures) == 2
    assert all(one.so_far is not None and one.demand for one in found.figures)
    assert replace(scenario, purpose="research").reveals is False
