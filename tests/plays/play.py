"""Plays: a market's messages and what comes of them, written one after the other.

    play() << bid(1, 90) >> standing(bid=90) << ask(2, 85) >> contract(90, 1, 2)

`<<` says a message to a standing auction, `>>` is what must have come of it. A refusal that no `>> refused(…)` expects
fails the play. In a play seats 1 and 3 are buyers, 2 and 4 sellers, with two units each, unless told otherwise.

A Course is a whole session, driven: people and robots say things, time passes, alarms ring.
"""

from collections.abc import Callable
from typing import Any, Self

from p2p.base.units import AGENTS, ENVIRONMENT, EXPERIMENTER, GATEWAY, SECOND, Address
from p2p.institutions.standing import StandingAuction
from p2p.messages import (
    Accepted,
    Ask,
    Bid,
    Buy,
    Contract,
    End,
    EndPeriod,
    InitInst,
    Joined,
    Message,
    Open,
    Pause,
    Quote,
    Reason,
    Refused,
    RequestStanding,
    Sell,
    Standing,
    Start,
    StartPeriod,
)
from p2p.messages.envelope import Answer, Envelope, Event, Outgoing, Refusal
from p2p.scenario.schema import InducedValues, InstitutionRules, Scenario
from p2p.session.session import Session

Said = tuple[Address, Message]
Expectation = Callable[["Play"], None]


def bid(seat: int, price: int) -> Said:
    return seat, Bid(price)


def ask(seat: int, price: int) -> Said:
    return seat, Ask(price)


def buy(seat: int, price: int | None = None) -> Said:
    return seat, Buy(price)


def sell(seat: int, price: int | None = None) -> Said:
    return seat, Sell(price)


def request_standing(seat: int) -> Said:
    return seat, RequestStanding()


def end_period() -> Said:
    return ENVIRONMENT, EndPeriod()


def start_period(buyers: dict[int, int], sellers: dict[int, int], period: int = 2) -> Said:
    return ENVIRONMENT, StartPeriod(period, SECOND, buyers, sellers)


def auction(price_min: int = 1, price_max: int = 200, tick: int = 1) -> StandingAuction:
    """An auction that is initialised and not yet open."""
    new = StandingAuction()
    assert new.handle(InitInst(price_min - tick, price_max + tick, tick, (1, 2, 3, 4)), ENVIRONMENT) == []
    return new


class Play:
    """An auction, and what came of the last message."""

    def __init__(self, stage: StandingAuction) -> None:
        self.auction = stage
        self.answer: Answer = []
        self.before: object = None
        self.expected = True

    def __lshift__(self, said: Said) -> Self:
        assert self.expected or not isinstance(self.answer, Refusal), f"nobody expected {self.answer}"
        sender, message = said
        self.before = self.auction.state()
        self.answer, self.expected = self.auction.handle(message, sender), False
        return self

    def __rshift__(self, expectation: Expectation) -> Self:
        expectation(self)
        self.expected = True
        return self


def play(
    stage: StandingAuction | None = None,
    buyers: dict[int, int] | None = None,
    sellers: dict[int, int] | None = None,
) -> Play:
    """An auction in its first period."""
    opening = start_period(buyers or {1: 2, 3: 2}, sellers or {2: 2, 4: 2}, period=1)
    return Play(stage or auction()) << opening


def standing(bid: int | None = None, ask: int | None = None, buyer: int | None = None) -> Expectation:
    """These prices stand, and no others; if a quote was made, all were told of it."""

    def check(now: Play) -> None:
        shown = now.auction.standing()
        assert not isinstance(now.answer, Refusal), now.answer
        assert (shown.bid, shown.ask) == (bid, ask)
        assert buyer in (None, shown.buyer)
        told = [sent.message for sent in now.answer if isinstance(sent.message, Quote)]
        assert all(sent.to == AGENTS for sent in now.answer if isinstance(sent.message, Quote))
        assert all(quote.price == (bid if quote.side == "bid" else ask) for quote in told)

    return check


def answered(message: Standing, seat: int) -> Expectation:
    """Exactly this was answered, to that seat alone."""

    def check(now: Play) -> None:
        assert now.answer == [Outgoing(seat, message)]
        assert now.auction.state() == now.before

    return check


def contract(price: int, buyer: int, seller: int) -> Expectation:
    """A unit went from seller to buyer at that price, which the environment was told."""

    def check(now: Play) -> None:
        assert not isinstance(now.answer, Refusal), now.answer
        (sent,) = now.answer
        assert isinstance(sent.message, Contract)
        assert sent.to == ENVIRONMENT
        assert (sent.message.price, sent.message.buyer, sent.message.seller) == (price, buyer, seller)

    return check


