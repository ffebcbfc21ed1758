"""What a seat knows, folded from what it was told; and the streams of chance that nobody shares."""

from collections.abc import Callable
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.base.rng import derived, stream
from p2p.base.units import SECOND
from p2p.information.projection import Projector
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.trader_knowledge import Knowledge
from p2p.information.view_state import UNITS_SHOWN
from p2p.messages import (
    Contract,
    Ended,
    EndRound,
    Extend,
    Extended,
    Intermission,
    Lobby,
    Message,
    Order,
    Pause,
    Paused,
    Quote,
    Resume,
    Resumed,
    Schedule,
    StartRound,
    Step,
)
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import InstitutionRules
from p2p.scenario.terms import CallTerms
from p2p.session.session import Session
from tests.plays.play import Course, small, told


def knowing(*messages: Message, at: int = 0) -> Knowledge:
    knowledge = Knowledge(PublicKnowledge(public_rules(small())))
    for message in messages:
        knowledge.on_fact(message, at)
    return knowledge


OPEN = (Schedule(1, "buyer", (Step(100, 2), Step(70))), StartRound(1, 50))


def test_before_anything_was_told_nothing_is_known() -> None:
    empty = knowing()
    assert (empty.role, empty.unit_value, empty.bid, empty.ask, empty.units_left) == (None, None, None, None, 0)
    assert not empty.bid_mine
    assert not empty.ask_mine


def test_a_schedule_is_units_best_first() -> None:
    dealt = knowing(*OPEN)
    assert (dealt.role, dealt.values, dealt.unit_value, dealt.units_left) == ("buyer", [100, 100, 70], 100, 3)


def test_the_newest_quote_stands_until_a_contract() -> None:
    quoted = knowing(*OPEN, Quote("bid", 50), Quote("ask", 90), Quote("bid", 60))
    assert (quoted.bid, quoted.ask) == (60, 90)
    quoted.on_fact(Contract(1, 60, "bid"), 1)
    assert (quoted.bid, quoted.ask, len(quoted.public.contracts)) == (None, None, 1)


@pytest.mark.parametrize("closing", [EndRound(1), StartRound(2, 9)])
def test_a_round_leaves_no_quote_behind(closing: Message) -> None:
    closed = knowing(*OPEN, Quote("bid", 50, mine=True), Quote("ask", 90), closing)
    assert (closed.bid, closed.ask, closed.bid_mine) == (None, None, False)


def test_a_quote_is_ones_own_until_it_is_improved_on_or_taken() -> None:
    mine = knowing(*OPEN, Quote("bid", 50, mine=True))
    assert mine.bid_mine
    assert not mine.ask_mine
    mine.on_fact(Quote("ask", 90), 1)
    assert mine.bid_mine
    mine.on_fact(Quote("bid", 51), 1)
    assert not mine.bid_mine


def test_another_may_stand_at_the_price_one_had_before_a_contract_or_a_period() -> None:
    assert not knowing(*OPEN, Quote("bid", 50, mine=True), Contract(1, 50, "bid"), Quote("bid", 50)).bid_mine
    again = (EndRound(1), Schedule(2, "buyer", (Step(100),)), StartRound(2, 50), Quote("bid", 50))
    assert not knowing(*OPEN, Quote("bid", 50, mine=True), *again).bid_mine
    asked = knowing(Schedule(1, "seller", (Step(1),)), OPEN[1], Quote("ask", 50, mine=True))
    assert asked.ask_mine
    asked.on_fact(Contract(1, 50, "ask"), 1)
    asked.on_fact(Quote("ask", 50), 1)
    assert not asked.ask_mine


FACTS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3), st.integers(1, 3), st.booleans()), max_size=40)
"""An order's number, what is left of it, its price if it is new, and whether somebody looks at the book then."""


def naive_book(told: list[Order]) -> list[tuple[int, int, int]]:
    """Number, price and quantity of what rests, bids best first and then asks, each price by arrival."""
    resting: dict[int, Order] = {}
    for order in told:
        if order.quantity:
            resting[order.order] = order
        else:
            resting.pop(order.order, None)
    bids = sorted((o for o in resting.values() if o.side == "bid"), key=lambda o: -o.price)
    asks = sorted((o for o in resting.values() if o.side == "ask"), key=lambda o: o.price)
    return [(o.order, o.price, o.quantity) for o in [*bids, *asks]]


def booked(public: PublicKnowledge) -> list[tuple[float, float, float]]:
    return [(one.order_id, one.price, one.quantity) for side in (public.book.bids, public.book.asks) for one in side]


@given(FACTS)
def test_the_book_is_the_same_whoever_looked_at_it_and_when(facts: list[tuple[int, int, int, bool]]) -> None:
    public, told, prices = PublicKnowledge(public_rules(small())), [], {}
    for number, quantity, price, looks in facts:
        side: Literal["bid", "ask"] = "bid" if number % 2 else "ask"
        resting = prices.get(number)
        told.append(Order(number, side, resting or price, quantity))
        prices[number] = (resting or price) if quantity else None
        public.on_fact(told[-1], 0)
        if looks:
            assert booked(public) == naive_book(told)
    assert booked(public) == naive_book(told)


def test_ones_own_contracts_use_up_ones_units_and_others_do_not() -> None:
    traded = knowing(
        *OPEN, Contract(1, 90, "ask", mine="buyer"), Contract(2, 10, "ask"), Contract(3, 80, "bid", mine="buyer")
    )
    assert (traded.prices, traded.surplus, traded.unit_value, traded.units_left) == ([90, 80], 30, 70, 1)
    sold = knowing(Schedule(1, "seller", (Step(30),)), OPEN[1], Contract(1, 90, "ask", mine="seller"))
    assert (sold.surplus, sold.unit_value, sold.units_left) == (60, None, 0)


