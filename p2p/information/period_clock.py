"""The clock of a market, folded from its facts: period, break, pause, extension, calls. The one fold of them.

Time of a period is the time for which it is open, pauses not counted. A pause in a break moves the end of the break and
no finished period. A pause, its end and an extension are told with the time until the session's next alarm. In a market
of several calls that is the next call, with posted offers the end of posting. The rest of the period is added here.
"""

from collections import defaultdict
from typing import Literal, TypeAlias

from p2p.base.units import EVERYONE, Duration, Instant
from p2p.messages import (
    Called,
    Ended,
    EndRound,
    Extended,
    Intermission,
    Message,
    Paused,
    Preview,
    Reminder,
    Resumed,
    StageBegan,
    StartRound,
)
from p2p.messages.envelope import Event
from p2p.scenario.terms import PostingTerms

SessionPhase: TypeAlias = Literal["lobby", "stage", "trading", "break", "ended"]
CLOCK_FACTS = frozenset(
    {StartRound, EndRound, Intermission, Preview, Paused, Resumed, Extended, Called, Reminder, Ended, StageBegan}
)
"""The facts that move the clock; all others leave it as it is."""


class PeriodClock:
    """Where a market is in its session.

    `started_us`: the instant at which the period would have begun without its pauses. `round_us`: its length as told at
    its start; `length_us`: with its extensions. `ends_at`: when the period or the break ends; None in a pause, and then
    `left_us` is left of it. `gap_us`: how long the server's machine stood still, where that is why the clock stands.
    `practice`: whether the periods do not count; they have numbers of their own. `held`: calls of the period that were
    held; where sellers post, 1 once that has ended.
    """

    def __init__(self, calls: int = 1, posting: PostingTerms | None = None) -> None:
        self.calls = calls
        self.posts = posting
        self.phase: SessionPhase = "lobby"
        self.period = 0
        self.next_period = 1
        self.open = self.paused = False
        self.started_us: Instant = 0
        self.round_us: Duration = 0
        self.length_us: Duration = 0
        self.ends_at: Instant | None = None
        self.left_us: Duration | None = None
        self.gap_us: Duration = 0
        self.held = 0
        self.practice = self.preview = False
        self._counted = 0
        self._stopped_at: Instant | None = 0

    def on_fact(self, message: Message, at: Instant) -> None:
        """Take in a fact; one that is not of CLOCK_FACTS changes nothing."""
        match message:
            case StartRound(period=period, length_us=length_us):
                self.phase, self.period, self.open, self.preview = "trading", period, True, False
                self.started_us, self._stopped_at, self.held = at, None, 0
                self.round_us = self.length_us = length_us
                self._run_until(at + length_us)
            case EndRound():
                self._close(at)
            case Intermission(next_period=next_period, length_us=length_us):
                self.phase, self.next_period, self.preview = "break", next_period, False
                self._run_until(at + length_us)
            case Preview(period=period, length_us=length_us):
                self.phase, self.next_period, self.preview = "break", period, True
                self._run_until(at + length_us)
            case Paused(left_us=left_us, gap_us=gap_us):
                self.paused, self.left_us, self.ends_at = True, self._to_the_end(left_us), None
                self.gap_us = gap_us
                self._stopped_at = at if self.open else self._stopped_at
            case Resumed(left_us=left_us):
                self._resume(self._to_the_end(left_us), at)
            case Extended(left_us=left_us):
                self._extend(left_us, at)
            case Called(call=call):
                self.held = call
                if self.ends_at is not None:
                    self.ends_at = at + self.after_call_us(call)
            case Reminder(length_us=length_us) if self.posts is not None:
                self.held, self.length_us = 1, self.run_us(at) + length_us
                self._run_until(at + length_us)
            case StageBegan(kind=kind, length_us=stage_us):
                self._begin_stage(kind == "practice", None if stage_us is None else at + stage_us)
            case Ended():
                self._close(at)
                self.phase, self.paused, self.gap_us = "ended", False, 0
            case _:
                pass

    def _begin_stage(self, practice: bool, ends_at: Instant | None) -> None:
        """A stage begins. Periods of practice have numbers of their own, and those after it go on from before."""
        if practice and not self.practice:
            self._counted = self.period
            self.period = 0
        elif self.practice and not practice:
            self.period = self._counted
        self.phase, self.open, self.practice = "stage", False, practice
        self.next_period = self.period + 1
        self._run_until(ends_at)

    def _run_until(self, end: Instant | None) -> None:
        self.paused, self.left_us, self.gap_us, self.ends_at = False, None, 0, end

    def _close(self, at: Instant) -> None:
        """The time of the period stands still for good."""
        if self.open and self._stopped_at is None:
            self._stopped_at = at
        self.open, self.ends_at, self.left_us = False, None, None

    def _resume(self, left_us: Duration | None, at: Instant) -> None:
        if self.open and self._stopped_at is not None:
            self.started_us += at - self._stopped_at
            self._stopped_at = None
        self._run_until(None if left_us is None else at + left_us)

    def _extend(self, left_us: Duration, at: Instant) -> None:
        """A period or a stage is given more time; in a pause the clock goes on standing still."""
        if self.open:
            left_us += self._after_next_call_us
            self.length_us = self.run_us(at) + left_us
        elif self.phase != "stage":
            return
        if self.paused:
            self.left_us = left_us
        else:
            self.ends_at = at + left_us

    def _to_the_end(self, left_us: Duration | None) -> Duration | None:
        """What is left of the period, or of the break, where so much is left until the session's next alarm."""
        return left_us if left_us is None or not self.open else left_us + self._after_next_call_us

    @property
    def _after_next_call_us(self) -> Duration:
        return self.after_call_us(self.held + 1)

    # --- what it says -------------------------------------------------------------------------------------------

    def after_call_us(self, call: int) -> Duration:
        """Time of a period after a call, or after posting; nothing after the last. Its extensions lengthen the part
        that runs."""
        if self.posts is not None:
            return self.round_us - self.posts.post_us(self.round_us) if call <= 1 else 0
        return self.round_us - self.round_us * min(call, self.calls) // self.calls

    def into_us(self, at: Instant) -> Duration:
        """How far a fact of this instant is into the period, pauses before it not counted; 0 before the first."""
        return at - self.started_us if self.period else 0

    def run_us(self, now: Instant) -> Duration:
        """For how long the period has run: it stands still in a pause, and for good once it is over."""
        return (now if self._stopped_at is None else self._stopped_at) - self.started_us

    def time_left_us(self, now: Instant) -> Duration | None:
        """Time left in the period or the break, None if no clock runs towards anything."""
        if self.paused:
            return self.left_us
        return None if self.ends_at is None else max(0, self.ends_at - now)

    @property
    def posting(self) -> bool:
        """Whether sellers post now: then `call_left_us` is how long they may yet."""
        return self.open and self.posts is not None and self.held == 0

    @property
    def next_call_at(self) -> Instant | None:
        """When the next call is held; None in a pause, and where none is to come."""
        if self.ends_at is None or not self.open or self.held >= self.calls:
            return None
        return self.ends_at - self._after_next_call_us

    def call_left_us(self, now: Instant) -> Duration | None:
        """How long orders are collected yet for the next call, None where none is to come."""
        if not self.open or self.held >= self.calls:
            return None
        left_us = self.time_left_us(now)
        return None if left_us is None else max(0, left_us - self._after_next_call_us)


class MarketClocks:
    """The clock of each market of a session, folded from the session's events."""

    def __init__(self) -> None:
        self.of: defaultdict[int, PeriodClock] = defaultdict(PeriodClock)

    def advance(self, event: Event, at: Instant) -> None:
        """Take in an event: of its market, or of all of them."""
        if type(event.message) not in CLOCK_FACTS:
            return
        if event.market is not None:
            self.of[event.market].on_fact(event.message, at)
        elif event.to == EVERYONE:
            for clock in self.of.values():
                clock.on_fact(event.message, at)
