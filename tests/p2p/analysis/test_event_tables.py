"""Orders, quotes, messages, schedules, seats: rows that records leave, and the book that comes of them."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace as changed

from p2p.analysis.event_tables.order_rows import OrderRows
from p2p.analysis.event_tables.record_context import RecordContext
from p2p.analysis.event_tables.session_tables import SessionTables
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.rng import stream
from p2p.base.units import AGENTS, GATEWAY, INSTITUTION, SECOND, SESSION, Address
from p2p.information.projection import Projector
from p2p.institutions.open_orders import OpenOrders
from p2p.messages import (
    Accepted,
    Ask,
    Bid,
    Cancel,
    Contract,
    Joined,
    Left,
    Message,
    Order,
    Pause,
    Reminder,
    Replace,
    Resume,
    Sell,
    Start,
    Void,
)
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.arms import Arm
from p2p.scenario.assignment import scenarios_of_markets
from p2p.scenario.schema import InstitutionRules, Scenario
from p2p.scenario.terms import CallTerms, Terms
from p2p.schedules.rationing import market_rules
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation
from tests.plays.conformance import brief
from tests.plays.play import Course, small

Row = dict[str, Any]


def small_(name: str, call: CallTerms | None = None, terms: Terms | None = None, **changes: Any) -> Scenario:
    """A small market of an institution."""
    rules = InstitutionRules(1, 200, name=name, call=call, terms=terms or Terms())  # type: ignore[arg-type]
    return changed(small(start="experimenter", period_s=40.0, **changes), institution=rules)


KINDS = {
    "standing": load("smith-1962-test-1"),
    "standing, newest stands": small_("standing", terms=Terms(improvement=False)),
    "continuous": load("open-book"),
    "orders live the session": small_("continuous", terms=Terms(order_life="session"), markets=2),
    "orders live for seconds and take one another's place": small_(
        "continuous", terms=Terms(order_life_s=2.0, replace_own=True, units="one")
    ),
    "call": load("call-market"),
    "calls, pro rata": small_("call", CallTerms(calls=3, rationing="pro_rata")),
    "posted-offer": small_("posted-offer"),
    "households": load("energy-day"),
    "households, call with a cap": load("energy-day-call-cap"),
    "practice and stages": load("classroom-hour"),
    "each market its own institution": small_(
        "standing",
        markets=2,
        arms=(
            Arm("quotes", unit="market", information="quotes"),
            Arm("calls", unit="market", institution="call", information="book"),
        ),
    ),
}
"""One scenario of each kind of book."""


def folded(course: Course) -> dict[str, list[Row]]:
    """The tables of what was played."""
    tables = SessionTables(course.session.scenario, 1)
    outcome = SessionOutcome(partial(market_rules, course.session.scenario))
    for envelope, at, events in course.heard:
        tables.on_record(envelope, at, events)
        outcome.on_input(envelope.message)
        for event in events:
            outcome.on_event(event)
    return tables.rows(outcome)


def book_of(rows: list[Row], market: int) -> dict[int, tuple[Any, ...]]:
    """The book that rows leave: of each order its last row, where something of it is left."""
    last = {row["order_id"]: row for row in rows if row["market"] == market}
    return {
        n: (row["seat"], row["side"], row["price"], row["remaining"]) for n, row in last.items() if row["remaining"]
    }


def institutions_book(institution: Any) -> dict[int, tuple[Any, ...]] | set[tuple[Any, ...]]:
    """The institution's own book; of the standing auction the two quotes, which have no numbers."""
    orders = getattr(institution, "orders", None)
    if isinstance(orders, OpenOrders):
        return {
            order.order_id: (order.trader, order.side, int(order.price), int(order.quantity))
            for side in (orders.book.bids, orders.book.asks)
            for order in side
        }
    now = institution.standing()
    both = ((now.buyer, "bid", now.bid, 1), (now.seller, "ask", now.ask, 1))
    return {one for one in both if one[2] is not None}


