"""Supply and demand: Smith's Test 1 by its published figures, and every small market by brute force."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from p2p.base.units import Role
from p2p.messages import Schedule, Step
from p2p.schedules.equilibrium import Equilibrium, demand, equilibrium, supply

Steps = list[tuple[int, int]]


def schedules(role: Role, *traders: Steps) -> list[Schedule]:
    return [Schedule(1, role, tuple(Step(value, quantity) for value, quantity in steps)) for steps in traders]


def of(bids: Steps, asks: Steps) -> Equilibrium:
    return equilibrium(schedules("buyer", bids) + schedules("seller", asks))


def test_smiths_test_1_has_its_published_equilibrium() -> None:
    buyers = [[(value, 1)] for value in range(325, 74, -25)]
    sellers = [[(cost, 1)] for cost in range(75, 326, 25)]
    goal = equilibrium(schedules("buyer", *buyers) + schedules("seller", *sellers))
    assert (goal.quantity, goal.quantity_gainful) == (6, 5)
    assert (goal.price, goal.price_low, goal.price_high) == (200, 200, 200)
    assert goal.surplus_max == 750


def test_the_seeds_example_meets_between_75_and_100() -> None:
    goal = of([(200, 1), (100, 1), (50, 1)], [(25, 1), (75, 1), (150, 1)])
    assert goal == Equilibrium(2, 2, 75, 100, 200)
    assert goal.price == 87.5


def test_curves_are_sorted_over_all_traders() -> None:
    both = schedules("buyer", [(5, 1), (3, 2)], [(4, 1)]) + schedules("seller", [(1, 1), (9, 1)], [(2, 3)])
    assert demand(both) == [Step(5, 1), Step(4, 1), Step(3, 2)]
    assert supply(both) == [Step(1, 1), Step(2, 3), Step(9, 1)]


def test_one_side_empty_has_no_price() -> None:
    nothing = Equilibrium(0, 0, None, None, 0)
    assert of([], [(1, 1)]) == of([(5, 1)], []) == of([], []) == nothing
    assert nothing.price is None


def test_values_below_costs_have_no_price() -> None:
    assert of([(10, 1)], [(11, 1)]) == Equilibrium(0, 0, None, None, 0)


def test_equal_value_and_cost_trade_without_a_gain() -> None:
    assert of([(10, 1)], [(10, 1)]) == Equilibrium(1, 0, 10, 10, 0)


def test_a_single_pair_may_trade_anywhere_between_value_and_cost() -> None:
    assert of([(100, 1)], [(40, 1)]) == Equilibrium(1, 1, 40, 100, 60)


def test_those_left_out_narrow_the_tunnel() -> None:
    assert of([(100, 1), (60, 1)], [(40, 1), (90, 1)]) == Equilibrium(1, 1, 60, 90, 60)


def test_a_buyer_who_gets_only_a_part_sets_the_price() -> None:
    assert of([(100, 5)], [(40, 2)]) == Equilibrium(2, 2, 100, 100, 120)
    assert of([(100, 2)], [(40, 5)]) == Equilibrium(2, 2, 40, 40, 120)


def brute(bids: Steps, asks: Steps) -> tuple[int, int, int | None, int | None]:
    """Maximum surplus, quantities, and the prices at which nobody wants to trade more or less, one price at a time."""
    values = sorted((v for v, n in bids for _ in range(n)), reverse=True)
    costs = sorted(c for c, n in asks for _ in range(n))
    gains = [v - c for v, c in zip(values, costs, strict=False)]
    surplus = max(sum(gains[:k]) for k in range(len(gains) + 1))
    most = max((k for k in range(len(gains) + 1) if sum(gains[:k]) == surplus), default=0)
    if most == 0:
        return 0, 0, None, None
    clearing = [
        price
        for price in range(31)
        if sum(v > price for v in values) <= most <= sum(v >= price for v in values)
        and sum(c < price for c in costs) <= most <= sum(c <= price for c in costs)
    ]
    return surplus, most, min(clearing), max(clearing)


steps = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=6)


@given(bids=steps, asks=steps)
@example(bids=[(10, 2), (10, 1)], asks=[(10, 3)])
@example(bids=[(20, 3)], asks=[(5, 1), (20, 1)])
@settings(max_examples=500, deadline=None)
def test_every_market_meets_where_brute_force_says(bids: Steps, asks: Steps) -> None:
    goal = of(bids, asks)
    assert (goal.surplus_max, goal.quantity, goal.price_low, goal.price_high) == brute(bids, asks)
    assert 0 <= goal.quantity_gainful <= goal.quantity
    if goal.price_low is not None and goal.price_high is not None:
        assert goal.price_low <= goal.price_high


@given(bids=steps, asks=steps)
@settings(deadline=None)
def test_it_does_not_matter_how_the_units_are_spread_over_traders(bids: Steps, asks: Steps) -> None:
    one_by_one = [[(value, 1)] for value, quantity in bids for _ in range(quantity)]
    spread = equilibrium(schedules("seller", asks[::-1]) + schedules("buyer", *one_by_one))
    together = of(bids, asks)
    assert spread == together
