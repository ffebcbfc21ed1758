"""Stages under whatever is said in whatever order: nothing breaks, and the same messages give the same session."""

from functools import partial
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import EXPERIMENTER, GATEWAY, SECOND, Address
from p2p.messages import (
    AdvanceStage,
    Again,
    Agree,
    Ask,
    Bid,
    End,
    EndPeriod,
    Extend,
    HandBack,
    Hold,
    Joined,
    Left,
    PassToRobot,
    Pause,
    Remove,
    Respond,
    Resume,
    Start,
    TurnPage,
    Void,
    Withdraw,
)
from p2p.messages.envelope import Envelope
from p2p.scenario.parsing import parse
from p2p.schedules.rationing import market_rules
from p2p.session.session import Session
from tests.p2p.stages.test_stages import HOUR
from tests.plays.play import Course

SEATS = st.integers(0, 3)
STAGES = st.integers(0, 7)
BY_PEOPLE = st.one_of(
    st.builds(Agree, STAGES, st.booleans(), st.booleans()),
    st.builds(TurnPage, STAGES, st.integers(1, 3)),
    st.builds(
        Respond, st.sampled_from([2, 2, 2, 5, 7]), st.integers(0, 3), st.sampled_from([None, 0.0, 1.0, 12.0, 0.5])
    ),
    st.just(Withdraw()),
    st.builds(Bid, st.integers(60, 340)),
    st.builds(Ask, st.integers(60, 340)),
    st.just(Bid(340)),
    st.just(Ask(60)),
)
BY_EXPERIMENTER = st.one_of(
    st.sampled_from([Start(), Pause(), Resume(), EndPeriod(), Hold(), Hold(off=True), Void(), Again(), AdvanceStage()]),
    st.builds(AdvanceStage, SEATS),
    st.builds(PassToRobot, SEATS),
    st.builds(HandBack, SEATS),
    st.builds(Remove, SEATS),
    st.just(Extend(3 * SECOND)),
)
COMINGS = st.builds(Joined, SEATS, st.sampled_from(["human", "robot"]))
STEPS = st.one_of(
    st.tuples(SEATS, BY_PEOPLE),
    st.tuples(SEATS, BY_PEOPLE),
    st.tuples(st.just(EXPERIMENTER), BY_EXPERIMENTER),
    st.tuples(st.just(GATEWAY), st.one_of(COMINGS, st.builds(Left, SEATS))),
    st.tuples(st.none(), st.integers(0, 6)),
)


MANY_STEPS = st.lists(STEPS, min_size=15, max_size=80)


def played(stage: int, steps: list[tuple[Address | None, Any]]) -> Course:
    """Three people, and somebody who comes or not; moved on to a stage, then whatever is said."""
    course = Course(parse(HOUR))
    course.open().join("human", [0, 1, 2])
    course.command(Start())
    while course.session.staging.number < stage or course.session.phase == "break":
        match course.session.phase:
            case "stage":
                course.command(AdvanceStage())
            case "trading":
                course.command(EndPeriod())
            case _:  # a break, which leads to a period
                course.wait(4)
    for sender, said in steps:
        if sender is None:
            course.wait(said)
        elif sender == GATEWAY:
            course.hand_in(Envelope(GATEWAY, said))
        else:
            course.say(sender, said)
    return course


@given(st.integers(0, 5), MANY_STEPS)
@settings(max_examples=150, deadline=None)
def test_nothing_that_is_said_breaks_a_session_of_stages(stage: int, steps: list[tuple[Address | None, Any]]) -> None:
    course = played(stage, steps)
    again = Session(parse(HOUR), 1)
    for envelope, at, events in course.heard:
        assert again.handle(envelope, at) == events
    assert again.digest() == course.session.digest()


@given(st.integers(2, 5), MANY_STEPS)
@settings(max_examples=100, deadline=None)
def test_balances_are_those_of_the_periods_that_count(stage: int, steps: list[tuple[Address | None, Any]]) -> None:
    course = played(stage, steps)
    course.command(Resume())
    course.command(End())
    if course.session.phase != "ended":
        return
    outcome = SessionOutcome(partial(market_rules, course.session.scenario))
    for event in course.events:
        outcome.on_event(event)
    gained = sum(sum(one.surplus_by_seat.values()) for one in outcome.scores())
    counting = course.session.staging.counting
    markets = course.session.markets if counting is None else counting[0]
    assert sum(market.environment.balance.get(seat, 0) for market in markets for seat in market.seats) == gained
