"""The facts of every viewer, as published: encoded once per market, each viewer's own beside them, numbered.

A viewer's n-th fact is found without storing n references for each. The market's public facts are one list, and a
viewer has only their own ones. These are inserted after so many public ones, or stand in the place of one.
"""

import time
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable

from msgspec.structs import replace

from p2p.analysis.live_figures import COUNTED
from p2p.base.units import AGENTS, EVERYONE, EXPERIMENTER, GATEWAY, INSTITUTION, Address, Instant, Seat
from p2p.information.projection import RICHEST_INFORMATION, Projection, Projector
from p2p.messages import Announced, Message, Names, TakenOver, Told, Unpaid
from p2p.messages.envelope import Event
from p2p.protocol.codec import encode
from p2p.protocol.frames import FEED_BYTES_MAX, Fact
from p2p.scenario.overrides import InformationSet
from p2p.session.session import Session
from server.limits import DEFAULT
from server.session.session_status import SessionStatus

Channel = tuple[int, InformationSet]
"""A market and an information set: those who are shown the same public facts."""
Viewer = Seat | str
"""A seat, a market's spectators, or the experimenter (who is shown the first market's facts and their own answers)."""


FOR_CONSOLES = COUNTED | {Unpaid}
"""The messages of `private_news`. Quotes, orders and answers are nine events of ten, and passed over."""


class PublishedFact:
    """A public fact: decoded for the server's own use, encoded when the first connection is told it."""

    __slots__ = ("_data", "at", "message", "sender", "to")

    def __init__(self, message: Message, sender: Address, to: Address, at: Instant) -> None:
        self.message, self.sender, self.to, self.at = message, sender, to, at
        self._data: bytes | None = None

    @property
    def data(self) -> bytes:
        """Its bytes in a frame."""
        if self._data is None:
            self._data = _encoded(self.message, self.sender, self.to, self.at)
        return self._data


class _OwnFacts:
    """A viewer's own facts: inserted ones, each with the number of public facts before it; and replacements."""

    def __init__(self) -> None:
        self.after: list[int] = []
        self.facts: list[bytes] = []
        self.numbers: list[int] = []
        self.instead: dict[int, bytes] = {}
        self.instead_until = 0

    def insert(self, public: int, fact: bytes) -> None:
        self.after.append(public)
        self.facts.append(fact)
        self.numbers.append(public + len(self.facts))

    def replace(self, public: int, fact: bytes) -> None:
        """Put a fact in the place of the public one with that index; they come in order."""
        self.instead[public] = fact
        self.instead_until = public + 1


class FeedCursor:
    """A viewer's place in the feed: so many public facts of their channel, so many of their own."""

    __slots__ = ("channel", "own", "own_told", "public", "public_told")

    def __init__(self, channel: Channel, public: list[PublishedFact], own: _OwnFacts, number: int) -> None:
        self.channel, self.public, self.own = channel, public, own
        self.own_told = bisect_right(own.numbers, number)
        self.public_told = number - self.own_told

    @property
    def number(self) -> int:
        """The number of the last fact that was told."""
        return self.public_told + self.own_told

    @property
    def facts_left(self) -> int:
        """How many facts are not told yet."""
        return len(self.public) + len(self.own.facts) - self.public_told - self.own_told


