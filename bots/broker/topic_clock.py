"""Where a session is and what its clock says, as a broker tells it, turned into the facts that a line would tell.

A broker keeps the latest `period` and `state`, and no order between them. Of a pause and its end one or both may never
be heard. So a second clock is kept, that of a listener to the facts, and put right if it differs. A pause that was
missed is told late, with the time that it took.
"""

from p2p.base.units import Duration, Instant
from p2p.information.period_clock import PeriodClock
from p2p.messages import Ended, EndRound, Extended, Intermission, Lobby, Message, Paused, Reminder, Resumed, StartRound
from p2p.protocol.mqtt_topics import Period, State

Facts = list[tuple[Instant, Message]]


class ClockHeard:
    """The messages heard on `period` and `state`; `told` is the clock of a listener to the facts told so far."""

    def __init__(self) -> None:
        self.told = PeriodClock()
        self.period: Period | None = None
        self.now: Instant = 0
        self._state: State | None = None
        self._taken = -1

    @property
    def over(self) -> bool:
        """Whether the session's end has been told."""
        return self.told.phase == "ended"

    def keep(self, message: Period | State) -> None:
        """Take in a message."""
        if isinstance(message, State):
            self._state, self.now = message, message.now
        else:
            self.period = message

    def tell(self, facts: Facts) -> Facts:
        """These facts, told: the listener's clock has them too."""
        for at, message in facts:
            self.told.on_fact(message, at)
        return facts

    def starts(self) -> Facts:
        """A period that has begun: as long as it was then, and extended since."""
        period = self.period
        if period is None or period.period == self.told.period:
            return []
        round_us = period.length_us - period.extended_us
        return self.tell([(period.started_us, StartRound(period.period, round_us))])

    def moves(self) -> Facts:
        """The time left, pauses, and the state after the period."""
        return [*self._put_right(), *self._phases(), *self._put_right()]

    def _until_alarm(self, left_us: Duration) -> Duration:
        """What is left until the session's next alarm where so much is left of the period: that is how it is told."""
        return left_us - self.told.after_call_us(self.told.held + 1)

    def _put_right(self) -> Facts:
        """When the period began, pauses not counted, and how long it is, where what was told says otherwise."""
        period, told, facts = self.period, self.told, Facts()
        if period is None or not told.open:
            return []
        missed_us = period.started_us - told.started_us
        if missed_us:
            left_us = self._until_alarm(max(0, period.started_us + period.length_us - self.now))
            facts += self.tell([(self.now - missed_us, Paused(left_us)), (self.now, Resumed(left_us))])
        if period.length_us != told.length_us:
            left_us = self._until_alarm(max(0, period.length_us - told.run_us(self.now)))
            facts += self.tell([(self.now, Extended(left_us))])
        return facts

    def _phases(self) -> Facts:
        """Where the session is, if it is the period that we know of."""
        state, told, facts = self._state, self.told, Facts()
        if state is None:
            return []
        if state.phase == "lobby" and state.seats_taken != self._taken:
            self._taken = state.seats_taken
            facts.append((state.now, Lobby(state.seats_taken, state.seats)))
        if state.period != told.period:
            return facts
        if told.posting and state.open and not state.posting and state.left_us is not None:
            facts += self.tell([(state.now, Reminder(state.period, state.left_us))])
        if told.open and not state.open:
            facts += self.tell([(state.now, EndRound(state.period))])
        if state.phase == "break":
            facts += self._intermission(state)
        if state.paused != told.paused or (state.paused and state.left_us != told.left_us):
            facts += self.tell([self._pause(state)])
        if state.phase == "ended" and not self.over:
            facts += self.tell([(state.now, Ended())])
        return facts

    def _intermission(self, state: State) -> Facts:
        """A break that has begun, or ends at another time than was told, no pause of it being known."""
        told, left_us = self.told, state.left_us or 0
        known = told.phase == "break" and (state.paused or told.paused or told.ends_at == state.now + left_us)
        return [] if known else self.tell([(state.now, Intermission(state.next_period, left_us))])

    def _pause(self, state: State) -> tuple[Instant, Message]:
        """A pause, as of the instant at which the period's clock stood still, or its end."""
        at, left_us, period = state.now, state.left_us, self.period
        if left_us is not None and state.open and period:
            at = period.started_us + period.length_us - left_us if state.paused else at
            left_us = self._until_alarm(left_us)
        return (at, Paused(left_us)) if state.paused else (at, Resumed(left_us))
