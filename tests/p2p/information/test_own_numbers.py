"""Numbers that would count what others do unseen: a seat that is not shown it has numbers of its own."""

from typing import Literal

import pytest
from msgspec.structs import replace

from p2p.base.units import Seat
from p2p.information.projection import Projector
from p2p.messages import Accepted, Ask, Bid, Cancel, Contract, Message, Order, Refused, Replace
from p2p.scenario.overrides import InformationSet
from p2p.scenario.schema import Scenario
from p2p.session.session import Session
from tests.plays.play import Course, small

BUYERS, SELLERS = ((150, 150, 150), (150, 150, 150)), ((10, 10, 10), (10, 10, 10))


def market(information: InformationSet, institution: Literal["continuous", "call"] = "continuous") -> Scenario:
    scenario = small(BUYERS, SELLERS, information=information)
    return replace(scenario, institution=replace(scenario.institution, name=institution))


class Shown:
    """A course of a market, and what each seat is shown of it."""

    def __init__(self, scenario: Scenario) -> None:
        self.course = Course(scenario).trading()
        self.views = Projector(scenario, self.course.session.seed)
        self.told: dict[Seat, list[Message]] = {seat: [] for seat in range(4)}
        for _, _, events in self.course.heard:
            self._show(events)

    def _show(self, events) -> None:
        for event in events:
            form = self.views.project(event)
            for seat, told in self.told.items():
                message = form and form.own.get(seat, form.form(self.views.information[seat]))
                if message:
                    told.append(message)

    def say(self, seat: Seat, message: Message) -> Message:
        """Say something; the answer."""
        events = self.course.say(seat, message)
        self._show(events)
        return next(event.message for event in events if isinstance(event.message, Accepted | Refused))

    def own(self, seat: Seat, kind: type[Message]) -> list:
        return [one for one in self.told[seat] if isinstance(one, kind) and one.mine]


@pytest.mark.parametrize("institution", ["continuous", "call"])
@pytest.mark.parametrize("information", ["quotes", "ticker"])
def test_an_orders_number_counts_ones_own_orders(information: InformationSet, institution) -> None:
    plain, crowded = Shown(market(information, institution)), Shown(market(information, institution))
    (mine, other) = plain.course.seats("buyer", 0)
    for price in (20, 21, 22):
        crowded.say(other, Bid(price))
    for shown in (plain, crowded):
        shown.say(mine, Bid(15))
        shown.say(mine, Bid(16))
    assert [one.order for one in plain.own(mine, Order)] == [1, 2]
    assert plain.own(mine, Order) == crowded.own(mine, Order)


def test_a_seat_that_sees_the_book_has_the_books_numbers() -> None:
    shown = Shown(market("book"))
    mine, other = shown.course.seats("buyer", 0)
    for price in (20, 21, 22):
        shown.say(other, Bid(price))
    shown.say(mine, Bid(15))
    assert [one.order for one in shown.own(mine, Order)] == [4]


@pytest.mark.parametrize("institution", ["continuous", "call"])
def test_an_order_is_cancelled_and_replaced_by_the_number_that_its_owner_was_told(institution) -> None:
    shown = Shown(market("quotes", institution))
    mine, other = shown.course.seats("buyer", 0)
    for price in (20, 21, 22):
        shown.say(other, Bid(price))
    shown.say(mine, Bid(15))
    shown.say(mine, Bid(16))
    assert isinstance(shown.say(mine, Replace(2, 17, 1)), Accepted)
    assert isinstance(shown.say(mine, Cancel(1)), Accepted)
    left = {one.order: (one.price, one.quantity) for one in shown.own(mine, Order)}
    assert left[1] == (15, 0)
    assert [price for number, (price, quantity) in left.items() if quantity] == [17]
    for number in (1, 5, 2**53):
        refused = shown.say(mine, Cancel(number))
        assert isinstance(refused, Refused)
        assert refused.reason == "unknown_order", "others' numbers are nobody's"


def test_a_contracts_number_counts_ones_own_where_contracts_are_hidden() -> None:
    shown = Shown(market("quotes"))
    mine, other = shown.course.seats("buyer", 0)
    seller = shown.course.seats("seller", 0)[0]
    for buyer in (other, other, mine):
        shown.say(buyer, Bid(50))
        shown.say(seller, Ask(50))
    assert [one.number for one in shown.own(mine, Contract)] == [1]
    assert [one.buy_order for one in shown.own(mine, Contract)] == [1]
    assert [one.number for one in shown.own(seller, Contract)] == [1, 2, 3]
    ticker = Shown(market("ticker"))
    for buyer in (other, other, mine):
        ticker.say(buyer, Bid(50))
        ticker.say(seller, Ask(50))
    assert [one.number for one in ticker.own(mine, Contract)] == [3], "who sees contracts may count them"


def test_what_is_said_by_ones_own_numbers_is_run_again_alike() -> None:
    shown = Shown(market("quotes"))
    mine, other = shown.course.seats("buyer", 0)
    shown.say(other, Bid(20))
    shown.say(mine, Bid(15))
    shown.say(mine, Cancel(1))
    again = Session(shown.course.session.scenario, shown.course.session.seed)
    for envelope, at, events in shown.course.heard:
        assert again.handle(envelope, at) == events
    assert again.digest() == shown.course.session.digest()
