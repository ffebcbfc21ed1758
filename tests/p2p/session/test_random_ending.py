"""A session that ends by chance: after each period, at most so many."""

import pytest
from msgspec.structs import replace

from p2p.information.rules_text import section_text
from p2p.messages import StartRound
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.sim.library.texts import catalogue
from p2p.sim.simulation.simulation import Simulation

MARKET = """
title = "A market that may end"
periods = 8
period_s = 2.0
break_s = 1.0
end_probability = 0.25
institution = { name = "continuous", price_min = 1, price_max = 400, tick = 1 }
environment = { buyers = [[325]], sellers = [[75]] }
"""


def length(scenario: Scenario, seed: int) -> int:
    simulation = Simulation(scenario, ("zic", "zic"), seed)
    return max(
        event.message.period
        for _, _, events in simulation.play()
        for event in events
        if isinstance(event.message, StartRound)
    )


def test_sessions_end_by_the_chance_that_is_told_and_never_after_the_cap() -> None:
    lengths = [length(parse(MARKET), seed) for seed in range(400)]
    assert max(lengths) == 8
    ended = sum(one == 1 for one in lengths)
    assert 70 <= ended <= 130, "a quarter of four hundred, within three and a half standard deviations"
    went_on = [one for one in lengths if one > 1]
    assert 0.17 <= sum(one == 2 for one in went_on) / len(went_on) <= 0.33, "whatever came before"
    assert lengths == [length(parse(MARKET), seed) for seed in range(400)], "the same seed ends the same"


def test_without_a_chance_every_period_is_played() -> None:
    assert {length(replace(parse(MARKET), end_probability=0.0), seed) for seed in range(20)} == {8}


def test_chance_and_cap_are_told() -> None:
    told = section_text("market", public_rules(parse(MARKET)), catalogue())
    assert "After each period trade ends with a chance of 25 %; there are at most 8 periods." in told


def test_it_is_for_one_stage_of_trade() -> None:
    plain = MARKET.replace("periods = 8\nperiod_s = 2.0\nbreak_s = 1.0\n", "")
    stage = '[[stage]]\nkind = "trade"\nperiods = 4\n'
    parse(plain + stage)
    with pytest.raises(ScenarioError, match="end_probability: is for one stage of trade"):
        parse(plain + stage + stage)