def refused(reason: Reason) -> Expectation:
    """It was refused for that reason, and nothing has changed."""

    def check(now: Play) -> None:
        assert now.answer == Refusal(reason)
        assert now.auction.state() == now.before

    return check


# --- whole sessions --------------------------------------------------------------------------------------------


def small(
    buyers: tuple[tuple[int, ...], ...] = ((150, 120), (130,)),
    sellers: tuple[tuple[int, ...], ...] = ((50, 70), (60,)),
    limits: tuple[int, int] = (1, 200),
    tick: int = 1,
    **changes: Any,
) -> Scenario:
    """A small market of two periods of ten seconds with five between them, unless told otherwise."""
    settings: dict[str, Any] = {"title": "A small market", "periods": 2, "period_s": 10.0, "break_s": 5.0}
    rules = InstitutionRules(*limits, tick=tick)
    return Scenario(institution=rules, environment=InducedValues(buyers, sellers), **(settings | changes))


class Course:
    """A session and its clock. Every message and its events are in `heard`, every event in `events`."""

    def __init__(self, scenario: Scenario | None = None, seed: int = 1) -> None:
        self.session = Session(scenario or small(), seed)
        self.now = 0
        self.heard: list[tuple[Envelope, int, list[Event]]] = []
        self._tokens: dict[Address, int] = {}

    @property
    def events(self) -> list[Event]:
        return [event for _, _, events in self.heard for event in events]

    def hand_in(self, envelope: Envelope) -> list[Event]:
        events = self.session.handle(envelope, self.now)
        self.heard.append((envelope, self.now, events))
        return events

    def open(self) -> Self:
        self.hand_in(Envelope(GATEWAY, Open()))
        return self

    def join(self, controller: Any = "robot", seats: list[int] | None = None) -> Self:
        for seat in range(self.session.scenario.seats) if seats is None else seats:
            self.hand_in(Envelope(GATEWAY, Joined(seat, controller)))
        return self

    def trading(self, controller: Any = "robot") -> Self:
        """Everybody is there, and the first period runs."""
        self.open().join(controller)
        if self.session.phase == "lobby":
            self.command(Start())
        assert self.session.phase == "trading"
        return self

    def say(self, seat: Address, message: Message) -> list[Event]:
        """Something said with the next token."""
        self._tokens[seat] = self._tokens.get(seat, 0) + 1
        return self.hand_in(Envelope(seat, message, token=self._tokens[seat]))

    def command(self, message: Message) -> list[Event]:
        return self.say(EXPERIMENTER, message)

    def wait(self, seconds: float) -> list[Event]:
        """Time passes, and what is due rings."""
        until = self.now + round(seconds * SECOND)
        events = []
        while (due := self.session.deadline()) is not None and due <= until:
            self.now = max(self.now, due)
            events += self.hand_in(self.session.alarm())
        self.now = until
        return events

    def seats(self, role: str, market: int = 0) -> list[int]:
        """The seats of that role, the first unit's value or cost lowest first."""
        fix = self.session.markets[market].environment.state()[0]  # type: ignore[index]
        key = "values" if role == "buyer" else "costs"
        return [seat for seat, agent in sorted(fix, key=lambda one: one[1].get(key, [0])) if agent["type"] == role]


def told(events: list[Event], kind: type[Message]) -> list[Any]:
    """The messages of one kind among events."""
    return [event.message for event in events if isinstance(event.message, kind)]


def answer(events: list[Event]) -> str:
    """`accepted`, or the reason of the refusal, of the first answer among events."""
    first = next(event.message for event in events if isinstance(event.message, Accepted | Refused))
    return first.reason if isinstance(first, Refused) else "accepted"


# --- a session in each of its phases ---------------------------------------------------------------------------

WAITS = small(start="experimenter")


def lobby() -> Course:
    return Course(WAITS).open()


def trading() -> Course:
    return Course(WAITS).trading()


def between() -> Course:
    course = trading()
    course.wait(10)
    return course


def paused(course: Course) -> Course:
    course.wait(1)
    course.command(Pause())
    return course


def ended() -> Course:
    course = trading()
    course.command(End())
    return course


PHASES: dict[str, Callable[[], Course]] = {
    "unopened": lambda: Course(WAITS),
    "lobby": lobby,
    "trading": trading,
    "break": between,
    "paused in trading": lambda: paused(trading()),
    "paused in a break": lambda: paused(between()),
    "ended": ended,
}
