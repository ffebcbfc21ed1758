"""Efficiency, Smith's alpha and surpluses, by hand."""

from math import sqrt

import pytest

from p2p.analysis.market_metrics import alpha, competitive_surpluses, efficiency, score_period, score_session, surpluses
from p2p.base.exact_sum import total
from p2p.messages import Contract, Schedule, Step

SCHEDULES = {
    3: Schedule(1, "buyer", (Step(200), Step(100), Step(50))),
    5: Schedule(1, "seller", (Step(25), Step(75), Step(150))),
}


def contracts(*prices: int) -> list[Contract]:
    return [Contract(number, price, "ask", 3, 5) for number, price in enumerate(prices, 1)]


def test_a_sum_of_floats_is_the_same_in_every_python() -> None:
    """From left to right, each step rounded: the built-in of Python 3.12 and later comes to 1.0."""
    assert total([0.1] * 10) == 0.9999999999999999
    assert (total([]), total([2, 3])) == (0, 5)


def test_alpha_is_the_root_mean_square_around_the_competitive_price_in_percent() -> None:
    assert alpha([200, 200], 200) == 0
    assert alpha([190, 210], 200) == pytest.approx(5)
    assert alpha([230], 200) == pytest.approx(15)
    assert alpha([190, 200], 200) == pytest.approx(100 * sqrt(50) / 200)


def test_alpha_is_null_without_contracts_or_without_a_competitive_price() -> None:
    assert alpha([], 200) is None
    assert alpha([100], None) is None
    assert alpha([100], 0) is None


def test_efficiency_is_null_where_nothing_was_to_be_gained() -> None:
    assert efficiency(0, 0) is None
    assert efficiency(-5, 0) is None
    assert efficiency(0, 10) == 0
    assert efficiency(5, 10) == 0.5
    assert efficiency(-5, 10) == -0.5


def test_units_are_used_best_first() -> None:
    assert surpluses(SCHEDULES, contracts(90, 80)) == {3: 110 + 20, 5: 65 + 5}


def test_a_step_of_several_units_is_used_unit_by_unit() -> None:
    wide = {3: Schedule(1, "buyer", (Step(100, 2), Step(60, 1))), 5: Schedule(1, "seller", (Step(10, 3),))}
    assert surpluses(wide, contracts(50, 50, 50)) == {3: 50 + 50 + 10, 5: 120}


def test_at_the_competitive_price_the_margin_gains_nothing() -> None:
    assert competitive_surpluses(SCHEDULES, 87.5) == {3: 112.5 + 12.5, 5: 62.5 + 12.5}
    assert competitive_surpluses(SCHEDULES, 100) == {3: 100, 5: 75 + 25}
    assert competitive_surpluses(SCHEDULES, None) == {3: 0, 5: 0}


def test_a_period_is_scored() -> None:
    score = score_period(0, 1, SCHEDULES, contracts(90, 80))
    assert (score.quantity, score.price_mean, score.surplus, score.efficiency) == (2, 85, 200, 1)
    assert score.alpha == pytest.approx(100 * sqrt((2.5**2 + 7.5**2) / 2) / 87.5)
    assert score.surplus_by_seat == {3: 130, 5: 70}


def test_a_trade_at_a_loss_lowers_efficiency() -> None:
    assert score_period(0, 1, SCHEDULES, contracts(90, 90, 90)).efficiency == (200 - 100) / 200


def test_a_period_without_contracts_has_neither_price_nor_alpha() -> None:
    score = score_period(0, 1, SCHEDULES, [])
    assert (score.quantity, score.price_mean, score.alpha, score.efficiency) == (0, None, None, 0)


def test_a_sessions_efficiency_is_the_ratio_of_sums_not_the_mean_of_ratios() -> None:
    thin = {3: Schedule(1, "buyer", (Step(110),)), 5: Schedule(1, "seller", (Step(100),))}
    whole = score_session([score_period(0, 1, SCHEDULES, contracts(90, 80)), score_period(0, 2, thin, [])])
    assert (whole.surplus, whole.surplus_max) == (200, 210)
    assert whole.efficiency == pytest.approx(200 / 210)


def test_a_sessions_price_and_alpha_weigh_each_contract_once() -> None:
    one, two = score_period(0, 1, SCHEDULES, contracts(90, 80)), score_period(0, 2, SCHEDULES, contracts(100))
    whole = score_session([one, two, score_period(0, 3, SCHEDULES, [])])
    assert (whole.quantity, whole.price_mean) == (3, 90)
    assert whole.alpha == pytest.approx(100 * sqrt((2.5**2 + 7.5**2 + 12.5**2) / 3) / 87.5)


def test_a_session_in_which_nothing_happened_has_only_nulls() -> None:
    apart = {3: Schedule(1, "buyer", (Step(10),)), 5: Schedule(1, "seller", (Step(100),))}
    whole = score_session([score_period(0, 1, apart, [])])
    assert (whole.efficiency, whole.alpha, whole.price_mean, whole.quantity) == (None, None, None, 0)
    assert score_session([]).efficiency is None