def test_what_was_gained_before_is_kept_beside_the_period() -> None:
    later = knowing(*OPEN, Contract(1, 90, "ask", mine="buyer"), EndRound(1), Schedule(2, "seller", (Step(5),)))
    assert (later.surplus, later.surplus_before, later.prices, later.role) == (0, 10, [], "seller")
    for message in (StartRound(2, 9), Contract(1, 50, "bid", mine="seller"), Schedule(3, "buyer", (Step(9),))):
        later.on_fact(message, 1)
    assert (later.surplus, later.surplus_before) == (0, 55)


CLOCK: list[tuple[tuple[Message, ...], int, int | None, str]] = [
    ((), 5, None, "lobby"),
    ((StartRound(1, 50),), 5, 55, "trading"),
    ((StartRound(1, 50),), 99, 0, "trading"),
    ((StartRound(1, 50), Paused(30)), 99, 30, "trading"),
    ((StartRound(1, 50), Paused(30), Resumed(30)), 15, 25, "trading"),
    ((StartRound(1, 50), Extended(70)), 15, 65, "trading"),
    ((StartRound(1, 50), EndRound(1)), 15, None, "trading"),
    ((StartRound(1, 50), EndRound(1), Intermission(2, 20)), 15, 15, "break"),
    ((StartRound(1, 50), Paused(30), Ended()), 15, None, "ended"),
    ((Lobby(3, 4),), 15, None, "lobby"),
]


@pytest.mark.parametrize(("messages", "now", "left", "phase"), CLOCK)
def test_the_time_left_is_what_the_last_fact_said(
    messages: tuple[Message, ...], now: int, left: int | None, phase: str
) -> None:
    public = knowing(*messages, at=10).public
    assert (public.time_left_us(now), public.phase) == (left, phase)


FOUR = msgspec.structs.replace(small(), institution=InstitutionRules(1, 200, name="call", call=CallTerms(calls=4)))
"""Four calls in a period of ten seconds: one each two and a half."""


@pytest.mark.parametrize("second", [1, 4, 9])
def test_in_a_market_of_several_calls_the_end_is_the_periods_not_the_next_calls(second: int) -> None:
    """A pause, its end and an extension are told with the time until the next call."""
    course = Course(FOUR).trading()
    views, public = Projector(FOUR, 1), PublicKnowledge(public_rules(FOUR))
    course.wait(second)
    course.command(Pause())
    course.wait(30)
    course.command(Resume())
    course.command(Extend(5 * SECOND))
    for _, at, events in course.heard:
        for shown in map(views.project, events):
            if shown is not None and shown.form("book") is not None:
                public.on_fact(shown.form("book"), at)
        if told(events, Paused):
            assert public.time_left_us(at + SECOND) == (10 - second) * SECOND
        if told(events, Resumed):
            assert public.clock.ends_at == at + (10 - second) * SECOND
    assert public.clock.ends_at == course.now + (15 - second) * SECOND
    course.wait(15 - second)
    assert course.session.phase == "break"


def test_a_pause_is_known_until_it_ends() -> None:
    public = knowing(StartRound(1, 50), Paused(30)).public
    assert public.paused
    assert public.open
    for over in (Resumed(30), Ended()):
        after = knowing(StartRound(1, 50), Paused(30), over).public
        assert not after.paused


def test_how_many_have_come_is_known() -> None:
    assert knowing(Lobby(3, 4)).public.seats_taken == 3


# --- chance ----------------------------------------------------------------------------------------------------


def test_every_purpose_has_a_stream_of_its_own() -> None:
    drawn = {
        stream(seed, *purpose).random() for seed in (1, 2) for purpose in (("deal", 0), ("deal", 1), ("alias", 0), ())
    }
    assert len(drawn) == 8
    assert stream(1, "deal", 0).random() == stream(1, "deal", 0).random()
    assert all(0 <= derived(seed, "robot") < 2**63 for seed in range(100))


def test_published_draws_stay_as_they_are() -> None:
    """A recording can be run again only while its streams are what they were."""
    assert derived(1, "robot", 0) == 4910716764175418701
    assert stream(1, "deal", 0).random() == 0.5683207624194623


ORDERS: list[Callable[[list[int]], list[int]]] = [
    list,
    lambda seats: seats[::-1],
    lambda seats: [*seats[2:], *seats[:2]],
]


@pytest.mark.parametrize("order", ORDERS)
def test_a_digest_does_not_know_who_came_first(order: Callable[[list[int]], list[int]]) -> None:
    plain = Course(small(start="experimenter")).open().join()
    other = Course(small(start="experimenter")).open().join(seats=order([0, 1, 2, 3]))
    assert plain.session.digest() == other.session.digest()


def test_session_and_views_seat_the_markets_alike() -> None:
    scenario = small(markets=3)
    for seed in range(5):
        assert [market.seats for market in Session(scenario, seed).markets] == Projector(scenario, seed).seats


def test_a_trade_of_very_many_units_lists_no_more_prices_than_a_screen_has() -> None:
    many = (Schedule(1, "buyer", (Step(100, 10**12), Step(70))), StartRound(1, 50))
    known = knowing(*many, Contract(1, 60, taken="ask", mine="buyer", quantity=10**9))
    assert known.prices == [60] * UNITS_SHOWN
    assert known.surplus == 40 * 10**9
