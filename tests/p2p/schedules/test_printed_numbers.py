"""The lab's library against print: competitive prices, quantities and surpluses of every schedule of the literature."""

import pytest

import p2p
from p2p.sim.library.files import load, names

SMITH = {
    ("smith-1962-test-1", 1): (200, 6),
    ("smith-1962-test-1-off", 1): (200, 6),
    ("smith-1962-test-2", 1): (342.5, 15),
    ("smith-1962-test-4", 1): (310, 10),
    ("smith-1962-test-4", 5): (310, 8),
    ("smith-1962-test-5", 4): (312.5, 10),
    ("smith-1962-test-5", 5): (345, 12),
    ("smith-1962-test-6", 1): (1075, 12),
    ("smith-1962-test-6", 5): (875, 12),
    ("smith-1962-test-7", 1): (340, 9),
    ("smith-1962-test-8", 1): (225, 7),
    ("smith-1962-test-8", 5): (225, 7),
    ("smith-1962-test-9", 3): (340, 18),
    ("smith-1962-test-9", 4): (380, 20),
    ("smith-1962-test-10", 1): (340, 18),
}
"""P0 and x0 of Smith (1962), Table 1, by scenario and period; x0 counts the pairs that gain nothing."""
GODE_SUNDER = {1: (82, 24), 2: (69, 24), 3: (95, 6), 4: (170, 12), 5: (129, 16)}
"""P* and the units that gain, by market."""
ZIU = {1: 90.0, 2: 90.0, 3: 76.7, 4: 48.8}
"""Gode & Sunder (1993), Table 2: mean efficiency of ZI-U in percent, of markets 1 to 4."""


@pytest.mark.parametrize(("name", "period"), SMITH)
def test_smiths_tests_have_the_printed_price_and_quantity(name: str, period: int) -> None:
    goal = p2p.equilibrium(name, period=period)
    assert (goal.price, goal.quantity) == SMITH[name, period]


def test_smiths_tests_keep_his_rule_on_losses() -> None:
    for name in (one for one in names() if one.startswith("smith-1962-")):
        scenario = load(name)
        assert scenario.label == "printed"
        if name != "smith-1962-test-1":
            assert (scenario.no_loss, scenario.loss_confirm) == ("off", True)
            assert scenario.shown_title == "A market"


def test_test_3_has_a_tunnel_whose_upper_end_smith_prints() -> None:
    scenario, goal = load("smith-1962-test-3"), p2p.equilibrium("smith-1962-test-3")
    assert (goal.price_low, goal.price_high, goal.quantity) == (340, 350, 16)
    assert scenario.p0_published == 350 == goal.price_high


def test_smiths_test_1_has_its_surplus() -> None:
    assert p2p.equilibrium("smith-1962-test-1-off").surplus_max == 750


def test_only_sellers_quote_in_the_first_part_of_test_8() -> None:
    scenario = load("smith-1962-test-8")
    assert [scenario.controls(period).terms.quotes for period in (1, 4, 5, 6)] == ["sellers"] * 2 + ["both"] * 2


def test_units_of_tests_9_and_10_are_those_of_test_7_twice() -> None:
    seventh = load("smith-1962-test-7").environment
    ninth, tenth = load("smith-1962-test-9").environment, load("smith-1962-test-10").environment
    assert ninth.buyers == tuple(one * 2 for one in seventh.buyers)
    assert ninth.sellers == tenth.sellers == tuple(one * 2 for one in seventh.sellers)
    assert len(tenth.buyers) == len(ninth.buyers) - 1


@pytest.mark.parametrize("market", GODE_SUNDER)
def test_gode_and_sunders_markets_have_their_price_and_units(market: int) -> None:
    goal = p2p.equilibrium(f"gode-sunder-1993-{market}")
    assert (goal.price, goal.quantity_gainful) == GODE_SUNDER[market]


@pytest.mark.parametrize("market", ZIU)
def test_zi_u_trades_every_unit_so_that_its_efficiency_is_an_identity_of_the_schedule(market: int) -> None:
    """Not a result of behaviour: one minus the loss on the units beyond the margin."""
    scenario = load(f"gode-sunder-1993-{market}")
    values = sum(sum(units) for units in scenario.environment.buyers)
    costs = sum(sum(units) for units in scenario.environment.sellers)
    goal = p2p.equilibrium(scenario)
    assert round(100 * (values - costs) / goal.surplus_max, 1) == ZIU[market]
    for one in p2p.simulate(scenario, "ziu:*", sessions=1, seed=1).played[0].scores:
        assert one.efficiency is not None
        assert round(100 * one.efficiency, 1) == ZIU[market]


def test_the_flat_gap_of_market_5_is_fitted_and_says_so() -> None:
    scenario = load("gode-sunder-1993-5")
    assert scenario.label == "fitted"
    values = sum(sum(units) for units in scenario.environment.buyers)
    costs = sum(sum(units) for units in scenario.environment.sellers)
    assert abs(100 * (values - costs) / p2p.equilibrium(scenario).surplus_max - 86.0) < 0.5


def test_gjerstad_and_dickhauts_market_has_its_price_and_its_shift() -> None:
    before, after = (p2p.equilibrium("gjerstad-dickhaut-1998", period=period) for period in (5, 6))
    assert (before.price, after.price) == (235, 285)


def test_cliff_and_brutens_markets_have_their_prices() -> None:
    kinds = {"symmetric": 200, "flat-supply": 200, "excess-demand": 325, "excess-supply": 75}
    assert {kind: p2p.equilibrium(f"cliff-bruten-1997-{kind}").price for kind in kinds} == kinds
    labels = {kind: load(f"cliff-bruten-1997-{kind}").label for kind in kinds}
    assert labels == dict(zip(kinds, ["printed", "printed", "ours", "ours"], strict=True))


