"""Orders that live for the session, and the rules on losses: what a guard rests on changes with the period's values."""

from typing import Literal

import pytest
from msgspec.structs import replace

import p2p
from p2p.messages import Ask, Bid, Contract, Order
from p2p.messages.envelope import Event
from p2p.scenario.schema import InducedValues, InstitutionRules, Shift
from p2p.scenario.terms import Terms
from p2p.session.rules_versions import RULES_UNDERSTOOD
from p2p.session.session import Session
from tests.plays.play import Course, small, told

Name = Literal["continuous", "call"]
LATER = InstitutionRules(1, 200, terms=Terms(order_life="session"))


def course(name: Name, buyers: int, **changes: object) -> Course:
    """People on all seats; from the second period on, values are so much more."""
    values = InducedValues(((150, 120), (130,)), ((50, 70), (60,)), shifts=(Shift(2, buyers=buyers),))
    scenario = small(start="experimenter", **changes)
    return Course(replace(scenario, institution=replace(LATER, name=name), environment=values)).trading("human")


def withdrawn(rules: int, **guard: object) -> list[int]:
    """The prices of a buyer's orders that leave at new values, where the session is run under a version of rules."""
    play = course("continuous", -95, **guard)
    buyer = play.seats("buyer", 0)[0]
    play.say(buyer, Bid(110))
    play.wait(16)
    session, events = Session(play.session.scenario, play.session.seed, rules), list[Event]()
    for envelope, at, _ in play.heard:
        events += session.handle(envelope, at)
    return [one.price for one in told(events, Order) if one.trader == buyer and not one.quantity]


def test_a_recording_of_older_rules_is_run_again_as_it_was_orders_stay_or_leave() -> None:
    by_guard = {rules: withdrawn(rules, no_loss="people") for rules in RULES_UNDERSTOOD}
    undecided = {rules: withdrawn(rules, loss_confirm=True) for rules in RULES_UNDERSTOOD}
    assert by_guard == {1: [], 2: [110], 3: [110], 4: [110]}
    assert undecided == {1: [], 2: [], 3: [110], 4: [110]}


@pytest.mark.parametrize("name", ["continuous", "call"])
@pytest.mark.parametrize("guard", [{"no_loss": "people"}, {"loss_floor": 0}])
def test_an_order_that_new_values_would_turn_into_a_loss_leaves_when_the_period_begins(name: Name, guard) -> None:
    play = course(name, -95, **guard)
    buyer = next(seat for seat in play.seats("buyer", 0))
    seller = play.seats("seller", 0)[0]
    play.say(buyer, Bid(110))
    play.wait(16)
    assert play.session.period == 2
    gone = [one for one in told(play.events, Order) if one.trader == buyer and not one.quantity]
    assert [one.price for one in gone] == [110]
    play.say(seller, Ask(100))
    assert not told(play.events, Contract)


@pytest.mark.parametrize("name", ["continuous", "call"])
def test_an_order_that_still_gains_stays(name: Name) -> None:
    play = course(name, -5, no_loss="people")
    buyer = play.seats("buyer", 0)[0]
    play.say(buyer, Bid(110))
    play.wait(16)
    assert not [one for one in told(play.events, Order) if one.trader == buyer and not one.quantity]


def test_without_a_rule_on_losses_orders_are_their_owners_affair() -> None:
    play = course("continuous", -95)
    buyer = play.seats("buyer", 0)[0]
    play.say(buyer, Bid(110))
    play.wait(16)
    assert not [one for one in told(play.events, Order) if one.trader == buyer and not one.quantity]


def test_where_losses_are_confirmed_nobody_has_confirmed_those_of_new_values() -> None:
    play = course("continuous", -95, loss_confirm=True)
    buyer = play.seats("buyer", 0)[0]
    play.say(buyer, Bid(110))
    play.wait(16)
    gone = [one for one in told(play.events, Order) if one.trader == buyer and not one.quantity]
    assert [one.price for one in gone] == [110]


@pytest.mark.parametrize("agent", ["zic", "zip"])
@pytest.mark.parametrize("name", ["open-book", "call-market"])
def test_robots_that_never_lose_do_not_by_orders_of_a_period_with_other_values(name: str, agent: str) -> None:
    scenario = p2p.load_scenario(name)
    values = scenario.environment
    assert isinstance(values, InducedValues)
    shifts = tuple(Shift(n, buyers=(0, -95, 40, -60)[n % 4], sellers=(0, 0, 60, -30)[n % 4]) for n in range(2, 7))
    moving = replace(
        scenario,
        periods=6,
        institution=replace(scenario.institution, terms=Terms(order_life="session")),
        environment=replace(values, shifts=shifts),
    )
    traders = p2p.simulate(moving, f"{agent}:*", sessions=-(-480 // (6 * scenario.seats)), seed=1).traders
    assert len(traders) >= 480
    assert [surplus for surplus in traders["surplus"] if surplus < 0] == []
