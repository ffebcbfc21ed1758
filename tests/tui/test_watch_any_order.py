"""A call market over a broker that mixes up, drops and repeats, for who is there from the start and who comes late."""

import random

import msgspec
import pytest

from p2p.base.units import SECOND, Instant
from p2p.messages import Ask, Bid, EndPeriod, Extend, Indicative, Message, Pause, Resume
from p2p.protocol.codec import encode, message_of
from p2p.protocol.frames import FactRead, NumberedFact
from p2p.scenario.overrides import InformationSet
from p2p.scenario.public_rules import public_rules
from server.mqtt.topic_state import TopicState
from server.publishing.feeds import Feeds
from tests.plays.play import Course
from tests.plays.tui_plays import calls
from tests.plays.watch_any_order_plays import Screen
from tui.model.model import Model

TOPICS = {"state", "period", "standing", "book", "contracts", "call"}


class Published:
    """A session driven by chance, its feed, the bulletin that stands on it, and the screen of a spectator's line."""

    def __init__(self, information: InformationSet, number: int, seed: int) -> None:
        self.rng = random.Random(seed)
        self.course = Course(calls(number, information), seed)
        self.feeds = Feeds(self.course.session)
        self.channel = self.feeds.public_channel(0)
        self.rules = public_rules(self.course.session.scenario, self.channel[1])
        self.bulletin = TopicState(self.rules, self.feeds, self.channel, 4)
        self.line = Model(self.rules, None)
        self._told = self._heard = 0
        self.course.trading()
        self.tell()

    def goes_on(self) -> None:
        """Somebody says something, or time passes, or both."""
        rng, session = self.rng, self.course.session
        said: list[Message] = [Bid(rng.randint(100, 300)), Ask(rng.randint(100, 300))]
        for _ in range(rng.randrange(4)):
            self.course.say(rng.randrange(4), rng.choice(said))
        if rng.random() < 0.3:
            more = Extend(rng.randint(1, 30) * SECOND)
            self.course.command(rng.choice([Pause(), Resume(), more] + [EndPeriod()] * (rng.random() < 0.1)))
        if session.phase != "ended":
            self.course.wait(rng.choice([0.3, 1, 4, 15]))
        self.tell()

    def tell(self) -> None:
        """Publish what has happened, and tell the line."""
        for _, at, events in self.course.heard[self._heard :]:
            self.feeds.publish(at, events)
        self._heard = len(self.course.heard)
        for fact in self.feeds.public[self.channel][self._told :]:
            self._told += 1
            self.line.fold(NumberedFact(self._told, fact.at, fact.message))
        states = [msgspec.json.decode(raw, type=FactRead) for raw in self.feeds.state[self.channel]]
        self.line.set_states({fact.directive: message_of(fact.directive, fact.payload) for fact in states})
        while self.bulletin.fold():
            pass


def shown(model: Model | None, now: Instant) -> tuple[object, ...]:
    """What a screen has of the clock, of the calls and of their contracts."""
    assert model is not None
    public = model.public
    where = (public.phase, public.period, public.open, public.paused, public.time_left_us(now))
    of_calls = (public.clock.held, public.clock.call_left_us(now), public.calls, model.indicative)
    deals = [(deal.price, deal.into_us) for deal in model.period.deals] if model.period else []
    return (*where, *of_calls, deals, public.bid, public.ask, public.open and public.clock.into_us(now))


@pytest.mark.parametrize("information", ["quotes", "ticker", "book"])
@pytest.mark.parametrize("number", [1, 3, 7])
@pytest.mark.parametrize("seed", range(10))
def test_the_calls_and_their_clock_are_over_a_broker_what_they_are_over_a_line(
    seed: int, number: int, information: InformationSet
) -> None:
    market = Published(information, number, seed)
    rng, course, bulletin = market.rng, market.course, market.bulletin
    screen = Screen(encode(bulletin.rules))
    compared = 0
    while course.session.phase != "ended":
        market.goes_on()
        heap = [*bulletin.due(TOPICS, course.now), ("rules", screen.rules)]
        rng.shuffle(heap)
        for topic, payload in heap + rng.choices(heap, k=2):
            if rng.random() < 0.6:
                screen.hear(topic, payload)
        if rng.random() < 0.2:
            screen = rng.choice([screen, Screen(screen.rules)])
            bulletin.renew()
            heap = [*bulletin.due(TOPICS, course.now), ("rules", screen.rules)]
            rng.shuffle(heap)
            for topic, payload in heap:
                screen.hear(topic, payload)
            assert shown(screen.model, course.now) == shown(market.line, course.now)
            compared += 1
    assert compared
    assert isinstance(market.line.indicative, Indicative) == (information != "quotes")


def test_a_pause_in_a_break_that_nobody_heard_of_moves_the_next_period() -> None:
    market = Published("book", 3, 1)
    screen = Screen(encode(market.rules))

    def heard() -> tuple[object, ...]:
        market.tell()
        market.bulletin.renew()
        for topic, payload in [("rules", screen.rules), *market.bulletin.due(TOPICS, market.course.now)]:
            screen.hear(topic, payload)
        return shown(screen.model, market.course.now)

    market.course.wait(62)
    assert heard() == shown(market.line, market.course.now)
    market.course.command(Pause())
    market.course.wait(4)
    market.course.command(Resume())
    market.course.wait(1)
    assert heard() == shown(market.line, market.course.now)
    assert market.line.view(market.course.now).clock.left_us == 7 * SECOND