def cast_of(scenario: Scenario) -> list[str]:
    """Robots of several kinds, as far as they play there."""
    kinds = ["zip", "zic"] if not scenario.capabilities.posts else ["zic"]
    return [kinds[seat % len(kinds)] for seat in range(scenario.seats)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_book_at_any_instant_comes_out_of_the_orders(kind: str) -> None:
    scenario = KINDS[kind] if KINDS[kind].stage else brief(KINDS[kind])
    simulation = Simulation(scenario, cast_of(scenario), 5)
    tables, rng, seen = SessionTables(scenario, 5), stream(5, "instants"), 0
    for envelope, at, events in simulation.play():
        tables.on_record(envelope, at, events)
        if tables.context.practice.practising or rng.random() > 0.4:
            continue
        for market in simulation.session.markets:
            rows, theirs = book_of(tables.orders.rows, market.number), institutions_book(market.institution)
            assert (set(rows.values()) if isinstance(theirs, set) else rows) == theirs, f"{kind} at {at}"
            seen += len(rows)
    assert seen > 2
    assert {row["change"] for row in tables.orders.rows} >= {"placed", "filled"}


@pytest.mark.parametrize("kind", KINDS)
def test_orders_and_contracts_and_schedules_add_up(kind: str) -> None:
    scenario = KINDS[kind] if KINDS[kind].stage else brief(KINDS[kind])
    simulation = Simulation(scenario, cast_of(scenario), 6)
    tables, outcome = SessionTables(scenario, 6), SessionOutcome(partial(market_rules, scenario))
    for envelope, at, events in simulation.play():
        tables.on_record(envelope, at, events)
        outcome.on_input(envelope.message)
        for event in events:
            outcome.on_event(event)
    rows = tables.rows(outcome)
    filled: Counter[tuple[int, int, int, str]] = Counter()
    for row in rows["orders"]:
        assert row["remaining"] >= 0
        assert (row["life_s"] is None) == (row["remaining"] > 0)
        if row["change"] == "filled" and row["counted"]:
            filled[row["market"], row["period"], row["contract"], row["side"]] += row["quantity"]
    made = {
        (*key, one.number, side): one.quantity
        for key in outcome.counted
        for one in outcome.contracts[key]
        for side in ("bid", "ask")
    }
    assert filled == Counter(made)
    traded: Counter[tuple[int, int]] = Counter()
    for row in rows["schedules"]:
        traded[row["market"], row["period"]] += row["traded"]
        assert (row["contract"] is None) == (row["traded"] == 0)
    sums = {key: 2 * sum(one.quantity for one in outcome.contracts[key]) for key in outcome.counted}
    assert traded == Counter(sums)
    own = scenarios_of_markets(scenario, 6)
    for quote in rows["quotes"]:
        assert quote["stood_s"] is None or quote["stood_s"] >= 0
        if not own[quote["market"]].capabilities.collects and None not in (quote["bid"], quote["ask"]):
            assert quote["bid"] < quote["ask"]
    said = [row for row in rows["messages"] if row["directive"] in ("bid", "ask", "buy", "sell")]
    numbers = {(row["market"], row["order_id"]) for row in rows["orders"]}
    assert all((row["market"], row["order_id"]) in numbers for row in said if row["result"] == "accepted")
    assert all(row["order_id"] is None and row["reason"] for row in said if row["result"] == "refused")


def changes(rows: dict[str, list[Row]]) -> list[tuple[Any, ...]]:
    return [
        (row["order_id"], row["side"], row["change"], row["why"], row["quantity"], row["remaining"])
        for row in rows["orders"]
    ]


def test_the_life_of_each_order_of_a_book_is_told_change_by_change() -> None:
    """Rested, shrunk, replaced, taken in part, withdrawn, expired."""
    course = Course(small_("continuous")).trading()
    poor, rich = course.seats("buyer")
    seller, dear = course.seats("seller")
    course.say(rich, Bid(100, 2))  # 1
    course.say(rich, Replace(1, 100, 1))
    course.say(rich, Replace(1, 90, 1))  # 2 takes the place of 1
    course.say(seller, Ask(150, 1))  # 3
    course.say(seller, Sell(quantity=2))  # 4 takes the one unit of 2; nothing is left to take
    course.say(dear, Ask(160, 1))  # 5
    course.say(dear, Cancel(5))
    course.wait(41)
    rows = folded(course)
    assert changes(rows) == [
        (1, "bid", "placed", None, 2, 2),
        (1, "bid", "replaced", None, 1, 1),
        (1, "bid", "replaced", None, 1, 0),
        (2, "bid", "placed", None, 1, 1),
        (3, "ask", "placed", None, 1, 1),
        (4, "ask", "placed", None, 2, 2),
        (4, "ask", "filled", None, 1, 1),
        (2, "bid", "filled", None, 1, 0),
        (4, "ask", "lapsed", None, 1, 0),
        (5, "ask", "placed", None, 1, 1),
        (5, "ask", "cancelled", None, 1, 0),
        (3, "ask", "expired", "period_end", 1, 0),
    ]
    assert [row["replaces"] for row in rows["orders"] if row["replaces"]] == [1]
    assert poor not in {row["seat"] for row in rows["orders"]}


def test_the_standing_auctions_quotes_are_orders_that_better_ones_and_contracts_end() -> None:
    course = Course(small_("standing")).trading()
    poor, rich = course.seats("buyer")
    seller, dear = course.seats("seller")
    course.say(poor, Bid(80))  # 1
    course.say(rich, Bid(90))  # 2 is better
    course.say(rich, Bid(95))  # 3 is its trader's own
    course.say(dear, Ask(120))  # 4
    course.say(seller, Sell())  # 5 takes 3, and 4 is cleared
    course.say(poor, Bid(70))  # 6
    course.wait(41)
    rows = folded(course)
    assert changes(rows) == [
        (1, "bid", "placed", None, 1, 1),
        (1, "bid", "outbid", "improved", 1, 0),
        (2, "bid", "placed", None, 1, 1),
        (2, "bid", "replaced", "improved", 1, 0),
        (3, "bid", "placed", None, 1, 1),
        (4, "ask", "placed", None, 1, 1),
        (5, "ask", "placed", None, 1, 1),
        (5, "ask", "filled", None, 1, 0),
        (3, "bid", "filled", None, 1, 0),
        (4, "ask", "cleared", "contract", 1, 0),
        (6, "bid", "placed", None, 1, 1),
        (6, "bid", "expired", "period_end", 1, 0),
    ]
    assert [(row["bid"], row["bidder"], row["ask"]) for row in rows["quotes"]][:7] == [
        (None, None, None),
        (80, poor, None),
        (90, rich, None),
        (95, rich, None),
        (95, rich, 120),
        (None, None, None),
        (70, poor, None),
    ]


def test_a_pause_is_no_time_for_which_quotes_stood_and_is_time_of_the_sessions_clock() -> None:
    course = Course(small_("standing")).trading()
    buyer = course.seats("buyer")[-1]
    course.wait(2)
    course.say(buyer, Bid(90))
    course.command(Pause())
    course.wait(100)
    course.say(buyer, Bid(92))
    course.wait(200)
    course.command(Resume())
    course.wait(3)
    course.say(buyer, Bid(91))
    course.wait(36)
    rows = folded(course)
    assert [row["stood_s"] for row in rows["quotes"]][:3] == [2, 3, 35]
    said = [(row["time_s"], row["at_us"], row["reason"]) for row in rows["messages"]]
    assert said == [(2, 2 * SECOND, None), (2, 102 * SECOND, "not_open"), (5, 305 * SECOND, None)]
    assert [row["life_s"] for row in rows["orders"] if row["remaining"] == 0] == [303, 35]


def test_a_message_has_what_its_sender_had_seen_and_why_it_was_refused() -> None:
    course = Course(small_("standing")).trading()
    poor, rich = course.seats("buyer")
    facts = [event for _, _, events in course.heard for event in events]
    views = Projector(course.session.scenario, 1)
    told = sum(
        rich in shown.own or shown.public is not None for shown in map(views.project, facts) if shown is not None
    )
    course.wait(1)
    course.say(poor, Bid(90))
    course.wait(1)
    course.hand_in(Envelope(rich, Bid(80), token=1, seen=told))
    course.hand_in(Envelope(rich, Bid(80), token=1, seen=told))
    rows = [row for row in folded(course)["messages"] if row["seat"] == rich]
    assert [(row["result"], row["reason"]) for row in rows] == [("refused", "does_not_improve"), ("repeated", None)]
    first = rows[0]
    assert (first["seen"], first["told"], first["reaction_s"]) == (told, told + 1, 2)
    assert (first["bid_seen"], first["bid"]) == (None, 90), "it had not seen the bid that it did not better"


def test_each_spell_on_a_seat_is_a_row_and_orders_have_the_holder_of_their_time() -> None:
    course = Course(small_("standing")).open().join("human")
    course.command(Start())
    seat = course.seats("buyer")[0]
    course.wait(1)
    course.say(seat, Bid(50))
    course.wait(1)
    course.hand_in(Envelope(GATEWAY, Left(seat)))
    course.wait(2)
    course.hand_in(Envelope(GATEWAY, Joined(seat, "robot")))
    course.say(seat, Bid(60))
    course.wait(37)
    rows = folded(course)
    spells = [row for row in rows["seats"] if row["seat"] == seat]
    assert [(row["holder"], row["from_s"], row["to_s"]) for row in spells] == [
        ("human", 0, 2),
        ("nobody", 2, 4),
        ("robot", 4, 40),
    ]
    assert [(row["change"], row["holder"]) for row in rows["orders"]] == [
        ("placed", "human"),
        ("replaced", "robot"),
        ("placed", "robot"),
        ("expired", "robot"),
    ]


def test_a_void_period_is_in_orders_as_one_that_does_not_count() -> None:
    course = Course(small_("standing")).trading()
    course.say(course.seats("buyer")[0], Bid(50))
    course.command(Void())
    rows = folded(course)
    assert {row["counted"] for table in ("orders", "quotes", "messages") for row in rows[table]} == {0}
    assert rows["schedules"] == []


def test_orders_end_with_their_life_with_a_newer_one_of_their_trader_and_with_a_lost_line() -> None:
    terms = Terms(order_life_s=5.0, replace_own=True, units="one", lost_line="cancel")
    course = Course(small_("continuous", terms=terms)).trading()
    poor, rich = course.seats("buyer")
    course.say(rich, Bid(90))  # 1
    course.say(rich, Bid(95))  # 2 takes its place
    course.wait(6)  # and lives for five seconds
    course.say(poor, Bid(70))  # 3
    course.hand_in(Envelope(GATEWAY, Left(poor)))
    course.wait(40)
    rows = folded(course)
    assert changes(rows) == [
        (1, "bid", "placed", None, 1, 1),
        (1, "bid", "replaced", None, 1, 0),
        (2, "bid", "placed", None, 1, 1),
        (2, "bid", "expired", "life", 1, 0),
        (3, "bid", "placed", None, 1, 1),
        (3, "bid", "cancelled", "line_lost", 1, 0),
    ]
    assert [row["life_s"] for row in rows["orders"] if row["change"] == "expired"] == [5]
    assert [row["replaces"] for row in rows["orders"] if row["replaces"]] == [1]


def test_a_published_contract_of_an_order_that_had_left_fills_it_once_more() -> None:
    """Imported markets have such: the order is not placed anew, and nothing of it is in the book."""
    context = RecordContext({1: 0, 2: 0})
    orders = OrderRows(context, {0: False})

    def record(number: int, sender: Address, message: Message, *events: Message) -> None:
        told = [Event(Accepted(number), SESSION, 1, 0)] if sender == 1 else []
        made = [*told, *(Event(one, INSTITUTION, AGENTS, 0) for one in events)]
        orders.on_record(context.take_in(number, Envelope(sender, message, 0, number), number, made))

    record(1, 2, Ask(80), Order(1, "ask", 80, 1, 2))
    record(2, INSTITUTION, Reminder(1, 1), Order(1, "ask", 80, 0, 2))
    record(3, 1, Bid(90), Contract(1, 85, "ask", 1, 2, buy_order=2, sell_order=1))
    assert [(row["order_id"], row["change"], row["price"], row["remaining"]) for row in orders.rows] == [
        (1, "placed", 80, 1),
        (1, "expired", 80, 0),
        (2, "placed", 90, 1),
        (2, "filled", 90, 0),
        (1, "filled", 80, 0),
    ]
    assert orders.books == {0: {}}
