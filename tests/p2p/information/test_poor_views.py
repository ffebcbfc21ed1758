"""One's own messages alone, or one side of the market: what is shown, and that it counts nothing of what is hidden."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from p2p.base.units import Seat
from p2p.information.projection import Projector
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Cancel,
    Contract,
    Contracts,
    Message,
    Order,
    Quote,
    Replace,
    RequestContracts,
    RequestStanding,
    Sell,
    Standing,
)
from p2p.messages.envelope import Event
from p2p.scenario.errors import ScenarioError
from p2p.scenario.overrides import InformationSet
from p2p.scenario.parsing import parse
from p2p.sim.simulation.simulation import Simulation
from tests.plays.play import Course, small

BUYERS, SELLERS = ((150, 150, 150), (150, 150, 150)), ((10, 10, 10), (10, 10, 10))
SIDED: tuple[InformationSet, ...] = ("own_side", "other_side")


class Shown:
    """A course of a market, and all that each seat and the public are shown of it."""

    def __init__(self, information: InformationSet, institution: str = "continuous", **more: Any) -> None:
        scenario = small(BUYERS, SELLERS, information=information, **more)
        scenario = replace(scenario, institution=replace(scenario.institution, name=institution))
        self.course = Course(scenario).trading()
        self.views = Projector(scenario, self.course.session.seed)
        self.told: dict[Seat | str, list[Message]] = {seat: [] for seat in (0, 1, 2, 3, "public")}
        for _, _, events in self.course.heard:
            self.show(events)
        self.buyer, self.other_buyer = self.course.seats("buyer")
        self.seller, self.other_seller = self.course.seats("seller")

    def show(self, events: list[Event]) -> None:
        for event in events:
            shown = self.views.project(event)
            for viewer, told in self.told.items():
                if shown is None:
                    continue
                information = self.views.information[viewer] if isinstance(viewer, int) else self.views.poorest(0)
                form = shown.form(information)
                message = shown.own.get(viewer, form) if isinstance(viewer, int) else form
                if message is not None:
                    told.append(message)

    def say(self, seat: Seat, message: Message) -> None:
        self.show(self.course.say(seat, message))

    def of(self, viewer: Seat | str, *kinds: type[Message]) -> list[Any]:
        return [one for one in self.told[viewer] if isinstance(one, kinds)]

    def sides(self, viewer: Seat | str) -> set[str]:
        return {one.side for one in self.of(viewer, Quote, Order) if not one.mine}


def a_few_orders(shown: Shown) -> None:
    shown.say(shown.buyer, Bid(40))
    shown.say(shown.seller, Ask(90))
    shown.say(shown.other_buyer, Bid(50))
    shown.say(shown.other_seller, Ask(80))
    shown.say(shown.buyer, Buy(80))


@pytest.mark.parametrize(
    ("information", "buyer", "seller"),
    [("none", set(), set()), ("own_side", {"bid"}, {"ask"}), ("other_side", {"ask"}, {"bid"})],
)
def test_each_is_shown_the_side_that_is_said_and_the_public_neither(
    information: InformationSet, buyer: set[str], seller: set[str]
) -> None:
    shown = Shown(information)
    a_few_orders(shown)
    assert (shown.sides(shown.other_buyer), shown.sides(shown.seller)) == (buyer, seller)
    assert shown.views.poorest(0) == "none"
    assert shown.of("public", Quote, Order, Contract, Standing) == []


@pytest.mark.parametrize("information", ["none", *SIDED])
def test_of_contracts_and_orders_ones_own_are_always_told(information: InformationSet) -> None:
    shown = Shown(information)
    a_few_orders(shown)
    assert [one.mine for one in shown.of(shown.buyer, Contract)] == ["buyer"]
    assert [one.mine for one in shown.of(shown.other_seller, Contract)] == ["seller"]
    assert shown.of(shown.seller, Contract) == []
    assert [one.price for one in shown.of(shown.seller, Order) if one.mine] == [90]


def test_numbers_of_others_orders_are_none_of_ones_own_and_of_them_a_cancel_means_ones_own() -> None:
    shown = Shown("own_side")
    a_few_orders(shown)
    own = {one.order for one in shown.of(shown.other_buyer, Order) if one.mine}
    others = {one.order for one in shown.of(shown.other_buyer, Order) if not one.mine}
    assert own == {1}
    assert others
    assert not own & others
    shown.say(shown.other_buyer, Cancel(1))
    assert shown.of(shown.other_buyer, Order)[-1] == Order(1, "bid", 50, 0, mine=True)


@pytest.mark.parametrize("information", SIDED)
def test_the_hidden_side_leaves_no_trace(information: InformationSet) -> None:
    """What is said on the side that a buyer is not shown changes nothing of all that the buyer is told."""

    @settings(max_examples=25, deadline=None, derandomize=True, database=None)
    @given(st.integers(0, 2**32))
    def plays(course: int) -> None:
        told = []
        for crowded in (False, True):
            shown, rng = Shown(information), Random(course)
            hidden, seen = (shown.other_seller, shown.other_buyer)
            prices = (Ask, 100, 140), (Bid, 20, 60)
            if information == "other_side":
                (hidden, seen), prices = (seen, hidden), (prices[1], prices[0])
            for _ in range(12):
                (say, low, high), (say_seen, low_seen, high_seen) = prices
                out_of_sight, in_sight = say(rng.randint(low, high)), say_seen(rng.randint(low_seen, high_seen))
                number, again = rng.randint(1, 3), rng.random() < 0.5
                shown.say(seen, Replace(number, in_sight.price) if again else in_sight)
                if crowded:
                    shown.say(hidden, Replace(number, out_of_sight.price) if again else out_of_sight)
            told.append(shown.told[shown.buyer])
        assert told[0] == told[1]
        assert any(isinstance(one, Order) for one in told[0])

    plays()


def test_answers_hide_what_is_hidden() -> None:
    for information, expected in (
        ("none", Standing()),
        ("own_side", Standing(bid=50)),
        ("other_side", Standing(ask=80)),
    ):
        shown = Shown(information)  # type: ignore[arg-type]
        a_few_orders(shown)
        shown.say(shown.seller, Ask(80))
        shown.say(shown.other_buyer, RequestStanding())
        shown.say(shown.other_buyer, RequestContracts())
        assert shown.of(shown.other_buyer, Standing) == [expected]
        assert shown.of(shown.other_buyer, Contracts) == [Contracts(())]


def test_a_contract_clears_the_side_that_is_shown_and_says_nothing_where_nothing_stood() -> None:
    shown = Shown("own_side", "standing")
    shown.say(shown.buyer, Bid(50))
    shown.say(shown.seller, Sell(50))
    assert shown.of(shown.other_buyer, Quote) == [Quote("bid", 50), Quote("bid", None, quantity=0)]
    assert shown.of(shown.other_seller, Quote, Standing, Contract) == []


def test_robots_fold_the_side_that_they_are_shown() -> None:
    for information, side in (("own_side", "bid"), ("other_side", "ask")):
        scenario = small(BUYERS, SELLERS, information=information)
        scenario = replace(scenario, institution=replace(scenario.institution, name="continuous"), period_s=30.0)
        simulation, seen = Simulation(scenario, ["zic"] * 4, 3), set()
        for _ in simulation.play():
            for robot in simulation.robots.values():
                public = robot.knowledge.public
                if robot.knowledge.role == "buyer":
                    seen |= {name for name, price in (("bid", public.bid), ("ask", public.ask)) if price is not None}
        assert seen == {side}


SIDES = """
title = "A market"
periods = 2
period_s = 60
{information}
institution = {{ name = "continuous", price_min = 1, price_max = 201 }}
environment = {{ buyers = [[150], [130]], sellers = [[50], [60]]{rotate} }}
"""
ROTATES = ', rotate = "roles"'


@pytest.mark.parametrize(
    ("information", "rotate", "why"),
    [
        ('information = "own_side"', ROTATES, "information.*cannot be 'own_side' here: traders change sides"),
        (
            'overrides = [{ from_period = 2, information = "other_side" }]',
            ROTATES,
            r"overrides\[0\].information.*cannot be 'other_side' here",
        ),
        ('information = "my_side"', "", "information"),
        ('information = ""', "", "information"),
    ],
)
def test_sides_that_change_and_sets_that_are_not_there_are_one_line_with_their_key(
    information: str, rotate: str, why: str
) -> None:
    with pytest.raises(ScenarioError, match=why):
        parse(SIDES.format(information=information, rotate=rotate))


def test_information_that_grows_from_a_side_to_the_book_shows_orders_from_then_on() -> None:
    more = 'information = "own_side"\noverrides = [{ from_period = 2, information = "book" }]'
    scenario = parse(SIDES.format(information=more, rotate=""))
    simulation, sides = Simulation(scenario, ["zic"] * 4, 3), {1: set[str](), 2: set[str]()}
    for _ in simulation.play():
        for robot in simulation.robots.values():
            if robot.knowledge.role == "buyer" and robot.knowledge.public.ask is not None:
                sides[simulation.session.period].add("ask")
    assert sides == {1: set(), 2: {"ask"}}
