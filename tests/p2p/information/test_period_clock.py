"""One clock for all who reckon time: against a naive twin, over sessions that chance drives and over recorded ones."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from p2p.base.units import SECOND, Instant
from p2p.information.period_clock import CLOCK_FACTS, MarketClocks, PeriodClock
from p2p.information.projection import Projector
from p2p.messages import (
    EndPeriod,
    EndRound,
    Extend,
    Extended,
    Intermission,
    Message,
    Pause,
    Paused,
    Resume,
    Resumed,
    Start,
    StartRound,
)
from p2p.protocol.frames import NumberedFact
from p2p.protocol.mqtt_topics import Period
from p2p.scenario.public_rules import calls_in_period, public_rules
from p2p.scenario.schema import InstitutionRules, Scenario
from p2p.scenario.terms import CallTerms
from recordings.journal.format import read_journal
from recordings.journal.store import scenario_of
from server.mqtt.topic_state import TopicState
from server.publishing.feeds import Feeds
from tests.plays.play import Course, small
from tests.twins.naive_clock import NaiveClock
from tui.model.model import Model

Facts = list[tuple[Instant, Message]]
SAMPLE = Path(__file__).parents[3] / "recordings/samples/smith-1962-test-1/journal.jsonl"


def of_institution(name: str, calls: int = 1) -> Scenario:
    call = CallTerms(calls=calls) if name == "call" else None
    rules = InstitutionRules(1, 200, name=name, call=call)  # type: ignore[arg-type]
    return msgspec.structs.replace(small(start="experimenter", markets=2), institution=rules, periods=3)


INSTITUTIONS = {
    "standing": of_institution("standing"),
    "continuous": of_institution("continuous"),
    "one call": of_institution("call"),
    "seven calls": of_institution("call", 7),
}
COMMANDS: list[Message | None] = [
    *([None] * 4),
    Pause(),
    Resume(),
    Resume(),
    Extend(1),
    Extend(3 * SECOND + 1),
    EndPeriod(),
    Start(),
]
STEPS = st.lists(st.tuples(st.integers(0, 7 * SECOND), st.sampled_from(COMMANDS)), max_size=40)


def market_facts(course: Course, market: int = 0) -> Facts:
    """What the public of a market was told."""
    views = Projector(course.session.scenario, 1)
    shown = [(at, views.project(event)) for _, at, events in course.heard for event in events]
    return [(at, one.public) for at, one in shown if one and one.market in (None, market) and one.public]


def check(facts: Facts, calls: int, upto: Instant) -> None:
    """After the last fact of each instant, and half-way to the next, the clock says what its twin says."""
    clock, heard = PeriodClock(calls), Facts()
    ends = [at for at, _ in facts[1:]] + [upto]
    for (at, message), end in zip(facts, ends, strict=True):
        heard.append((at, message))
        clock.on_fact(message, at)
        naive = NaiveClock(heard, calls)
        assert (clock.phase, clock.open, clock.paused) == (naive.phase(), naive.open(), naive.paused())
        for now in {at, (at + end) // 2, end} if end > at else ():
            assert clock.time_left_us(now) == naive.time_left_us(now)
            if clock.period:
                assert clock.run_us(now) == naive.run_us(now)
        if clock.period:
            assert (clock.held, clock.length_us) == (naive.held(), naive.length_us())
        if clock.open and clock.held < calls and end > at:
            left_us = naive.time_left_us(end)
            assert left_us is not None
            assert clock.call_left_us(end) == max(0, left_us - naive.after_next_call_us())


@pytest.mark.parametrize("name", INSTITUTIONS)
@given(steps=STEPS)
@settings(max_examples=60, deadline=None)
def test_the_clock_is_its_naive_twin_whatever_the_experimenter_does(
    name: str, steps: list[tuple[int, Message | None]]
) -> None:
    course = Course(INSTITUTIONS[name]).trading()
    for wait_us, command in steps:
        course.wait(wait_us / SECOND)
        if command is not None:
            course.command(command)
    calls = calls_in_period(public_rules(course.session.scenario))
    for market in (0, 1):
        check(market_facts(course, market), calls, course.now)
    clocks, heard = MarketClocks(), market_facts(course, 1)
    for _, at, events in course.heard:
        for event in events:
            clocks.advance(event, at)
    assert clocks.of[1].run_us(course.now) == NaiveClock(heard).run_us(course.now)


def test_the_clock_is_its_naive_twin_over_the_sample_recording() -> None:
    reading = read_journal(SAMPLE.read_bytes())
    views, facts = Projector(scenario_of(reading.header), reading.header.seed), Facts()
    for record in reading.records():
        for event in record.read_events():
            shown = views.project(event)
            if shown is not None and shown.public is not None:
                facts.append((record.at, shown.public))
    assert sum(isinstance(message, StartRound) for _, message in facts) >= 2
    check([(at, one) for at, one in facts if type(one) in CLOCK_FACTS], 1, facts[-1][0] + SECOND)


PAUSED_BREAK: Facts = [
    (0, StartRound(1, 10 * SECOND)),
    (10 * SECOND, EndRound(1)),
    (10 * SECOND, Intermission(2, 5 * SECOND)),
    (12 * SECOND, Paused(3 * SECOND)),
    (20 * SECOND, Resumed(3 * SECOND)),
]


def test_a_pause_in_a_break_moves_the_next_period_and_none_that_is_over() -> None:
    clock = PeriodClock()
    for at, message in PAUSED_BREAK:
        clock.on_fact(message, at)
    assert (clock.started_us, clock.run_us(21 * SECOND)) == (0, 10 * SECOND)
    assert (clock.ends_at, clock.time_left_us(21 * SECOND)) == (23 * SECOND, 2 * SECOND)


def test_a_pause_in_a_break_moves_no_finished_period_in_the_terminal_and_on_a_broker() -> None:
    course = Course(small(start="experimenter")).trading()
    course.wait(12)
    course.command(Pause())
    course.wait(8)
    course.command(Resume())
    rules = public_rules(course.session.scenario)
    feeds, screen = Feeds(course.session), Model(rules, None)
    for _, at, events in course.heard:
        feeds.publish(at, events)
    channel = feeds.public_channel(0)
    topics = TopicState(rules, feeds, channel, 4)
    topics.fold()
    ((_, period),) = topics.due({"period"}, course.now)
    assert msgspec.json.decode(period, type=Period) == Period(1, 0, 10 * SECOND)
    for number, fact in enumerate(feeds.public[channel], 1):
        screen.fold(NumberedFact(number, fact.at, fact.message))
    assert screen.public.clock.started_us == 0


def test_an_extension_in_a_pause_leaves_the_clock_standing() -> None:
    clock = PeriodClock()
    for at, message in ((0, StartRound(1, 50)), (10, Paused(40)), (20, Extended(60))):
        clock.on_fact(message, at)
    assert (clock.paused, clock.time_left_us(99), clock.length_us) == (True, 60, 70)


def test_a_period_that_ends_in_a_pause_has_run_until_the_pause() -> None:
    clock = PeriodClock()
    for at, message in ((0, StartRound(1, 50)), (10, Paused(40)), (30, EndRound(1))):
        clock.on_fact(message, at)
    assert clock.run_us(99) == 10
