"""The clock of a market of several calls, heard from a broker: the period's end, through pauses and extensions."""

import msgspec
import pytest

from bots.broker.topic_reader import TopicReader
from p2p.base.units import SECOND
from p2p.messages import Called, Extend, Extended, StartRound
from p2p.protocol.codec import encode
from p2p.protocol.mqtt_topics import Period, State
from p2p.scenario.public_rules import public_rules
from server.mqtt.topic_state import TopicState
from server.publishing.feeds import Feeds
from server.session.notices import SessionNotices
from tests.plays.play import Course
from tests.plays.tui_plays import calls
from tui.model.model import Model


def heard_by(model: Model, heard: TopicReader, now_s: int, left_s: int, paused: bool, length_s: int = 60) -> None:
    """The topics as a server keeps them at a second of the session; the period began at second 0."""
    state = State(now_s * SECOND, "trading", 1, 2, True, paused, left_s * SECOND, 2, 4, 4)
    for topic, message in (("period", Period(1, 0, length_s * SECOND)), ("state", state)):
        for told in heard.on_message(topic, encode(message)):
            model.fold(told)


@pytest.mark.parametrize("second", [5, 20, 50])
def test_a_broker_says_what_is_left_of_the_period_and_so_does_the_screen(second: int) -> None:
    rules = public_rules(calls(4))
    heard, model = TopicReader("one"), Model(rules, None)
    heard.on_message("rules", encode(rules))
    heard_by(model, heard, 1, 59, paused=False)
    assert model.view(2 * SECOND).clock.left_us == 58 * SECOND
    heard_by(model, heard, second, 60 - second, paused=True)
    assert model.view(99 * SECOND).clock.left_us == (60 - second) * SECOND
    heard_by(model, heard, second, 60 - second, paused=False)
    assert model.view(second * SECOND).clock.left_us == (60 - second) * SECOND
    heard_by(model, heard, second, 90 - second, paused=False, length_s=90)
    assert model.view(second * SECOND).clock.left_us == (90 - second) * SECOND
    assert model.period is not None
    assert model.period.length_us == 90 * SECOND


def test_a_period_that_is_extended_is_as_long_on_the_broker_and_in_words_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    course, rules = Course(calls(4)).trading(), public_rules(calls(4))
    course.wait(20)
    course.command(Extend(30 * SECOND))
    feeds, telling = Feeds(course.session), SessionNotices(rules)
    for _, at, events in course.heard:
        feeds.publish(at, events)
        for event in events:
            if isinstance(event.message, StartRound | Called | Extended):
                telling.on_fact(event.message, at)
    bulletin = TopicState(rules, feeds, feeds.public_channel(0), 4)
    bulletin.fold()
    ((_, period),) = bulletin.due({"period"}, course.now)
    assert msgspec.json.decode(period, type=Period) == Period(1, 0, 90 * SECOND, 30 * SECOND)
    assert any(b"70 s are left" in words for words, _ in bulletin.board.due())
    assert "extended: 70.0 s left" in capsys.readouterr().err
