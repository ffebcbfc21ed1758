"""A view is enough to act on: its units and offers are those of the knowledge behind it, over whole sessions."""

from collections import Counter

import pytest

from p2p.information.trader_knowledge import Knowledge
from p2p.information.view_fold import ViewFold
from p2p.information.view_state import LEVELS_SHOWN, OWN_ORDERS_SHOWN, ViewState
from p2p.messages import Order, Quote, Schedule, StartRound, Step
from p2p.protocol.frames import NumberedFact
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from tests.plays.tui_plays import Play, calls, market, seat_of, small, told_to

MARKETS = {
    "standing": small(),
    "book": market("continuous", "book"),
    "ticker": market("continuous", "ticker"),
    "call": calls(4),
}


def compare_units(view: ViewState, own: Knowledge) -> None:
    """The next units of the view are worth what those of the knowledge are."""
    shown, known = view.own.holding, own.holding
    assert (shown is None) == (known is None)
    if shown is None or known is None:
        return
    assert (shown.role, shown.units_left, shown.unit_value()) == (known.role, known.units_left, known.unit_value())
    price = view.rules.price_max
    for quantity in range(1, known.units_left + 1):
        assert shown.gains([(price, quantity)]) == known.gains([(price, quantity)])


def compare_offers(view: ViewState, own: Knowledge) -> None:
    """The offers that a view has for its trader are those that an agent in the seat is given."""
    if own.role is None:
        return
    known = Counter[int]()
    for price, quantity in own.offers():
        known[price] += quantity
    shown = list(view.side("ask" if own.role == "buyer" else "bid").offers())
    assert shown == sorted(known.items(), reverse=own.role == "seller")


@pytest.mark.parametrize("role", ["buyer", "seller"])
@pytest.mark.parametrize("scenario", MARKETS.values(), ids=MARKETS)
def test_units_and_offers_of_a_view_are_those_of_the_knowledge_behind_it(scenario: Scenario, role: str) -> None:
    seat = seat_of(scenario, role)
    fold = ViewFold(public_rules(scenario), seat)
    traded = set()
    for told in told_to(seat, scenario):
        fold.fold(told)
        view = fold.view(told.at)
        compare_units(view, fold.own)
        compare_offers(view, fold.own)
        traded.add(view.own.traded)
    assert len(traded) > 1, "the units at hand were never the second ones"


def test_offers_are_as_many_as_are_shown() -> None:
    play = Play(MARKETS["book"]) << Schedule(1, "buyer", (Step(300),)) << StartRound(1, 1)
    for number in range(1, 2 * LEVELS_SHOWN):
        play << Order(number, "ask", 100 + number, 1)
    offers = list(play.view.ask.offers())
    assert offers == [(101 + number, 1) for number in range(LEVELS_SHOWN)]


def test_all_that_is_offered_counts_though_not_all_of_it_is_listed() -> None:
    play = Play(MARKETS["book"]) << Schedule(1, "buyer", (Step(300, 500),)) << StartRound(1, 1)
    for number in range(1, 3 * OWN_ORDERS_SHOWN):
        play << Order(number, "bid", 100, 1, mine=True)
    assert (len(play.view.own.orders), play.view.own.offered) == (OWN_ORDERS_SHOWN, 3 * OWN_ORDERS_SHOWN - 1)


def test_the_stamp_is_that_of_the_view() -> None:
    play = Play().at(3) << StartRound(1, 60_000_000) << Quote("bid", 120)
    for now in (3_000_000, 17_000_000):
        view = play.model.view(now)
        assert play.model.stamp(now) == (view.version, view.clock.left_us, len(view.words))
    before = play.model.stamp(0)
    play.model.fold(NumberedFact(9, 0, Quote("bid", 130)))
    assert play.model.stamp(0) != before
