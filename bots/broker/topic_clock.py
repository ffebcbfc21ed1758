"""Where a session is and what its clock says, as a broker tells it, turned into the facts that a line would tell.

A broker keeps the latest `period` and `state`, and no order between them: of a pause and its end one or both may never
be heard. So whatever was told before is put right: a pause that was missed is told late, with the time that it took.
"""

from p2p.base.units import Duration, Instant
from p2p.messages import Ended, EndRound, Extended, Intermission, Lobby, Message, Paused, Resumed, StartRound
from p2p.protocol.mqtt_topics import Period, State
from p2p.scenario.public_rules import PublicRules, after_next_call_us

Facts = list[tuple[Instant, Message]]


class ClockHeard:
    """What was heard on `period` and `state`, and what was told of it.

    `period` is the one that was told, `round_us` its length when it began, `started_us` when it began as whoever heard
    what was told reckons, pauses not counted.
    """

    def __init__(self) -> None:
        self.period: Period | None = None
        self.round_us: Duration = 0
        self.started_us: Instant = 0
        self.now: Instant = 0
        self.over = False
        self._heard: Period | None = None
        self._state: State | None = None
        self._taken = -1
        self._open = self._paused = self._again = False
        self._break_ends: Instant | None = None
        self._stopped_at: Instant | None = None
        self._left_us: Duration | None = None
        self._length_us: Duration = 0

    def keep(self, message: Period | State) -> None:
        """Take in a message."""
        if isinstance(message, State):
            self._state, self.now = message, message.now
        else:
            self._heard = message

    def starts(self) -> Facts:
        """A period that has begun: as long as it was then, `round_us`, and extended since."""
        period, before = self._heard, self.period
        self.period = period
        if period is None or (before is not None and before.period == period.period):
            return []
        self._open, self._break_ends = True, None
        self.started_us = period.started_us
        self.round_us = self._length_us = period.length_us - period.extended_us
        return [(period.started_us, StartRound(period.period, self.round_us))]

    def moves(self, rules: PublicRules, held: int) -> Facts:
        """What is left, pauses, and what came after the period, so many calls of it having been told."""
        ahead_us = after_next_call_us(rules, self.round_us, held)
        return [*self._put_right(ahead_us), *self._phases(ahead_us), *self._put_right(ahead_us)]

    def unsettle(self) -> None:
        """A call was held in or before a pause: what is left until the next one is to be told anew."""
        self._again = True

    def _put_right(self, ahead_us: Duration) -> Facts:
        """When the period began, pauses not counted, and how long it is, where what was told says otherwise."""
        period, facts = self.period, Facts()
        if period is None or not self._open:
            return []
        missed_us = period.started_us - self.started_us
        left_us = max(0, period.started_us + period.length_us - self.now) - ahead_us
        if missed_us:
            facts += [self._stop(self.now - missed_us, left_us), self._go_on(self.now, left_us)]
        if missed_us or period.length_us != self._length_us:
            self._length_us = period.length_us
            facts.append((self.now, Extended(left_us)))
            self._again = True
        return facts

    def _stop(self, at: Instant, left_us: Duration | None) -> tuple[Instant, Message]:
        self._stopped_at = at
        return at, Paused(left_us)

    def _go_on(self, at: Instant, left_us: Duration | None) -> tuple[Instant, Message]:
        """As whoever hears it reckons: the time of a pause is no time of the period."""
        self.started_us += 0 if self._stopped_at is None else at - self._stopped_at
        self._stopped_at = None
        return at, Resumed(left_us)

    def _phases(self, ahead_us: Duration) -> Facts:
        """Where the session is, if it is the period that we know of."""
        state, facts = self._state, Facts()
        if state is None:
            return []
        if state.phase == "lobby" and state.seats_taken != self._taken:
            self._taken = state.seats_taken
            facts.append((state.now, Lobby(state.seats_taken, state.seats)))
        if state.period != (self.period.period if self.period else 0):
            return facts
        if self._open and not state.open:
            self._open = False
            facts.append((state.now, EndRound(state.period)))
        if state.phase == "break" and (self._break_ends is None or not state.paused):
            facts += self._intermission(state)
        another = state.paused and (self._again or state.left_us != self._left_us)
        if state.paused != self._paused or another:
            facts.append(self._pause(state, ahead_us))
        self._paused, self._left_us, self._again = state.paused, state.left_us, False
        if state.phase == "ended" and not self.over:
            self.over = True
            facts.append((state.now, Ended()))
        return facts

    def _intermission(self, state: State) -> Facts:
        """A break that has begun, or ends at another time than was told."""
        left_us = state.left_us or 0
        before, self._break_ends = self._break_ends, state.now + left_us
        return [] if before == self._break_ends else [(state.now, Intermission(state.next_period, left_us))]

    def _pause(self, state: State, ahead_us: Duration) -> tuple[Instant, Message]:
        """A pause, as of the instant at which the period's clock stood still, or its end."""
        at, left_us, period = state.now, state.left_us, self.period
        if left_us is not None and state.open and period:
            at = period.started_us + period.length_us - left_us if state.paused else at
            left_us -= ahead_us
        return self._stop(at, left_us) if state.paused else self._go_on(at, left_us)