def test_a_box_leaves_every_price_between_value_and_cost() -> None:
    goal = p2p.equilibrium("agrawal-2025-box")
    assert (goal.price_low, goal.price_high, goal.quantity, goal.surplus_max) == (80, 100, 5, 100)


def test_limits_of_tesauro_and_das_are_drawn_within_their_range() -> None:
    scenario = load("tesauro-das-2001")
    table = scenario.environment
    assert scenario.label == "drawn"
    assert [len(units) for units in (*table.buyers, *table.sellers)] == [10] * 20
    assert all(100 <= limit <= 200 for units in (*table.buyers, *table.sellers) for limit in units)
    assert scenario.activations() == 75


SANTA_FE = {
    "base": (4, 4, 4, "6453", 75, 3),
    "bbbs": (6, 2, 4, "6453", 50, 3),
    "bsss": (2, 6, 4, "6453", 50, 3),
    "per": (4, 4, 4, "6453", 75, 1),
    "shrt": (4, 4, 4, "6453", 25, 3),
    "sml": (2, 2, 4, "6453", 50, 3),
    "ran": (4, 4, 4, "0007", 50, 3),
    "tok": (4, 4, 1, "6453", 25, 3),
}
"""Rust, Miller & Palmer (1994): buyers, sellers, tokens, game type, steps; the periods of a round are the lab's."""


@pytest.mark.parametrize("kind", SANTA_FE)
def test_santa_fes_environments_have_their_numbers(kind: str) -> None:
    scenario = load(f"santa-fe-1990-{kind}")
    table = scenario.environment
    found = table.buyer_count, table.seller_count, table.tokens, table.game_type, scenario.activations()
    assert (*found, table.round_periods) == SANTA_FE[kind]
    assert scenario.institution.price_max == (3000 if kind == "ran" else 2000)
    assert scenario.label == "drawn"


def test_values_of_cason_and_friedman_are_drawn_anew_each_period() -> None:
    scenario = load("cason-friedman-1996")
    redraw = scenario.environment.redraw
    assert redraw is not None
    assert (redraw.law, redraw.low, redraw.high, scenario.traders, scenario.period_s) == ("uniform", 0, 499, 8, 110)
    assert p2p.equilibrium(scenario, period=1) != p2p.equilibrium(scenario, period=2)


IKICA = {
    **dict.fromkeys(
        ("full", "other", "same", "bb", "bb-random", "bb-matchmaker", "same-matchmaker"), (108, 113, 8, 320)
    ),
    "bb-more-rounds": (108, 113, 8, 320),
    **dict.fromkeys(("full-more-buyers", "bb-more-buyers"), (123, 128, 10, 425)),
    **dict.fromkeys(("full-more-sellers", "bb-more-sellers"), (93, 98, 10, 425)),
}
"""Ikica et al. (2023): the competitive prices, units and surplus of the printed structures, by treatment."""


@pytest.mark.parametrize("treatment", IKICA)
def test_structures_of_ikica_and_others_have_their_prices_and_surplus(treatment: str) -> None:
    goal = p2p.equilibrium(f"ikica-2023-{treatment}")
    assert (goal.price_low, goal.price_high, goal.quantity, goal.surplus_max) == IKICA[treatment]


def test_treatments_of_ikica_and_others_have_their_rules() -> None:
    found = {name.removeprefix("ikica-2023-"): load(name) for name in names() if name.startswith("ikica-2023-")}
    assert len(found) == 17
    for name, scenario in found.items():
        terms = scenario.institution.terms
        assert (terms.order_life_s, terms.replace_own, terms.units, scenario.label) == (10, True, "one", "printed"), (
            name
        )
        sees = {"bb": "none", "full": "book", "same": "own_side", "other": "other_side"}[name.split("-")[0]]
        assert scenario.information == sees, name
        price = {"random": "random", "matchmaker": "matchmaker"}.get(name.split("-")[-1], "earlier")
        assert terms.contract_price == price, name
        rounds = (50, 30) if name == "bb-more-rounds" else (10, 120)
        assert (scenario.periods, scenario.period_s) == rounds, name


def test_units_of_ikica_and_others_come_and_leave_in_the_sixth_round() -> None:
    shift, forth, back = (
        [p2p.equilibrium(f"ikica-2023-full-{kind}", period=period).price for period in (5, 6)]
        for kind in ("seller-shift", "from-buyers-to-sellers", "from-sellers-to-buyers")
    )
    assert (shift, forth, back) == ([110.5, 105.5], [115.5, 105.5], [105.5, 115.5])


def test_an_hour_of_two_arms_taxes_buyers_in_one_market_and_sellers_in_the_other() -> None:
    hour = load("classroom-hour-arms")
    assert (hour.seats, hour.markets, hour.purpose) == (44, 2, "teaching")
    taxes = [(own.controls(4).charges.tax_buyer, own.controls(4).charges.tax_seller) for own in hour.variants]
    assert taxes == [(75, 0), (0, 75)]
    assert all(own.controls(3).charges == hour.charges for own in hour.variants)


def test_institutions_and_speeds_stand_beside_one_another_with_the_same_schedules() -> None:
    pairs = {
        "posted-offer-beside-double-auction": ["standing", "posted-offer"],
        "call-beside-continuous": ["continuous", "call"],
        "robots-two-speeds": ["standing", "standing"],
    }
    for name, kinds in pairs.items():
        variants = load(name).variants
        assert [one.institution.name for one in variants] == kinds
        assert variants[0].environment == variants[1].environment
    slow, fast = load("robots-two-speeds").variants
    assert slow.activations() * 50 == fast.activations()
