"""The topics of a market that are due, folded from its public facts by number. No network in here, and no queue.

The bulletin stands on the list of facts that is published anyway. It remembers the last fact read, the latest of each
retained topic, and the contracts that the broker has not confirmed yet. A message lost on the way to a broker is said
again.
"""

from collections.abc import Iterator

import msgspec

from p2p.base.units import Duration, Instant
from p2p.information.public_knowledge import PublicKnowledge
from p2p.messages import (
    Called,
    Contract,
    EndRound,
    Message,
    Order,
    Quote,
    RulesChanged,
    StartRound,
)
from p2p.messages import Standing as StandingFact
from p2p.protocol.mqtt_topics import CONTRACTS_KEPT, Contracts, Made, Period, Welfare
from p2p.scenario.overrides import SEES_CONTRACTS
from p2p.scenario.public_rules import PublicRules
from server.mqtt import topic_payloads as latest
from server.mqtt.announcement_queue import AnnouncementQueue
from server.mqtt.broker_connection import INFLIGHT_MAX
from server.mqtt.period_sums import PeriodSums
from server.publishing.feeds import Channel, Feeds

READ_AT_ONCE = 200
"""Facts folded before other tasks of the server have their turn: a millisecond or two."""


class TopicState:
    """One market's public facts as topics. `fold` takes in facts, `due` has the changes since it was asked."""

    def __init__(self, rules: PublicRules, feeds: Feeds, channel: Channel, seats: int) -> None:
        self.feeds, self.channel, self.seats = feeds, channel, seats
        self.facts = feeds.public[channel]
        self.read = 0
        self.confirmed = 0
        self.made: list[tuple[int, int, Duration]] = []
        self.intervals = PeriodSums()
        self.board = AnnouncementQueue(rules)
        self._public = PublicKnowledge(rules)
        self._on_clock = {"state", "standing"} | ({"call"} if rules.capabilities.collects else set())
        self._take_rules()
        self._states_told: list[Message] | None = None
        self._at: Instant = 0
        self._period: Period | None = None
        self._recent: list[Made] = []
        self._changed: set[str] = set()
        self._welfare: Welfare | None = None

    @property
    def rules(self) -> PublicRules:
        """The public rules, as they are by now."""
        return self._public.rules

    def _take_rules(self) -> None:
        """What the rules of the period show, and the topics that go with it."""
        self.intervals.shown = self.rules.information in SEES_CONTRACTS
        if self.rules.information == "book" and self.rules.capabilities.has_book:
            self._on_clock.add("book")

    # --- in -----------------------------------------------------------------------------------------------------

    def fold(self) -> bool:
        """Take in new facts, a portion at a time; whether there are more."""
        end = min(len(self.facts), self.read + READ_AT_ONCE)
        for index in range(self.read, end):
            fact = self.facts[index]
            self._see(index + 1, fact.message, fact.at)
        self.read = end
        if "call" in self._on_clock and self._states_told is not self.feeds.state_messages(self.channel):
            self._changed.add("call")
        return end < len(self.facts)

    def _see(self, number: int, message: Message, at: Instant) -> None:
        self._public.on_fact(message, at)
        self._at = at
        match message:
            case Contract():
                self._contract(number, message, at)
            case Quote() | StandingFact():
                self._changed.add("standing")
            case Order():
                self._changed.add("book")
            case Called():
                self._changed.add("call")
            case _:
                self._phase(message, at)
                self._changed |= self._on_clock
                self.board.on_fact(number, message, at, self._public.time_left_us(at))

    def _contract(self, number: int, contract: Contract, at: Instant) -> None:
        into_us = self._public.clock.into_us(at)
        self.made.append((number, self._public.period, into_us))
        self._recent.append(Made(len(self.made), number, self._public.period, at, contract, into_us))
        del self._recent[:-CONTRACTS_KEPT]
        self.intervals.contract(contract)
        self._changed |= {"standing", "contracts"}

    def _phase(self, message: Message, at: Instant) -> None:
        match message:
            case StartRound():
                self._recent = []
                self.intervals.began()
                self._changed |= {"contracts"}
            case RulesChanged():
                self._take_rules()
                self._changed |= {"rules"}
            case EndRound():
                self.intervals.ended(self._public.period, at, len(self.made))
            case _:
                pass
        before, self._period = self._period, self._running()
        self._changed |= {"period"} if self._period != before else set()

    def _running(self) -> Period | None:
        """The period that runs or ran last, as its clock has it."""
        clock = self._public.clock
        if not clock.period:
            return None
        return Period(clock.period, clock.started_us, clock.length_us, clock.length_us - clock.round_us)

    def set_welfare(self, welfare: Welfare) -> None:
        """Take in what the periods came to, when that may be told."""
        self._welfare = welfare
        self._changed.add("welfare")

    @property
    def over(self) -> bool:
        """Whether the session has ended, as far as it was read."""
        return self._public.phase == "ended"

    # --- out ----------------------------------------------------------------------------------------------------

    def renew(self) -> None:
        """A broker that may have forgotten everything: all that is retained is due again."""
        self._changed = self._on_clock | {"contracts"}
        self._changed |= {"period"} if self._period else set()
        self._changed |= {"welfare"} if self._welfare else set()
        self.intervals.renew()
        self.board.renew()

    def due(self, topics: set[str], now: Instant) -> Iterator[tuple[str, bytes]]:
        """The changes on these retained topics, as of now; they count as told."""
        for topic in ("rules", "period", "welfare", "call", "state", "contracts", "standing", "book"):
            if topic in self._changed and topic in topics | {"rules"}:
                self._changed.discard(topic)
                yield topic, msgspec.json.encode(self._latest(topic, now))

    def beat(self) -> None:
        """The clock is due."""
        self._changed.add("state")

    def unconfirmed(self) -> list[bytes]:
        """The contracts after the last one that the broker has confirmed, a window of them, from the list of facts."""
        first = self.confirmed
        return [self._made(n) for n in range(first, min(len(self.made), first + INFLIGHT_MAX))]

    def _made(self, index: int) -> bytes:
        number, period, into_us = self.made[index]
        fact = self.facts[number - 1]
        contract = fact.message
        assert isinstance(contract, Contract), "a fact does not change"
        return msgspec.json.encode(Made(index + 1, number, period, fact.at, contract, into_us))

    def _latest(self, topic: str, now: Instant) -> msgspec.Struct | None:
        match topic:
            case "rules":
                return self.rules
            case "state":
                return latest.state(self._public, now, self.seats)
            case "period":
                return self._period
            case "contracts":
                return Contracts(self._public.period, self._recent)
            case "welfare":
                return self._welfare
            case "standing":
                return latest.standing(self._public, self._at, self.read)
            case "book":
                return latest.book(self._public, self._at, self.read)
            case _:
                self._states_told = self.feeds.state_messages(self.channel)
                return latest.call(self._public, self._states_told, self._at, self.read)
