"""The gains that a market did not realise: missed units and units in others' place."""

from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.analysis.lost_surplus import missed_surplus
from p2p.analysis.market_metrics import score_period, score_session
from p2p.messages import Contract, Schedule, Step


def schedules(buyers: list[int], sellers: list[int]) -> dict[int, Schedule]:
    sides = [("buyer", value) for value in buyers] + [("seller", cost) for cost in sellers]
    return {seat: Schedule(1, role, (Step(value, 1),)) for seat, (role, value) in enumerate(sides)}


def contracts(pairs: list[tuple[int, int]], price: int = 50) -> list[Contract]:
    return [Contract(number, price, 1, buyer, seller) for number, (buyer, seller) in enumerate(pairs, 1)]


def test_an_hour_without_trade_misses_everything_and_puts_nobody_in_anothers_place() -> None:
    one = score_period(0, 1, schedules([90, 70, 40], [30, 50, 80]), [])
    assert (one.equilibrium.surplus_max, one.missed, one.extramarginal) == (80, 80, 0)


def test_a_cheap_buyer_in_a_dear_buyers_place_costs_the_difference_and_nothing_is_missed() -> None:
    """Values 90, 70, 40 and costs 30, 50, 80: 40 takes the unit of 30, then 90 that of 50; 70 and 80 are left."""
    one = score_period(0, 1, schedules([90, 70, 40], [30, 50, 80]), contracts([(2, 3), (0, 4)]))
    assert (one.surplus, one.missed, one.extramarginal) == (50, 0, 30)


def test_a_session_has_the_sums_of_its_periods() -> None:
    lost = [
        score_period(0, k, schedules([90, 70, 40], [30, 50, 80]), contracts(pairs))
        for k, pairs in ((1, []), (2, [(2, 3)]))
    ]
    whole = score_session(lost)
    assert (whole.missed, whole.extramarginal) == (80 + 40, 30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 99), max_size=6), st.lists(st.integers(1, 99), max_size=6), st.randoms())
def test_both_parts_are_never_below_zero_and_add_up_to_the_loss(buyers, sellers, rng) -> None:
    many = rng.randint(0, min(len(buyers), len(sellers)))
    pairs = zip(
        rng.sample(range(len(buyers)), many),
        rng.sample(range(len(buyers), len(buyers) + len(sellers)), many),
        strict=True,
    )
    held, made = schedules(buyers, sellers), contracts(list(pairs))
    one = score_period(0, 1, held, made)
    assert one.missed == missed_surplus(held, made) >= 0
    assert one.extramarginal is not None
    assert one.extramarginal >= 0
    assert one.surplus + one.missed + one.extramarginal == one.equilibrium.surplus_max
