"""What every viewer is told, as published: facts encoded once per market, each viewer's own beside them, numbered.

A viewer's n-th fact is found without storing n references for each: the market's public facts are one list, and a
viewer has only those that are his own: inserted after so many public ones, or standing in the place of one of them.
"""

from bisect import bisect_right
from collections import defaultdict

from p2p.institutions import Institution
from p2p.line import Fact
from p2p.messages import Message, Standing
from p2p.session import Session
from p2p.units import AGENTS, EVERYONE, EXPERIMENTER, INSTITUTION, Address, Instant, Seat
from p2p.views import Views
from p2p.wire import Event, encode

Viewer = Seat | str
"""A seat, or the experimenter (who is shown the first market's public feed and his own answers)."""


class _Own:
    """A viewer's own facts: inserted ones, each with the number of public facts before it; and replacements."""

    def __init__(self) -> None:
        self.after: list[int] = []
        self.facts: list[bytes] = []
        self.numbers: list[int] = []
        self.instead: dict[int, bytes] = {}

    def insert(self, public: int, fact: bytes) -> None:
        self.after.append(public)
        self.facts.append(fact)
        self.numbers.append(public + len(self.facts))


class Feeds:
    """The published facts of a session. Nothing is here that is not durable."""

    def __init__(self, session: Session) -> None:
        self.views = Views(session.scenario, session.seed)
        self.session = session
        self.public: list[list[bytes]] = [[] for _ in session.markets]
        self.standing: list[bytes] = [b"" for _ in session.markets]
        self.now: Instant = 0
        self._own: dict[Viewer, _Own] = defaultdict(_Own)

    def market(self, viewer: Viewer) -> int:
        """Whose public facts a viewer is shown."""
        return self.session.market_of[viewer].number if isinstance(viewer, int) else 0

    def publish(self, at: Instant, events: list[Event]) -> tuple[set[int], set[Viewer]]:
        """Add the events of one message; the markets with new public facts, and the viewers with ones of their own."""
        markets: set[int] = set()
        viewers: set[Viewer] = set()
        self.now = at
        for event in events:
            if event.to == EXPERIMENTER:
                self._insert(EXPERIMENTER, _encoded(event.message, event.sender, EXPERIMENTER, at))
                viewers.add(EXPERIMENTER)
                continue
            shown = self.views.project(event)
            if shown is None:
                continue
            if shown.public is not None:
                to = EVERYONE if shown.market is None else AGENTS
                fact = _encoded(shown.public, event.sender, to, at)
                for market in range(len(self.public)) if shown.market is None else (shown.market,):
                    self.public[market].append(fact)
                    markets.add(market)
            for seat, message in shown.own.items():
                fact = _encoded(message, event.sender, seat, at)
                if shown.public is None:
                    self._insert(seat, fact)
                else:
                    self._own[seat].instead[len(self.public[self.market(seat)]) - 1] = fact
                viewers.add(seat)
        for market in markets:
            self.standing[market] = self._standing(self.session.markets[market].institution, market, at)
        return markets, viewers

    def _insert(self, viewer: Viewer, fact: bytes) -> None:
        self._own[viewer].insert(len(self.public[self.market(viewer)]), fact)

    def _standing(self, institution: Institution, market: int, at: Instant) -> bytes:
        shown = self.views.project(Event(institution.standing(), INSTITUTION, AGENTS, market))
        assert shown is not None
        assert isinstance(shown.public, Standing)
        return _encoded(shown.public, INSTITUTION, AGENTS, at)

    def count(self, viewer: Viewer) -> int:
        """How many facts a viewer has been told, all in all."""
        return len(self.public[self.market(viewer)]) + len(self._own[viewer].facts)

    def after(self, viewer: Viewer, number: int, most: int) -> list[bytes]:
        """The facts after the one of that number, in order; so many at the most."""
        own, public = self._own[viewer], self.public[self.market(viewer)]
        j = bisect_right(own.numbers, number)
        i = number - j
        facts: list[bytes] = []
        while len(facts) < most:
            if j < len(own.facts) and own.after[j] <= i:
                facts.append(own.facts[j])
                j += 1
            elif i < len(public):
                facts.append(own.instead.get(i, public[i]) if own.instead else public[i])
                i += 1
            else:
                break
        return facts


def _encoded(message: Message, sender: Address, to: Address, at: Instant) -> bytes:
    return encode(Fact(message.directive, sender, to, at, message))
