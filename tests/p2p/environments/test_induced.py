"""Induced values: the MES's dictionary to the letter, and who is dealt what."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.base.rng import stream
from p2p.base.units import INSTITUTION, SESSION, is_seat
from p2p.environments.induced_values import Induced
from p2p.environments.value_draws import deal
from p2p.messages import (
    Bid,
    Contract,
    Contracts,
    EndPeriod,
    ReminderEndPeriod,
    RequestContracts,
    Schedule,
    StartPeriod,
    Step,
)
from p2p.messages.envelope import Outgoing
from p2p.session.session import Session
from tests.plays.play import Course, small

SEED_BUYER, SEED_SELLER = (200, 100, 50), (25, 75, 150)


def market() -> Induced:
    """The MES's own example: one buyer, one seller, three units each."""
    return Induced(lambda period: {0: ("buyer", SEED_BUYER), 1: ("seller", SEED_SELLER)})


def trade(environment: Induced, *prices: int, buyer: int = 0, seller: int = 1) -> Induced:
    for number, price in enumerate(prices, 1):
        assert environment.handle(Contract(number, price, "bid", buyer, seller), INSTITUTION) == []
    return environment


def test_the_dictionary_of_a_new_period_is_the_seeds_to_the_letter() -> None:
    agents = {
        0: {
            "id": 0,
            "type": "buyer",
            "prices": [],
            "values": [200, 100, 50],
            "units_bought": 0,
            "total_value": 0,
            "expenditure": 0,
            "surplus": 0,
        },
        1: {
            "id": 1,
            "type": "seller",
            "prices": [],
            "costs": [25, 75, 150],
            "units_sold": 0,
            "total_cost": 0,
            "revenue": 0,
            "profit": 0,
        },
    }
    env = market().env
    assert env == {"fix": agents, "out": []}
    assert [list(env["fix"][seat]) for seat in (0, 1)] == [list(agents[seat]) for seat in (0, 1)]
    assert isinstance(env["out"], list)


def test_two_contracts_add_up_as_the_seed_says() -> None:
    env = trade(market(), 90, 80).env
    assert env["out"] == [(0, 1, 90), (0, 1, 80)]
    assert all(isinstance(one, tuple) for one in env["out"])
    buyer, seller = env["fix"][0], env["fix"][1]
    assert (buyer["prices"], buyer["units_bought"], buyer["total_value"]) == ([90, 80], 2, 300)
    assert (buyer["expenditure"], buyer["surplus"]) == (170, 130)
    assert (seller["prices"], seller["units_sold"], seller["total_cost"]) == ([90, 80], 2, 100)
    assert (seller["revenue"], seller["profit"]) == (170, 70)


@given(prices=st.lists(st.integers(0, 300), max_size=3))
def test_the_sums_are_those_over_the_prices(prices: list[int]) -> None:
    fix = trade(market(), *prices).env["fix"]
    buyer, seller = fix[0], fix[1]
    assert buyer["units_bought"] == seller["units_sold"] == len(prices)
    assert buyer["total_value"] == sum(SEED_BUYER[: len(prices)])
    assert buyer["surplus"] == sum(value - price for value, price in zip(SEED_BUYER, prices, strict=False))
    assert buyer["surplus"] == buyer["total_value"] - buyer["expenditure"]
    assert seller["profit"] == sum(price - cost for price, cost in zip(prices, SEED_SELLER, strict=False))
    assert seller["profit"] == seller["revenue"] - seller["total_cost"]


def test_a_new_period_begins_with_nothing_bought() -> None:
    environment = trade(market(), 90)
    schedules, start = environment.start_period(2, 1_000)
    assert environment.env == market().env
    assert start == StartPeriod(2, 1_000, buyers={0: 3}, sellers={1: 3})
    assert schedules == [
        Outgoing(0, Schedule(2, "buyer", (Step(200), Step(100), Step(50)))),
        Outgoing(1, Schedule(2, "seller", (Step(25), Step(75), Step(150)))),
    ]


def test_the_contracts_are_answered_to_whoever_asks() -> None:
    environment = trade(market(), 90)
    asked = environment.handle(RequestContracts(), 1)
    assert asked == [Outgoing(1, Contracts(((0, 1, 90),)))]


def test_a_reminder_makes_it_end_the_period() -> None:
    assert market().handle(ReminderEndPeriod(), SESSION) == [Outgoing(INSTITUTION, EndPeriod())]


def test_a_loss_is_what_lies_beyond_the_unit_at_hand() -> None:
    environment = market()
    assert environment.gains(0, [(200, 1)]) == [0]
    assert environment.gains(0, [(201, 1)]) == [-1]
    assert environment.gains(1, [(25, 1)]) == [0]
    assert environment.gains(1, [(24, 1)]) == [-1]
    trade(environment, 90)
    assert environment.gains(0, [(101, 1)]) == [-1]
    assert environment.gains(1, [(74, 1)]) == [-1]


def test_the_kth_order_is_held_against_the_kth_unit() -> None:
    assert market().gains(0, [(150, 1), (120, 2)]) == [50, -20, -70]
    assert market().gains(1, [(30, 3)]) == [5, -45, -120]


def test_what_one_cannot_do_at_all_is_no_loss() -> None:
    environment = trade(market(), 90, 80, 70)
    assert environment.gains(0, [(10_000, 1)]) == []
    assert environment.gains(1, [(0, 1)]) == []
    assert environment.gains(7, [(0, 1)]) == []


def test_the_best_unit_comes_first_whatever_order_it_was_written_in() -> None:
    holdings = deal(((50, 200, 100),), ((150, 25, 75),), (4, 9), random.Random(0))
    assert sorted(holdings.values()) == [("buyer", SEED_BUYER), ("seller", SEED_SELLER)]


def dealt(course: Course) -> dict[int, Any]:
    return {
        event.to: event.message.steps
        for event in course.events
        if isinstance(event.message, Schedule) and is_seat(event.to)
    }


@given(order=st.permutations(range(4)), seed=st.integers(0, 2**63))
def test_who_is_dealt_what_does_not_depend_on_who_joins_when(order: list[int], seed: int) -> None:
    first, second = Course(seed=seed).open().join(), Course(seed=seed).open().join(seats=order)
    assert dealt(first) == dealt(second) != {}


def test_another_seed_deals_otherwise_and_every_seat_is_dealt_everything_in_time() -> None:
    hands = [Session(small(), seed).markets[0].environment for seed in range(200)]
    got = {seat: {str(dict(one.state()[0])[seat]) for one in hands} for seat in range(4)}  # type: ignore[index]
    assert [len(different) for different in got.values()] == [4] * 4


def test_roles_fall_on_every_seat_about_as_often() -> None:
    times = dict.fromkeys(range(4), 0)
    for seed in range(400):
        for seat, (role, _) in deal(((9,), (8,)), ((1,), (2,)), (0, 1, 2, 3), stream(seed, "deal", 0)).items():
            times[seat] += role == "buyer"
    assert all(150 < often < 250 for often in times.values())


def test_what_was_never_said_to_an_environment_is_our_own_error() -> None:
    with pytest.raises(AssertionError, match="is not told bid"):
        market().handle(Bid(1), 0)
