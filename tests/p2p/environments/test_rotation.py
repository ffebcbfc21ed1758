"""Rotation of values and of roles: who has which schedule in which period."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from p2p.agents.base import Agent
from p2p.environments.value_draws import Dealing
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.schema import InducedValues
from p2p.sim.simulation.simulation import Simulation

MARKET = """
title = "A market that rotates"
periods = 4
period_s = 10.0
break_s = 1.0
institution = {{ name = "continuous", price_min = 1, price_max = 400, tick = 1 }}
environment = {{ buyers = [[325], [300]], sellers = [[75], [100]], rotate = "{rotate}" }}
"""


def dealt(buyers: int, sellers: int, rotate: Any, periods: int, seed: int = 1) -> list[dict[int, Any]]:
    table = InducedValues(
        buyers=tuple((300 + k,) for k in range(buyers)), sellers=tuple((k,) for k in range(sellers)), rotate=rotate
    )
    dealing = Dealing(table, tuple(range(buyers + sellers)), seed, 0)
    return [dealing(period) for period in range(1, periods + 1)]


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 9))
def test_values_rotate_as_a_latin_square(buyers: int, sellers: int, seed: int) -> None:
    periods = max(buyers, sellers)
    rounds = dealt(buyers, sellers, "values", periods, seed)
    whole = sorted(map(repr, rounds[0].values()))
    assert all(sorted(map(repr, one.values())) == whole for one in rounds), "each schedule is somebody's in each period"
    for seat, (role, _) in rounds[0].items():
        side = buyers if role == "buyer" else sellers
        had = [one[seat] for one in rounds[:side]]
        assert len(set(had)) == side, "everybody has each schedule of their side once"
        assert {role for role, _ in had} == {role}


@given(st.integers(1, 7), st.integers(0, 9))
def test_roles_change_every_period_and_back(pairs: int, seed: int) -> None:
    first, second, third = dealt(pairs, pairs, "roles", 3, seed)
    assert all(first[seat][0] != second[seat][0] for seat in first)
    assert third == first
    assert sorted(map(repr, first.values())) == sorted(map(repr, second.values()))


def test_without_rotation_everybody_keeps_their_schedule() -> None:
    assert len({repr(one) for one in dealt(3, 4, "none", 5)}) == 1


def test_roles_rotate_only_where_there_are_as_many_of_both() -> None:
    text = MARKET.format(rotate="roles").replace("[[75], [100]]", "[[75]]")
    with pytest.raises(ScenarioError, match="needs as many buyers as sellers"):
        parse(text)


def test_an_agent_that_changes_sides_begins_anew_and_one_that_changes_values_goes_on() -> None:
    class Counts(Agent, kw_only=True):
        looked: int = 0

        def decide(self, view: Any, rng: Any) -> Any:
            self.looked += 1
            return None

    def last(rotate: str) -> list[int]:
        simulation = Simulation(parse(MARKET.format(rotate=rotate)), (Counts,) * 4, 1)
        list(simulation.play())
        return [robot.agent.looked - robot.looked for robot in simulation.robots.values()]  # type: ignore[attr-defined]

    assert all(fewer < 0 for fewer in last("roles")), "its memory is of the last period alone"
    assert last("values") == [0, 0, 0, 0]


def test_rotation_is_part_of_the_scenario_and_of_what_may_change() -> None:
    plain, turning = parse(MARKET.format(rotate="none")), parse(MARKET.format(rotate="values"))
    assert turning.values_change
    assert not plain.values_change
    assert replace(turning.environment, rotate="none") == plain.environment
