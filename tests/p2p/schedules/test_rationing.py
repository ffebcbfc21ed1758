"""Price controls and taxes on Smith's Test 1: values 325 to 75 and costs 75 to 325 in steps of 25, a unit each."""

import csv

import pytest

from p2p.analysis.market_metrics import score_period, score_session
from p2p.messages import Contract, Schedule, Step
from p2p.scenario.charges import Charges
from p2p.schedules.rationing import Controlled, MarketRules, controlled, market_rules
from p2p.sim.library.files import load
from p2p.sim.library.units_sheet import units_sheet
from tests.plays.lab import pit

TEST_1 = {
    seat: Schedule(1, "buyer" if seat < 11 else "seller", (Step(325 - 25 * seat if seat < 11 else 25 * seat - 200, 1),))
    for seat in range(22)
}
"""Buyers on seats 0 to 10, values 325 down to 75; sellers on 11 to 21, costs 75 up to 325."""


def under(**rules) -> Controlled:
    return controlled(TEST_1.values(), MarketRules(**rules))


def traded(*pairs: tuple[int, int, int]) -> list[Contract]:
    made = enumerate(pairs, 1)
    return [Contract(n, price, taken="bid", buyer=buyer, seller=seller) for n, (buyer, seller, price) in made]


def test_a_ceiling_of_150_leaves_700_at_best_and_500_at_random_of_750() -> None:
    """Four sellers (75 to 150, 450 together) sell to the four best buyers (1150) or to four of eight (237.5 each)."""
    found = under(ceiling=150)
    goal = found.equilibrium
    assert (goal.surplus_max, found.attainable, found.random) == (750, 700, 500)
    assert (goal.quantity, goal.quantity_gainful, goal.price) == (4, 3, 150)
    assert (found.binds, found.rationed, found.share) == (True, "buyer", 0.5)


def test_a_floor_of_250_is_its_mirror() -> None:
    found = under(floor=250)
    assert (found.attainable, found.random, found.equilibrium.price, found.rationed) == (700, 500, 250, "seller")


def test_a_control_that_does_not_bind_changes_nothing_and_one_at_the_end_of_a_tunnel_cuts_it() -> None:
    assert under(ceiling=200) == under(floor=200) == under()
    assert not under(ceiling=200).binds
    wide = {0: Schedule(1, "buyer", (Step(100, 1),)), 1: Schedule(1, "seller", (Step(60, 1),))}
    goal = controlled(wide.values(), MarketRules(ceiling=90, floor=70)).equilibrium
    assert (goal.price_low, goal.price_high, goal.price) == (70, 90, 80)


def test_what_traders_would_gain_under_a_ceiling_adds_up_to_random_rationing() -> None:
    """A buyer of value v has (v − 150) with one chance in two; all eight paid whole would be 700, with sellers 850."""
    score = score_period(0, 1, TEST_1, [], MarketRules(ceiling=150))
    competitive = score.competitive(TEST_1)
    assert sum(competitive.values()) == 500
    assert (competitive[0], competitive[11]) == (87.5, 75.0)


def test_efficiency_is_of_the_free_market_and_beside_it_of_what_the_ceiling_leaves() -> None:
    """Values 325 and 150 with costs 75 and 150: 250 + 0 of 750, of 700; random rationing has 500 of 750."""
    score = score_period(0, 1, TEST_1, traded((0, 11, 150), (7, 14, 150)), MarketRules(ceiling=150))
    assert score.efficiency == 250 / 750
    assert score.efficiency_attainable == 250 / 700
    assert score.efficiency_random_rationing == 500 / 750
    assert (score.control_binds, score.deadweight_loss, score.alpha) == (1, 50, 0.0)
    whole = score_session([score, score_period(0, 2, TEST_1, [])])
    assert whole.efficiency_attainable == 250 / (700 + 750)
    assert whole.efficiency_random_rationing == (500 + 750) / 1500
    assert whole.control_binds == 1


@pytest.mark.parametrize(("tax", "units", "surplus"), [(10, 5, 750), (25, 5, 750), (75, 4, 700)])
def test_a_tax_changes_units_only_beyond_a_step_and_its_quantity_has_its_surplus(tax, units, surplus) -> None:
    """At 75 four units are left: 325 + 300 + 275 + 250 less 75 + 100 + 125 + 150."""
    found = under(charges=Charges(tax_buyer=tax))
    assert (found.equilibrium.quantity, found.attainable, found.equilibrium.surplus_max) == (units, surplus, 750)
    assert not found.binds


def test_a_commission_on_contracts_of_one_unit_is_a_tax_of_twice_its_size() -> None:
    commission, tax = Charges(commission=40), Charges(tax_buyer=40, tax_seller=40)
    assert under(charges=commission, one_unit=True) == under(charges=tax)
    assert under(charges=commission, one_unit=True).equilibrium.quantity == 4
    assert under(charges=commission) == under(charges=tax), "who has one unit makes contracts of one"
    two = [*TEST_1.values(), Schedule(1, "buyer", (Step(1, 2),))]
    assert controlled(two, MarketRules(commission)).equilibrium.quantity == 6, "of contracts of many units it is none"


def test_a_subsidy_brings_no_surplus_and_costs_what_it_makes_trade() -> None:
    """60 a unit: pairs of 50 and 100 at a loss trade too (−50): 750 − 50."""
    found = under(charges=Charges(tax_seller=-60))
    assert (found.equilibrium.quantity, found.attainable) == (7, 700)


def test_traders_surplus_and_revenue_are_told_apart() -> None:
    """325 less 75 is 250, of which 75 are the tax."""
    score = score_period(0, 1, TEST_1, traded((0, 11, 150)), MarketRules(Charges(tax_buyer=75)))
    assert (score.surplus, score.surplus_traders, score.revenue, score.deadweight_loss) == (250, 175, 75, 50)


def test_the_rules_of_a_scenario() -> None:
    assert market_rules(load("price-ceiling")) == MarketRules(ceiling=150)
    assert market_rules(load("smith-1962-test-1")).one_unit


def test_the_sheet_of_a_ceiling_says_what_is_left() -> None:
    said = "\n".join(units_sheet(load("price-ceiling"), 1))
    assert "the ceiling of 150 binds: 8 wanted, 4 offered there" in said
    assert "surplus with the best rationing 700, with random rationing 500" in said


def test_a_score_says_what_a_ceiling_leaves(tmp_path) -> None:
    """Whatever the robots do: five periods, random rationing 500 of 750."""
    assert pit("simulate", "price-ceiling", "--sessions", "2", "--out", "out", cwd=tmp_path).returncode == 0
    with (tmp_path / "out" / "sessions.csv").open() as file:
        for row in csv.DictReader(file):
            assert float(row["efficiency_random_rationing"]) == pytest.approx(2 / 3, abs=1e-6)
            assert float(row["efficiency_attainable"]) == pytest.approx(float(row["efficiency"]) * 750 / 700, abs=2e-6)
    with (tmp_path / "out" / "traders.csv").open() as file:
        competitive = [float(row["surplus_competitive"]) for row in csv.DictReader(file) if row["period"] == "1"]
    assert sum(competitive) == pytest.approx(2 * 500)
