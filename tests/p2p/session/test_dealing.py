"""The deal at the start: who is there gets the schedules, it is a fact of the record, and the door may be locked."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.base.units import EXPERIMENTER, GATEWAY
from p2p.messages import (
    Accepted,
    Ask,
    Bid,
    Close,
    Contract,
    End,
    Joined,
    Left,
    Lock,
    Open,
    Refused,
    Schedule,
    SeatsDealt,
    Start,
    StartPeriod,
    Unlock,
)
from p2p.messages.envelope import Envelope
from p2p.scenario.parsing import parse
from p2p.session.session import Session
from p2p.sim.library.files import load
from tests.conftest import SMALL

TEST_1 = load("smith-1962-test-1")


def opened(scenario, seed=1, deal="start", empty="drop"):
    session = Session(scenario, seed)
    session.handle(Envelope(GATEWAY, Open(deal, empty)), 0)
    return session


def command(session, message):
    token = session.token(EXPERIMENTER) + 1
    return session.handle(Envelope(EXPERIMENTER, message, token=token), session.now)


def started(scenario, seats, **how):
    """The session of some seats that people have, and the events of its start."""
    session = opened(scenario, **how)
    events = []
    for seat in seats:
        events += session.handle(Envelope(GATEWAY, Joined(seat, "human")), 0)
    return session, [*events, *(command(session, Start()) if session.phase == "lobby" else [])]


def schedules(events):
    return {event.to: event.message for event in events if isinstance(event.message, Schedule)}


def test_as_many_schedules_are_dealt_as_people_have_come_and_to_their_seats_alone() -> None:
    _session, events = started(TEST_1, [0, 3, 4, 7, 9])
    assert sorted(schedules(events)) == [0, 3, 4, 7, 9]
    (dealt,) = [event for event in events if isinstance(event.message, SeatsDealt)]
    assert dealt.to == EXPERIMENTER, "nobody else is told"
    assert (dealt.message.price_before, dealt.message.price_after) == (200, 200)
    assert len(dealt.message.rows) == 5
    told = next(event.message for event in events if isinstance(event.message, StartPeriod))
    assert sorted([*told.buyers, *told.sellers]) == [0, 3, 4, 7, 9]


def test_a_seat_that_was_not_dealt_may_not_trade() -> None:
    session, _ = started(TEST_1, [0, 1, 2])
    session.handle(Envelope(GATEWAY, Joined(20, "human")), 1)
    answer = session.handle(Envelope(20, Bid(100), token=1), 2)
    assert isinstance(answer[0].message, Refused)


@pytest.mark.parametrize("seats", [[], [5]])
def test_fewer_than_two_people_still_find_a_buyer_and_a_seller(seats) -> None:
    _, events = started(TEST_1, seats)
    roles = {one.role for one in schedules(events).values()}
    assert roles == {"buyer", "seller"}
    assert set(seats) <= set(schedules(events))


def test_for_robots_on_the_empty_seats_all_schedules_are_dealt_as_at_an_opening() -> None:
    _, at_start = started(TEST_1, [0, 3], empty="robots")
    _, at_opening = started(TEST_1, [0, 3], deal="opening")
    assert schedules(at_start) == schedules(at_opening)
    assert not any(isinstance(event.message, SeatsDealt) for event in at_opening)


def test_the_deal_is_the_seeds_and_not_the_order_of_those_who_came() -> None:
    _, there = started(TEST_1, [0, 3, 4, 7])
    _, back = started(TEST_1, [7, 4, 3, 0])
    assert schedules(there) == schedules(back)
    others = [schedules(started(TEST_1, [0, 3, 4, 7], seed=seed)[1]) for seed in range(2, 8)]
    assert any(one != schedules(there) for one in others)


def test_who_left_in_the_lobby_keeps_their_seat_and_its_schedule() -> None:
    session = opened(TEST_1)
    for seat in (0, 1, 2):
        session.handle(Envelope(GATEWAY, Joined(seat, "human")), 0)
    session.handle(Envelope(GATEWAY, Left(1)), 0)
    assert sorted(schedules(command(session, Start()))) == [0, 1, 2]


def test_each_market_is_dealt_among_those_of_its_own() -> None:
    scenario = msgspec.structs.replace(TEST_1, markets=2)
    session = opened(scenario)
    first, second = (market.seats for market in session.markets)
    for seat in (*first[:3], *second[:6]):
        session.handle(Envelope(GATEWAY, Joined(seat, "human")), 0)
    events = command(session, Start())
    facts = {event.market: event.message for event in events if isinstance(event.message, SeatsDealt)}
    assert facts[0].seats == first[:3]
    assert facts[1].seats == second[:6]


@pytest.mark.parametrize("name", ["santa-fe-1990-base", "energy-day", "call-market", "open-book", "posted-offer"])
def test_every_environment_can_be_dealt_to_fewer(name) -> None:
    scenario = load(name)
    session, events = started(scenario, range(3))
    assert sorted(schedules(events)) == [0, 1, 2]
    assert session.phase == "trading"


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, 21), min_size=2), st.integers(0, 2**63 - 1))
def test_any_people_get_one_schedule_each_of_the_rows_that_stay(people, seed) -> None:
    session, events = started(TEST_1, sorted(people), seed=seed)
    dealt = schedules(events)
    assert set(dealt) == people
    (fact,) = [event.message for event in events if isinstance(event.message, SeatsDealt)]
    rows = [*TEST_1.environment.buyers, *TEST_1.environment.sellers]
    kept = sorted(rows[one] for one in fact.rows) if fact.rows else sorted(rows)
    assert sorted(tuple(step.value for step in one.steps) for one in dealt.values()) == kept
    again, same = started(TEST_1, sorted(people), seed=seed)
    assert (same, again.digest()) == (events, session.digest())


def test_contracts_are_made_after_a_deal_at_the_start() -> None:
    session, events = started(parse(SMALL), [0, 2])
    dealt = schedules(events)
    buyer = next(seat for seat, one in dealt.items() if one.role == "buyer")
    (seller,) = set(dealt) - {buyer}
    session.handle(Envelope(buyer, Bid(95), token=1), 1)
    made = session.handle(Envelope(seller, Ask(90), token=1), 2)
    assert any(isinstance(event.message, Contract) for event in made)


def test_a_session_that_was_opened_as_ever_has_the_digest_that_it_had() -> None:
    session = opened(TEST_1, deal="opening", empty="robots")
    plain = Session(TEST_1, 1)
    plain.handle(Envelope(GATEWAY, Open()), 0)
    assert session.digest() == plain.digest()
    assert session.digest() != opened(TEST_1).digest()


def test_a_lock_is_a_fact_that_can_be_taken_back() -> None:
    session = opened(TEST_1)
    open_digest = session.digest()
    assert [event.message for event in command(session, Lock())] == [Accepted(1)]
    assert session.locked
    assert session.digest() != open_digest
    command(session, Unlock())
    assert not session.locked


def test_the_server_is_closed_after_the_end_and_not_before() -> None:
    session, _ = started(TEST_1, [0, 1])
    assert isinstance(command(session, Close())[0].message, Refused)
    command(session, End())
    assert isinstance(command(session, Close())[0].message, Accepted)
    assert session.closed
