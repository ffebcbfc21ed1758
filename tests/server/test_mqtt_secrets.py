"""What is on a broker tells no more than the poorest seat's view: whatever that hides may be otherwise, unnoticed."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from p2p.base.units import AGENTS, INSTITUTION
from p2p.information.projection import Projector
from p2p.institutions.call import CallAuction
from p2p.messages import (
    Called,
    Contract,
    Earned,
    Forecast,
    Indicative,
    Message,
    Metered,
    Order,
    Respond,
    Responded,
    Schedule,
    Start,
)
from p2p.messages.envelope import Event
from p2p.protocol.mqtt_address import Broker
from p2p.scenario.arms import Arm
from p2p.scenario.overrides import InformationSet
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.simulation import Simulation
from server.hosted_session import HostedSession, open_new
from server.mqtt.publisher import Publisher
from server.session.clock import Clock
from server.session.sequencer import Committed, InboxItem
from tests.plays.play import Course
from tests.plays.tui_plays import calls, energy, market, small

MARKETS = {
    "the standing auction": small(),
    "an open book": market("continuous"),
    "calls": calls(3),
    "households": energy(),
}
ARMS: list[tuple[InformationSet, ...]] = [
    ("quotes", "quotes"),
    ("book", "quotes"),
    ("ticker", "book"),
    ("book", "book"),
]
GRID = {"import_wh": None, "export_wh": None, "feeder_wh": None}
"""Sums of energy are told where contracts are, though no seat is told them: the one thing that is not its view."""


def armed(scenario: Scenario, arms: tuple[InformationSet, ...]) -> Scenario:
    """Two periods of the market, half of its seats in each of two information sets."""
    seats = (scenario.seats // 2, scenario.seats - scenario.seats // 2)
    tables = tuple(Arm(str(k), many, shows) for k, (many, shows) in enumerate(zip(seats, arms, strict=True)))
    return msgspec.structs.replace(scenario, arms=tables, periods=2, start="experimenter")


def otherwise(message: Message) -> Message:
    """The same, come out otherwise."""
    change = msgspec.structs.replace
    match message:
        case Contract():
            return change(message, price=message.price + 1, quantity=2 * message.quantity)
        case Called():
            return change(message, price=(message.price or 0) + 1, quantity=message.quantity + 1)
        case Indicative():
            return change(message, price=(message.price or 0) + 1, quantity=message.quantity + 1)
        case Order():
            return change(message, price=message.price + 1, quantity=message.quantity + 1)
        case Metered():
            return change(message, grid_import=message.grid_import + 7, grid_export=message.grid_export + 5)
        case Forecast():
            return change(message, load=message.load + 3)
        case Schedule(steps=steps):
            more = tuple(change(step, value=step.value + 1, quantity=2 * step.quantity) for step in steps)
            return change(message, steps=more)
        case _:
            return message


class Elsewhere:
    """The views of one who does not know: what may come out otherwise without a trace in them."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.views = Projector(scenario, seed)
        self.information = self.views.poorest(0)
        self.changed: set[type[Message]] = set()

    def __call__(self, event: Event) -> Event:
        other = Event(otherwise(event.message), event.sender, event.to, event.market)
        if other == event or self._form(event) != self._form(other):
            return event
        self.changed.add(type(event.message))
        return other

    def _form(self, event: Event) -> Message | None:
        shown = self.views.project(event)
        return shown and shown.form(self.information)


class Heap:
    """A broker that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    async def publish(self, topic: str, payload: bytes, qos: int = 0, retain: bool = False) -> None:
        del qos, retain
        self.told.append((topic.rpartition("/")[2], msgspec.json.decode(payload)))


async def published(scenario: Scenario, folder: Path, instead: Elsewhere | None) -> Heap:
    """All that is published of a session before its end, by the publisher's own rounds after every third message."""
    opened = open_new(scenario, "secrets", 1, folder, "test")
    publisher, heap = Publisher(Broker("127.0.0.1", 1), HostedSession(opened)), Heap()
    ((topic, bulletin),) = publisher.bulletins.items()
    plays = enumerate(Simulation(scenario, ["zic"] * scenario.seats, 1).play())
    for number, (envelope, at, _) in plays:
        events = opened.session.handle(envelope, at)
        if opened.session.phase == "ended":
            break
        events = [instead(event) if instead else event for event in events]
        opened.clock = Clock(at)
        opened.feeds.publish(at, events)
        publisher._happened([Committed(at, events, InboxItem(envelope))])
        if number % 3 == 0:
            await publisher._fold(bulletin)
            await publisher._weigh(0, bulletin)
            await publisher._publish_round(heap, topic, bulletin, beat=number % 9 == 0)  # type: ignore[arg-type]
    opened.store.close()
    return heap


