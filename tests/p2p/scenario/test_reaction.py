"""Reaction times: the laws, the words for them, and that adding a robot changes nobody else's."""

import random
from statistics import mean

import msgspec
import pytest

from p2p.base.units import SECOND, is_seat
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.reaction_times import NONE_S, Reaction, ReactionError, parse_reaction
from p2p.scenario.robots import RobotRules
from p2p.sim.simulation.simulation import Simulation
from tests.plays.play import small
from tests.plays.scenario_plays import GOOD


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("exponential", Reaction("exponential", 3.0)),
        ("exponential:2", Reaction("exponential", 2.0)),
        ("exponential:2:wall", Reaction("exponential", 2.0, wall=True)),
        ("fixed:0.5", Reaction("fixed", 0.5)),
        ("uniform:1-3", Reaction("uniform", 1.0, 3.0)),
        ("uniform", Reaction("uniform", 0.0, 6.0)),
        ("lognormal:2-0.7", Reaction("lognormal", 2.0, 0.7)),
        ("lognormal", Reaction("lognormal", 3.0, 0.5)),
        ("none", Reaction("none", NONE_S)),
    ],
)
def test_a_law_is_read_from_words(text, law):
    assert parse_reaction(text, 3.0) == law


@pytest.mark.parametrize(
    "text",
    [
        "",
        "slow",
        "none:1",
        "fixed:0",
        "fixed:x",
        "exponential:-1",
        "exponential:nan",
        "uniform:3-1",
        "fixed:1-2",
    ],
)
def test_what_is_no_law_is_said(text):
    with pytest.raises(ReactionError):
        parse_reaction(text, 3.0)


@pytest.mark.parametrize("text", ["exponential:2", "uniform:1-3", "lognormal:2-0.7", "fixed:2", "none"])
def test_draws_have_the_mean_of_their_law(text):
    law, rng = parse_reaction(text, 1.0), random.Random(1)
    drawn = [law.draw_s(rng) for _ in range(20_000)]
    assert mean(drawn) == pytest.approx(law.mean_s, rel=0.03)
    assert min(drawn) >= 0
    if text.startswith("uniform"):
        assert 1 <= min(drawn) < 1.01 < 2.99 < max(drawn) <= 3


def test_a_scenario_says_its_law_and_a_wrong_one_is_found():
    told = GOOD.replace("reaction_mean_s = 2", 'reaction_mean_s = 2\nreaction = "fixed"')
    assert parse(told).robots.reaction == "fixed"
    with pytest.raises(ScenarioError, match=r"robots\.reaction: 'soon' is no reaction"):
        parse(told.replace('"fixed"', '"soon"'))


def test_simulated_robots_look_by_the_law():
    scenario = msgspec.structs.replace(small(), robots=RobotRules(1.0, "fixed:3"))
    simulation = Simulation(scenario, ["zic"] * 4, 1)
    said_at = {now for envelope, now, _ in simulation.play() if is_seat(envelope.sender)}
    assert said_at
    assert {now % (15 * SECOND) // SECOND for now in said_at} <= {3, 6, 9}


def test_robots_answer_much_faster_without_a_reaction_time():
    quick = Simulation(msgspec.structs.replace(small(), robots=RobotRules(1.0, "none")), ["zic"] * 4, 1)
    slow = Simulation(small(), ["zic"] * 4, 1)
    first = [next(now for envelope, now, _ in one.play() if is_seat(envelope.sender)) for one in (quick, slow)]
    assert first[0] == NONE_S * SECOND + 1
    assert first[1] > 5 * first[0]


def test_another_agent_or_another_seat_changes_no_other_robots_stream():
    """A robot's stream comes from the session's seed and its own seat, and from nothing else."""
    few, other = Simulation(small(), ["zic"] * 4, 7), Simulation(small(), ["zic", "ziu", "gd", "zic"], 7)
    more = Simulation(small(buyers=((150, 120), (130,), (90,))), ["zic"] * 5, 7)
    for seat in range(4):
        drawn = few.robots[seat].rng.random()
        assert drawn == other.robots[seat].rng.random() == more.robots[seat].rng.random()
    assert len({robot.rng.random() for robot in more.robots.values()}) == 5
