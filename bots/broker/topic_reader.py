"""Messages on a session's topics, as the facts that a spectator's line would tell: the same model shows both.

Topics come in any order, some twice, some never: a broker keeps the latest of each and no order between them. So
messages are kept by topic, and after each one all facts that follow are told. First the session's state, then contracts
by their number, then the quotes and the book. A level of the book is told as one order.
"""

from dataclasses import dataclass

import msgspec

from bots.broker.topic_calls import CallsHeard
from bots.broker.topic_clock import ClockHeard, Facts
from bots.broker.topic_levels import Levels
from p2p.base.units import Instant
from p2p.information.changed_rules import difference
from p2p.messages import Announced, Message, Quote
from p2p.messages import Standing as StandingFact
from p2p.protocol.frames import NumberedFact, Welcome
from p2p.protocol.mqtt_topics import TOPICS, Announcement, Book, Call, Contracts, Made, Period, Standing, State, Welfare
from p2p.protocol.reveal import Reveal
from p2p.scenario.public_rules import PublicRules, calls_in_period

AHEAD_MAX = 1_000
"""Contracts that may wait for ones before them; `contracts` fills the gap within a second, or they are passed over."""


@dataclass(frozen=True)
class MissedContracts:
    """So many contracts of the session were never heard of: made before one came, or while one was away."""

    contracts: int


class TopicReader:
    """Folds messages of a broker into numbered facts. `now` is the session's clock as it was said last."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.rules: PublicRules | None = None
        self.welfare: Welfare | None = None
        self.reveal: Reveal | None = None
        self._number = 0
        self._clock = ClockHeard()
        self._standing: Standing | None = None
        self._book: Book | None = None
        self._calls = CallsHeard()
        self._made: dict[int, Made] = {}
        self._last_made = self._told_made = 0
        self._words: list[tuple[Instant, Message]] = []
        self._told_contract = 0
        self._told_quotes: Standing | None = None
        self._told_levels = Levels()
        self._told_words = 0

    @property
    def session_now(self) -> Instant:
        """The session's clock as it was said last."""
        return self._clock.now

    @property
    def over(self) -> bool:
        """Whether the session's end has been told."""
        return self._clock.over

    @property
    def complete(self) -> bool:
        """Whether the end has been told, and the reveal where the rules promise one."""
        return self.over and (self.reveal is not None or self.rules is None or not self.rules.reveals)

    @property
    def states(self) -> dict[str, Message]:
        """The latest states by directive, as a spectator's line has them."""
        return self._calls.states

    @property
    def unheard(self) -> MissedContracts:
        """The missing contracts, up to the last that was heard of; those that wait for one are not missing."""
        return MissedContracts(self._last_made - self._told_made - len(self._made))

    def on_message(self, topic: str, payload: bytes) -> Welcome | list[NumberedFact]:
        """A message on a topic's last part: a welcome for the rules, else the facts that follow from it."""
        try:
            if topic == "rules":
                before, self.rules = self.rules, msgspec.json.decode(payload, type=PublicRules)
                if before is not None:
                    return self._changes(before, self.rules)
                self._clock.told.calls = calls_in_period(self.rules)
                self._clock.told.posts = self.rules.posting
                return Welcome(self.session, None, "", 0, 0, self.rules)
            kind = TOPICS.get(topic)
            if kind is None:
                return []
            self._keep(msgspec.json.decode(payload, type=kind))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return []
        return self.follows() if self.rules else []

    def _changes(self, before: PublicRules, after: PublicRules) -> list[NumberedFact]:
        """What follows from rules that are told anew: those that differ hold from the next period on."""
        change = difference(self._period + 1, before, after)
        if change is not None:
            self._words.append((self.session_now, change))
        return self.follows()

    def _keep(self, message: msgspec.Struct) -> None:
        match message:
            case State() | Period():
                self._clock.keep(message)
            case Standing():
                self._standing = message
            case Made():
                self._keep_contract(message)
            case Book():
                self._book = message
            case Call():
                self._calls.keep(message)
            case Welfare():
                self.welfare = message
            case Reveal():
                self.reveal = message
            case Announcement(by="experimenter", number=number, text=text, at=at) if number > self._told_words:
                self._told_words = number
                self._words.append((at, Announced("", text)))
            case Contracts(made=made):
                for one in made:
                    self._keep_contract(one)
                if made and made[0].period == self._period:
                    self._told_contract = max(self._told_contract, made[0].contract.number - 1)
            case _:
                pass

    @property
    def _period(self) -> int:
        """The number of the period that was told to have begun, 0 before the first."""
        return self._clock.told.period

    def _keep_contract(self, made: Made) -> None:
        self._last_made = max(self._last_made, made.n)
        if made.period >= self._period and len(self._made) < AHEAD_MAX:
            self._made.setdefault(made.n, made)

    # --- what follows -------------------------------------------------------------------------------------------

    def follows(self) -> list[NumberedFact]:
        """All facts that follow from the messages heard and were not told yet."""
        if self.rules is None:
            return []
        words, self._words = self._words, []
        facts = [*self._starts(), *self._calls_held(), *self._contracts()]
        facts += [*self._clock.moves(), *self._quotes(), *self._book_orders(), *words]
        told: list[NumberedFact] = []
        for at, message in facts:
            self._number += 1
            told.append(NumberedFact(self._number, at, message))
        return told

    def _starts(self) -> Facts:
        """A period that has begun."""
        facts = self._clock.starts()
        if facts:
            self._told_quotes = None
            self._made = {n: made for n, made in self._made.items() if made.period >= self._period}
            first = [made.contract.number for made in self._made.values() if made.period == self._period]
            self._told_contract = min(first, default=1) - 1
        return facts

    def _calls_held(self) -> Facts:
        """The calls that were held."""
        period = self._clock.period
        return [] if period is None else self._clock.tell(self._calls.follows(period, self._clock.told))

    def _contracts(self) -> Facts:
        """The contracts of the period in their order, as far as none is missing."""
        facts = Facts()
        for n, made in sorted(self._made.items()):
            if made.period != self._period:
                continue
            if made.contract.number == self._told_contract + 1:
                facts.append((self._clock.told.started_us + made.into_us, made.contract))
                self._told_contract += 1
                self._told_made += 1
            if made.contract.number <= self._told_contract:
                del self._made[n]
        if facts and self._told_quotes and self._standing is self._told_quotes:
            self._told_quotes = None
        return facts

    def _quotes(self) -> Facts:
        """The standing quotes: each side that has moved as a quote, sides that are empty as such."""
        standing, before = self._standing, self._told_quotes
        period = self._clock.period
        if standing is None or standing == before or (period is not None and standing.at < period.started_us):
            return []
        self._told_quotes = standing
        facts: list[Message] = []
        if standing.bid is None or standing.ask is None:
            facts.append(StandingFact(bid=standing.bid, ask=standing.ask))
        if standing.bid is not None and (before is None or before.bid != standing.bid):
            facts.append(Quote("bid", standing.bid, quantity=standing.bid_quantity))
        if standing.ask is not None and (before is None or before.ask != standing.ask):
            facts.append(Quote("ask", standing.ask, quantity=standing.ask_quantity))
        return [(standing.at, fact) for fact in facts]

    def _book_orders(self) -> Facts:
        """What has changed in the book."""
        book, self._book = self._book, None
        return [] if book is None else [(book.at, order) for order in self._told_levels.become(book)]