SAID, EXPLAINED, RIGHT = "a word of a person", "one and one are two", 917364.5
HOUR = f"""
title = "An hour"
start = "experimenter"
payment = {{ rate = 0.05, currency = "EUR", fee = 5317.0, base = 2.0 }}
institution = {{ name = "standing", price_min = 1, price_max = 200 }}
environment = {{ buyers = [[100]], sellers = [[50]] }}
[[stage]]
kind = "questions"
questions = [{{ ask = "1 + 1?", kind = "number", answer = {RIGHT}, explanation = "{EXPLAINED}" }}]
[[stage]]
kind = "trade"
period_s = 5.0
[[stage]]
kind = "questionnaire"
questions = [{{ ask = "Why?", kind = "text" }}]
[[stage]]
kind = "earnings"
"""


async def test_no_answer_right_or_given_no_explanation_and_no_pay_is_on_any_topic(tmp_path: Path) -> None:
    course = Course(parse(HOUR)).open().join("human")
    course.command(Start())
    for seat in course.session.market_of:
        for number in (2.0, RIGHT):
            course.say(seat, Respond(0, 0, number))
    course.wait(5 + 5)
    for seat in course.session.market_of:
        course.say(seat, Respond(2, 0, text=SAID, length=len(SAID), digest="aa"))
    opened = open_new(course.session.scenario, "secrets", 1, tmp_path / "one", "test")
    publisher, heap = Publisher(Broker("127.0.0.1", 1), HostedSession(opened)), Heap()
    ((topic, bulletin),) = publisher.bulletins.items()
    for envelope, at, events in course.heard:
        assert opened.session.handle(envelope, at) == events
        opened.clock = Clock(at)
        opened.feeds.publish(at, events)
        publisher._happened([Committed(at, events, InboxItem(envelope))])
        await publisher._fold(bulletin)
        await publisher._weigh(0, bulletin)
        await publisher._publish_round(heap, topic, bulletin, beat=True)  # type: ignore[arg-type]
    opened.store.close()
    assert {type(event.message) for event in course.events} >= {Responded, Earned}
    assert {name for name, _ in heap.told} >= {"state", "period"}
    heard = repr(heap.told)
    assert not [secret for secret in (SAID, EXPLAINED, "917364", "5317") if secret in heard]


@pytest.mark.parametrize("arms", ARMS, ids="-".join)
@pytest.mark.parametrize("name", MARKETS)
async def test_what_the_poorest_seat_cannot_see_leaves_no_trace_on_any_topic(
    name: str, arms: tuple[InformationSet, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = armed(MARKETS[name], arms)
    heap = await published(scenario, tmp_path / "as-it-was", None)
    instead = Elsewhere(scenario, 1)
    true = CallAuction.indicative
    would = Event(Indicative(1, 1), INSTITUTION, AGENTS, 0)
    if instead(would) != would:
        monkeypatch.setattr(CallAuction, "indicative", lambda auction: otherwise(true(auction)))
    other = await published(scenario, tmp_path / "otherwise", instead)
    if instead.information != "quotes":
        for one in (one for topic, one in heap.told + other.told if topic == "interval"):
            one |= GRID
    assert heap.told == other.told
    topics = {topic for topic, _ in heap.told}
    assert topics >= {"state", "period", "standing", "interval"}
    assert ("contract" in topics) == (instead.information != "quotes")
    assert ("book" in topics) == (instead.information == "book" and name != "the standing auction")
    assert ("call" in topics) == (name == "calls")
    hidden = {Contract} if instead.information == "quotes" else set()
    assert instead.changed >= hidden | {Schedule}
    assert (Metered in instead.changed) == (name == "households")
