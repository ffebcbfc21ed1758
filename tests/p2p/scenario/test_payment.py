"""[payment]: the arithmetic of pay, exact and rounded once, and the tables that contradict themselves."""

import random
from fractions import Fraction

import pytest

from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from p2p.scenario.payment import Payment, amounts, exact, in_digits, points_of, rounded, units_of_a_point

INDUCED = """
title = "Paid"
periods = 2
period_s = 60
{more}
payment = {{ {payment} }}
institution = {{ name = "standing", price_min = 1, price_max = 200{terms} }}
environment = {{ buyers = [[100]], sellers = [[50]] }}
"""
ROUNDINGS = ("nearest", "up", "down")
STEPS = (0.01, 0.05, 0.1, 0.5, 1.0, 0.03)


def some_payments(count: int) -> list[Payment]:
    draws = random.Random(4)
    made = []
    for _ in range(count):
        base = draws.choice((0.0, 1.5, 3.33))
        payment = Payment(
            rate=draws.choice((0.02, 0.013, 1.0, 0.00007)),
            currency="€",
            fee=draws.choice((0.0, 5.0, 2.57)),
            base=base,
            floor=draws.choice((0.0, -base, 0.25)),
            rounding=draws.choice(ROUNDINGS),
            step=draws.choice(STEPS),
        )
        made.append(payment)
    return made


POINTS = [Fraction(number, part) for number in (-1000, -37, -1, 0, 1, 3, 250, 305, 999) for part in (1, 10, 7)]


def test_an_amount_is_rounded_once_and_never_below_the_fee() -> None:
    for payment in some_payments(200):
        for points in POINTS:
            pay = amounts(payment, points)
            whole = pay.fee + pay.base + pay.bonus
            step = exact(payment.step)
            assert pay.amount >= pay.fee
            if pay.amount != pay.fee:
                assert (pay.amount / step).denominator == 1
            error = pay.amount - whole
            allowed = {"nearest": abs(error) <= step / 2, "up": 0 <= error < step, "down": -step < error <= 0}
            assert allowed[payment.rounding] or pay.amount == pay.fee
            assert pay.bonus == max(points * exact(payment.rate), exact(payment.floor))
            assert pay.at_floor == (points * exact(payment.rate) < exact(payment.floor))


def test_half_a_step_is_rounded_up_and_nothing_is_rounded_on_the_way() -> None:
    payment = Payment(rate=0.005, currency="€", fee=0.005, base=0.005)
    assert amounts(payment, Fraction(1)).amount == Fraction("0.02")  # 0.015, and not 0.01 three times
    assert amounts(payment, Fraction(0)).amount == Fraction("0.01")
    assert rounded(Payment(rate=1.0, currency="€"), Fraction("0.145")) == Fraction("0.15")  # a float's would be 0.14


def test_pay_rises_with_points_and_a_fee_alone_has_none() -> None:
    for payment in some_payments(50):
        paid = [amounts(payment, points).amount for points in sorted(POINTS)]
        assert paid == sorted(paid)
        alone = amounts(payment, Fraction(999), "fee")
        assert (alone.base, alone.bonus) == (0, 0)
        assert alone.amount >= alone.fee == exact(payment.fee)


def test_sums_do_not_depend_on_the_order_of_people() -> None:
    payment = Payment(rate=0.013, currency="€", fee=2.5)
    paid = [amounts(payment, points).amount for points in POINTS]
    random.Random(1).shuffle(shuffled := list(paid))
    assert sum(paid) == sum(shuffled)


def test_a_point_is_what_screens_show_as_one() -> None:
    assert units_of_a_point("points") == 1
    assert points_of(305, units_of_a_point("0.1 c")) == Fraction("30.5")
    assert points_of(12_345, units_of_a_point("0.1 ct", 10_000)) == Fraction("1.2345")


@pytest.mark.parametrize(
    ("number", "least", "text"),
    [
        (Fraction(5), 2, "5.00"),
        (Fraction("3.965"), 2, "3.965"),
        (Fraction(-1, 2), 0, "-0.5"),
        (Fraction(1, 3), 2, "0.333333"),
        (Fraction(0), 2, "0.00"),
        (Fraction(-1, 10**9), 2, "0.000000"),
    ],
)
def test_amounts_are_written_in_decimals(number: Fraction, least: int, text: str) -> None:
    assert in_digits(number, least) == text


@pytest.mark.parametrize(
    ("payment", "more", "says"),
    [
        ("rate = 0", "", "payment.rate: is 0: nobody would earn anything"),
        ("rate = -1", "", "payment.rate: expected `float` >= 0"),
        ("rate = 1, base = 2, floor = -3", "", r"payment.floor: is below -base \(-2\)"),
        ("rate = 1, draw = 'experimenter'", "", "payment.draw: goes with paid = 'one period'"),
        ("rate = 1", 'purpose = "teaching"', "payment: is for research"),
        (
            "rate = 1, paid = 'one period'",
            "loss_floor = 100",
            "payment.paid: cannot be .* here: the loss floor",
        ),
        (
            "rate = 1, paid = 'one period'",
            "end_probability = 0.2",
            "payment.paid: cannot be .* here: the session ends by",
        ),
        ("rate = 1e-9", "", "payment.rate: has more than 8 digits behind the point"),
        ("rate = 1, step = 0.0000001", "", "payment.step: has more than 6 digits"),
        ("rate = 1, paid = 'all'", "", "payment.paid: there is no 'all'|payment.paid"),
        ("rate = 1, step = 0", "", "payment.step"),
        ("fee = 1", "", "payment.*rate"),
    ],
)
def test_pay_that_cannot_be_is_refused_with_one_line(payment: str, more: str, says: str) -> None:
    text = INDUCED.format(payment=f'{payment}, currency = "€"', more=more, terms="")
    with pytest.raises(ScenarioError, match=says) as refused:
        parse(text, "mine.toml")
    assert "\n" not in str(refused.value)


def test_one_period_is_not_paid_where_orders_live_as_long_as_the_session() -> None:
    text = INDUCED.format(
        payment="rate = 1, currency = '€', paid = 'one period'", more="", terms=', terms = { order_life = "session" }'
    ).replace('"standing"', '"continuous"')
    with pytest.raises(ScenarioError, match=r"payment.paid: cannot be .* here: orders live"):
        parse(text)
