"""What is heard on a session's topics, as the facts that a spectator's line would tell: the same model shows both.

Topics come in any order, some twice, some never: a broker keeps the latest of each and no order between them. So what
is heard is kept by topic, and after each message whatever follows from all of it is told: first where the session is,
then contracts by their number, then the quotes and the book. A level of the book is told as one order.
"""

import msgspec

from p2p.broadcast import TOPICS, Announcement, Book, Contracts, Made, Period, Standing, State, Welfare
from p2p.line import Told, Welcome
from p2p.messages import (
    Announced,
    Ended,
    EndRound,
    Extended,
    Intermission,
    Lobby,
    Message,
    Paused,
    Quote,
    Resumed,
    StartRound,
)
from p2p.messages import Standing as StandingFact
from p2p.rules import PublicRules, after_next_call_us
from p2p.units import Duration, Instant
from tui.levels import Levels

AHEAD_MAX = 1_000
"""Contracts that may wait for ones before them; `contracts` fills the gap within a second, or they are passed over."""


class Heard:
    """Folds messages of a broker into numbered facts. `now` is the session's clock as it was said last."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.rules: PublicRules | None = None
        self.now: Instant = 0
        self.over = False
        self.welfare: Welfare | None = None
        self._number = 0
        self._state: State | None = None
        self._period: Period | None = None
        self._standing: Standing | None = None
        self._book: Book | None = None
        self._made: dict[int, Made] = {}
        self._words: list[tuple[Instant, Message]] = []
        self._told_taken = -1
        self._told_period: Period | None = None
        self._told_open = self._told_paused = self._told_break = False
        self._told_contract = 0
        self._told_length_us: Duration = 0
        self._told_quotes: Standing | None = None
        self._told_levels = Levels()
        self._told_words = 0

    def hear(self, topic: str, payload: bytes) -> Welcome | list[Told]:
        """A message on a topic's last part: a welcome for the rules, else the facts that follow from it."""
        try:
            if topic == "rules":
                self.rules = msgspec.json.decode(payload, type=PublicRules)
                return Welcome(self.session, None, "", 0, 0, self.rules)
            kind = TOPICS.get(topic)
            if kind is None:
                return []
            self._keep(msgspec.json.decode(payload, type=kind))
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return []
        return self.follows() if self.rules else []

    def _keep(self, message: msgspec.Struct) -> None:
        match message:
            case State():
                self._state, self.now = message, message.now
            case Period():
                self._period = message
            case Standing():
                self._standing = message
            case Made():
                self._keep_contract(message)
            case Book():
                self._book = message
            case Welfare():
                self.welfare = message
            case Announcement(by="experimenter", number=number, text=text, at=at) if number > self._told_words:
                self._told_words = number
                self._words.append((at, Announced("", text)))
            case Contracts(made=made):
                for one in made:
                    self._keep_contract(one)
                if made and self._told_period and made[0].period == self._told_period.period:
                    self._told_contract = max(self._told_contract, made[0].contract.number - 1)
            case _:
                pass

    def _keep_contract(self, made: Made) -> None:
        period = self._told_period.period if self._told_period else 0
        if made.period >= period and len(self._made) < AHEAD_MAX:
            self._made.setdefault(made.n, made)

    # --- what follows -------------------------------------------------------------------------------------------

    def follows(self) -> list[Told]:
        """Whatever follows from all that was heard and was not told yet."""
        told: list[Told] = []
        words, self._words = self._words, []
        facts = [*self._starts(), *self._contracts(), *self._phases(), *self._quotes(), *self._book_orders(), *words]
        for at, message in facts:
            self._number += 1
            told.append(Told(self._number, at, message))
        return told

    def _starts(self) -> list[tuple[Instant, Message]]:
        """A period that has begun, or was made longer."""
        period, before = self._period, self._told_period
        if period is None or period == before:
            return []
        self._told_period = period
        if before is None or before.period != period.period:
            self._told_open, self._told_break, self._told_quotes = True, False, None
            self._made = {n: made for n, made in self._made.items() if made.period >= period.period}
            first = [made.contract.number for made in self._made.values() if made.period == period.period]
            self._told_contract = min(first, default=1) - 1
            self._told_length_us = period.length_us
            return [(period.started_us, StartRound(period.period, period.length_us))]
        if period.length_us != before.length_us:
            left_us = max(0, period.started_us + period.length_us - self.now)
            return [(self.now, Extended(left_us - self._after_next_call_us()))]
        return []

    def _after_next_call_us(self) -> Duration:
        """What the period has left after a first call. Facts say what is left until the next one, a broker does not
        say which that is: whoever hears these facts has heard of none, and so finds the period's end again."""
        if self.rules is None or self._told_period is None:
            return 0
        return after_next_call_us(self.rules, self._told_length_us, 0)

    def _contracts(self) -> list[tuple[Instant, Message]]:
        """The contracts of the period in their order, as far as none is missing."""
        if self._told_period is None:
            return []
        facts: list[tuple[Instant, Message]] = []
        for n, made in sorted(self._made.items()):
            if made.period != self._told_period.period:
                continue
            if made.contract.number == self._told_contract + 1:
                facts.append((made.at, made.contract))
                self._told_contract += 1
            if made.contract.number <= self._told_contract:
                del self._made[n]
        if facts and self._told_quotes and self._standing is self._told_quotes:
            self._told_quotes = None
        return facts

    def _phases(self) -> list[tuple[Instant, Message]]:
        """Where the session is, if it is the period that we know of."""
        state = self._state
        if state is None:
            return []
        facts: list[Message] = []
        if state.phase == "lobby" and state.seats_taken != self._told_taken:
            self._told_taken = state.seats_taken
            facts.append(Lobby(state.seats_taken, state.seats))
        if state.period == (self._told_period.period if self._told_period else 0):
            facts += self._phases_of(state)
        return [(state.now, fact) for fact in facts]

    def _phases_of(self, state: State) -> list[Message]:
        facts: list[Message] = []
        if state.paused != self._told_paused:
            self._told_paused = state.paused
            left_us = state.left_us
            if left_us is not None and state.open:
                left_us -= self._after_next_call_us()
            facts.append(Paused(left_us) if state.paused else Resumed(left_us))
        if self._told_open and not state.open:
            self._told_open = False
            facts.append(EndRound(state.period))
        if state.phase == "break" and not self._told_break:
            self._told_break = True
            facts.append(Intermission(state.next_period, state.left_us or 0))
        if state.phase == "ended" and not self.over:
            self.over = True
            facts.append(Ended())
        return facts

    def _quotes(self) -> list[tuple[Instant, Message]]:
        """The standing quotes: each side that has moved as a quote, sides that are empty as such."""
        standing, before = self._standing, self._told_quotes
        period = self._told_period
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

    def _book_orders(self) -> list[tuple[Instant, Message]]:
        """What has changed in the book."""
        book, self._book = self._book, None
        return [] if book is None else [(book.at, order) for order in self._told_levels.become(book)]
