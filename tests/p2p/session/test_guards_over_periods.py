"""Orders that live for the session, and the rules on losses: what a guard rests on changes with the period's values."""

from typing import Literal

import pytest
from msgspec.structs import replace

from p2p.messages import Ask, Bid, Contract, Order
from p2p.scenario.schema import InducedValues, InstitutionRules, Shift
from p2p.scenario.terms import Terms
from tests.plays.play import Course, small, told

Name = Literal["continuous", "call"]
LATER = InstitutionRules(1, 200, terms=Terms(order_life="session"))


def course(name: Name, buyers: int, **changes: object) -> Course:
    """People on all seats; from the second period on, values are so much more."""
    values = InducedValues(((150, 120), (130,)), ((50, 70), (60,)), shifts=(Shift(2, buyers=buyers),))
    scenario = small(start="experimenter", **changes)
    return Course(replace(scenario, institution=replace(LATER, name=name), environment=values)).trading("human")


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
