"""Values that are drawn anew each period by a stated law: their range by side, who sits out, and what is told."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from p2p.environments.value_draws import Dealing
from p2p.scenario.disguise import disguised
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import InducedValues, Scenario
from p2p.sim.commands.scenarios import show
from p2p.sim.simulation.batch import SessionSpec, play

MARKET = """
title = "Values by chance"
periods = 6
period_s = 20
institution = { name = "continuous", price_min = 1, price_max = 600 }
[environment]
buyers = [[0], [0], [0], [0]]
sellers = [[0], [0], [0], [0, 0]]
"""
ANEW = "redraw = { low = 0, high = 499 }\n"
SIDES = "redraw = { low = 300, high = 499, costs = { low = 0, high = 200 }, told = true }\n"


def dealing(scenario: Scenario, seed: int = 3) -> Dealing:
    table = scenario.environment
    assert isinstance(table, InducedValues)
    return Dealing(table, tuple(range(8)), seed, 0, scenario.overrides)


def test_each_side_draws_from_its_own_range_every_period_anew() -> None:
    dealt = dealing(parse(MARKET + SIDES))
    seen: dict[str, set[int]] = {"buyer": set(), "seller": set()}
    for period in range(1, 200):
        for role, values in dealt(period).values():
            seen[role].update(values)
    assert 300 <= min(seen["buyer"]) <= max(seen["buyer"]) <= 499
    assert 0 <= min(seen["seller"]) <= max(seen["seller"]) <= 200
    assert len(seen["seller"]) > 180


def test_without_a_range_of_their_own_costs_are_drawn_as_values_are() -> None:
    plain = dealing(parse(MARKET + ANEW))
    same = dealing(parse(MARKET + ANEW.replace(" }", ", costs = { low = 0, high = 499 } }")))
    assert [plain(period) for period in (1, 2, 3)] == [same(period) for period in (1, 2, 3)]
    assert plain(1) != plain(2)
    assert plain(1) == dealing(parse(MARKET + ANEW))(1)


def test_a_seat_without_units_in_a_period_sits_out_though_values_are_drawn() -> None:
    late = "[[overrides]]\nfrom_period = 3\nbuyers = [[0, 0], [], [], [0]]\n"
    dealt = dealing(parse(MARKET + ANEW + late))
    units = [sorted(len(values) for role, values in dealt(period).values() if role == "buyer") for period in (2, 3, 6)]
    assert units == [[1, 1, 1, 1], [0, 0, 1, 2], [0, 0, 1, 2]]


def test_roles_rotate_and_values_are_drawn_for_the_role_of_the_period() -> None:
    dealt = dealing(parse(MARKET + SIDES + 'rotate = "roles"\n'))
    roles = [{seat: role for seat, (role, _) in dealt(period).items()} for period in (1, 2, 3)]
    assert roles[0] == roles[2]
    assert all(roles[0][seat] != roles[1][seat] for seat in range(8))
    assert all(max(values) <= 200 for role, values in dealt(2).values() if role == "seller")


def test_every_period_is_scored_by_its_own_equilibrium() -> None:
    scenario = parse(MARKET + ANEW)
    scores = play(SessionSpec(1, scenario, ("zic",) * 8, 5, 5)).scores
    assert len({score.equilibrium.price for score in scores}) > 3


def test_the_sheet_has_the_equilibrium_of_each_period(tmp_path: Path) -> None:
    file = tmp_path / "chance.toml"
    file.write_text(MARKET + SIDES)
    shown = CliRunner().invoke(show, [str(file)]).output
    assert "drawn anew each period from 300 to 499, costs from 0 to 200" in shown
    assert all(f"in period {period}" in shown for period in range(1, 7))
    assert "Each value is drawn by chance from 300 to 499 points, each cost from 0 to 200 points" in " ".join(
        shown.split()
    )


def test_the_law_is_told_where_the_file_says_so_and_not_elsewhere() -> None:
    assert public_rules(parse(MARKET + ANEW)).drawn is None
    told = public_rules(parse(MARKET + SIDES)).drawn
    assert told is not None
    assert (told.of("buyer"), told.of("seller")) == ((300, 499), (0, 200))


def test_a_disguise_moves_the_range_that_is_told() -> None:
    hidden = disguised(parse(MARKET + SIDES), 4)
    moved = hidden.institution.price_max - 600
    told = public_rules(hidden).drawn
    assert told is not None
    assert told.of("seller") == (moved, 200 + moved)


@pytest.mark.parametrize(
    ("redraw", "says"),
    [
        ("redraw = { low = 9, high = 5 }", "environment.redraw.low: is above high (5)"),
        ("redraw = { low = 1, high = 5, costs = { low = 9, high = 5 } }", "environment.redraw.costs.low: is above"),
        ("redraw = { low = 1, high = 5, costs = { low = 9 } }", "environment.redraw.costs.high: this key is missing"),
        ('redraw = { low = 1, high = 5, law = "normal" }', "environment.redraw.law: "),
        ("redraw = { low = 1, high = 5, mean = 3 }", "environment.redraw.mean: there is no such key"),
        ("redraw = { low = -1, high = 5 }", "environment.redraw.low: "),
        ("redraw = { low = 1, high = 5, told = 1 }", "environment.redraw.told: "),
        ("redraw = { told = true }", "environment.redraw.low: this key is missing"),
    ],
)
def test_a_law_that_cannot_be_is_named_by_its_key(redraw: str, says: str) -> None:
    with pytest.raises(ScenarioError) as error:
        parse(MARKET + redraw)
    assert says in str(error.value)