class Feeds:
    """The published facts of a session. Nothing is here that is not durable."""

    def __init__(
        self, session: Session, clock: Callable[[], Instant] | None = None, joined_max: int = DEFAULT.joined_max
    ) -> None:
        """`clock` says what instant it is; without it, it is that of the last message."""
        self._clock, self._joined_max = clock, joined_max
        self.status = SessionStatus(session)
        self.views = Projector(session.scenario, session.seed)
        self.public: dict[Channel, list[PublishedFact]] = {
            (market, information): []
            for market in range(self.status.markets)
            for information in self.views.in_use(market)
        }
        self.state: dict[Channel, list[bytes]] = {channel: [] for channel in self.public}
        self._forms: dict[Channel, list[Message]] = {}
        self._names: dict[Channel, tuple[str, ...] | None] = {}
        self.names: Callable[[], tuple[str, ...] | None] = lambda: None
        self.now: Instant = 0
        self.words: dict[str, str] = {}
        self.private_words: dict[str, str] = {}
        self.private_news: list[tuple[Event, Instant]] = []
        """Events of which a console's figures and roster are made, private ones too: for no other viewer."""
        self._channels: dict[Viewer, Channel] = {
            seat: (market, self.views.information[seat]) for seat, market in self.status.market_of.items()
        }
        for market in range(self.status.markets):
            self._channels[spectator(market)] = self.public_channel(market)
            self._channels[market_viewer(market)] = (market, RICHEST_INFORMATION)
        self._own: dict[Viewer, _OwnFacts] = defaultdict(_OwnFacts)
        self._times = {channel: array("d") for channel in self.public}
        self._joined: dict[Channel, dict[int, bytes]] = {channel: {} for channel in self.public}
        self.taken_over: dict[Viewer, int] = {}

    def instant(self) -> Instant:
        """The instant of a frame: a client that comes late to a quiet market has no other clock."""
        return self.now if self._clock is None else max(self.now, self._clock())

    def channel(self, viewer: Viewer) -> Channel:
        """Whose public facts a viewer is shown."""
        return self._channels.get(viewer, (0, RICHEST_INFORMATION))

    def public_channel(self, market: int) -> Channel:
        """The channel of a market's public: no more than its poorest seat sees."""
        return market, self.views.poorest(market)

    def publish(self, at: Instant, events: list[Event]) -> tuple[set[int], set[Viewer]]:
        """Add the events of one message; the markets with new public facts, and the viewers with ones of their own."""
        markets, viewers = self.add_events(at, events)
        self.refresh_states(markets)
        return markets, viewers

    def refresh_states(self, markets: set[int]) -> None:
        """Derive the states of markets anew, once after all that was added: the session is as far as that by now."""
        for channel in self.public:
            if channel[0] in markets:
                self.state[channel] = self._states(channel, self.now)

    def add_events(self, at: Instant, events: list[Event]) -> tuple[set[int], set[Viewer]]:
        """As `publish`; the states are to be renewed after it."""
        markets: set[int] = set()
        viewers: set[Viewer] = set()
        self.now = at
        for event in events:
            if type(event.message) in FOR_CONSOLES:
                self.private_news.append((event, at))
            if event.to == EXPERIMENTER:
                self._insert(EXPERIMENTER, _encoded(event.message, event.sender, EXPERIMENTER, at))
                viewers.add(EXPERIMENTER)
                continue
            shown = self.views.project(self._with_text(event))
            if shown is None:
                continue
            if shown.public is not None:
                markets |= self._publish_public(shown, event.sender, at)
            for seat, message in shown.own.items():
                fact = _encoded(message, event.sender, seat, at)
                channel = self.channel(seat)
                if shown.form(channel[1]) is None:
                    self._insert(seat, fact)
                else:
                    self._own[seat].replace(len(self.public[channel]) - 1, fact)
                viewers.add(seat)
                if isinstance(message, TakenOver):
                    self.taken_over[seat] = self.count(seat)
        return markets, viewers

    def _publish_public(self, shown: Projection, sender: Address, at: Instant) -> set[int]:
        """Add a public form to the channels that see it, one fact for each different form; their markets."""
        to: Address = EVERYONE if shown.market is None else AGENTS
        made: dict[int, PublishedFact] = {}
        markets = set()
        for channel, facts in self.public.items():
            form = shown.form(channel[1]) if shown.market in (None, channel[0]) else None
            if form is not None:
                if id(form) not in made:
                    made[id(form)] = PublishedFact(form, sender, to, at)
                facts.append(made[id(form)])
                self._times[channel].append(time.monotonic())
                self._joined[channel].clear()
                markets.add(channel[0])
        return markets

    def _with_text(self, event: Event) -> Event:
        """Words to all or to one seat, as they were said: the journal has not got them."""
        message: Message = event.message
        if isinstance(message, Announced):
            message = Announced(message.digest, self.words.get(message.digest, ""))
        elif isinstance(message, Told):
            message = replace(message, text=self.private_words.get(message.digest, ""))
        else:
            return event
        return Event(message, event.sender, event.to, event.market)

    def _insert(self, viewer: Viewer, fact: bytes) -> None:
        self._own[viewer].insert(len(self.public[self.channel(viewer)]), fact)

    def _states(self, channel: Channel, at: Instant) -> list[bytes]:
        """What is derived from the facts so far, as an information set shows it.

        Where they are as they were, they are said in the same bytes: when something hidden happened is hidden too.
        """
        market, information = channel
        messages = self.status.states(market)
        shown = [self.views.project(Event(message, INSTITUTION, AGENTS, market)) for message in messages]
        forms = [form for one in shown if one is not None and (form := one.form(information)) is not None]
        names = self.names()
        if (forms, names) == (self._forms.get(channel), self._names.get(channel)):
            return self.state[channel]
        self._forms[channel], self._names[channel] = forms, names
        states = [_encoded(form, INSTITUTION, AGENTS, at) for form in forms]
        return states if names is None else [*states, _encoded(Names(names), GATEWAY, EVERYONE, at)]

    def state_messages(self, channel: Channel) -> list[Message]:
        """The states of a channel, decoded: the same list as long as they are as they were."""
        return self._forms.setdefault(channel, [])

    def count(self, viewer: Viewer) -> int:
        """How many facts a viewer has been told, all in all."""
        return len(self.public[self.channel(viewer)]) + len(self._own[viewer].facts)

    def after(self, viewer: Viewer, number: int, most: int) -> list[bytes]:
        """The facts after the one of that number, in order; so many at the most, and no more than fit into a frame."""
        return self._take(self.place(viewer, number), most)

    def place(self, viewer: Viewer, number: int) -> FeedCursor:
        """The place in the feed of a viewer that has been told so many facts."""
        channel = self.channel(viewer)
        return FeedCursor(channel, self.public[channel], self._own[viewer], number)

    def _take(self, place: FeedCursor, most: int) -> list[bytes]:
        """The facts after a place, which moves on."""
        own, public, i, j = place.own, place.public, place.public_told, place.own_told
        facts: list[bytes] = []
        size = 0
        while len(facts) < most and size < FEED_BYTES_MAX // 2:
            if j < len(own.facts) and own.after[j] <= i:
                fact = own.facts[j]
                j += 1
            elif i < len(public):
                fact = own.instead.get(i) or public[i].data
                i += 1
            else:
                break
            facts.append(fact)
            size += len(fact)
        place.public_told, place.own_told = i, j
        return facts

    def next_batch(self, place: FeedCursor, most: int) -> tuple[int, bytes]:
        """The facts after a place, which moves on: how many, and joined for a frame.

        Public facts are joined once for all who are at the same place of them, unless one's own lie between.
        """
        i, own, until = place.public_told, place.own, len(place.public)
        if own.instead_until > i or place.own_told < len(own.facts) or until - i > min(most, self._joined_max):
            facts = self._take(place, most)
            return len(facts), b",".join(facts)
        known = self._joined[place.channel]
        data = known.get(i)
        if data is None:
            data = known[i] = b",".join([fact.data for fact in place.public[i:]])
        place.public_told = until
        return until - i, data

    def published_at(self, place: FeedCursor) -> float:
        """When (monotonic clock, s) the first public fact after a place came; 0: none did."""
        times = self._times[place.channel]
        return times[place.public_told] if place.public_told < len(times) else 0.0


def spectator(market: int) -> Viewer:
    """The viewer that all who watch a market are."""
    return f"spectator/{market}"


def market_viewer(market: int) -> Viewer:
    """The viewer that a console's mirror of a market is: shown all that is public there, as the experimenter is."""
    return f"market/{market}"


def _encoded(message: Message, sender: Address, to: Address, at: Instant) -> bytes:
    return encode(Fact(message.directive, sender, to, at, message))
