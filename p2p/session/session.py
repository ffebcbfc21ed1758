"""The state machine of a session: lobby, periods with breaks between them, end. One roster, one clock, several markets.

Theory of operation
-------------------
`handle(envelope, now)` is told one message and answers with events. `deadline()` is the time of the next alarm.
`alarm()` is the message that must then be handed in, like any other (so that it is journaled like any other). Time only
ever comes in as `now`. The same messages at the same times give the same events: live, simulated, recovered, verified.

The machine puts these together: the table of phases (permissions.py), the clock (alarms.py), the seats' holders
(roster.py), the experimenter's acts (interventions.py) and the markets (market.py). Its way through stages and periods
is in course.py. Only the table changes the phase.
Every message sent is an event; p2p/information/projection.py decides its recipients. A refusal is a value: an event to
its sender alone. Repeated tokens have no second effect.
"""

from hashlib import blake2b
from typing import assert_never

import msgspec

from p2p.base.units import EXPERIMENTER, GATEWAY, INSTITUTION, SESSION, Address, Instant, Seat
from p2p.messages import (
    Accepted,
    AdvanceStage,
    Again,
    Announce,
    Announced,
    AnswerHelp,
    Close,
    End,
    EndPeriod,
    Expire,
    Extend,
    Extended,
    HandBack,
    Held,
    Help,
    HelpAsked,
    Hold,
    Joined,
    Judged,
    Left,
    Lock,
    Message,
    Open,
    PaidPeriod,
    PassedOn,
    Passes,
    PassToRobot,
    Pause,
    Paused,
    Reading,
    Reason,
    Refused,
    Reissue,
    Reminder,
    Remove,
    Removed,
    Resume,
    Resumed,
    Start,
    Tell,
    Told,
    Unlock,
    Void,
    Voided,
)
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.overrides import Controls
from p2p.session.course import Course
from p2p.session.permissions import Moment, may_say, next_phase
from p2p.stages.progress import STAGE_MESSAGES

_NO_ORDERS = frozenset({Passes, Help, *STAGE_MESSAGES})
"""A trader's messages that are no market's."""
_DOOR = (Open(), False, False)
"""How most sessions are dealt and their doors stand: no part of a digest."""


class Session(Course):
    """A session of a scenario under a seed. See the module's text for how it is driven."""

    # --- how it is driven ---------------------------------------------------------------------------------------

    @property
    def now(self) -> Instant:
        """The instant of the last message."""
        return self.alarms.now

    def deadline(self) -> Instant | None:
        """When the next alarm rings, or an order's life is over; None while nothing is due (lobby, pause, end)."""
        due = self.alarms.deadline()
        if due is None or not self.times_orders:
            return due
        return min([due, *(end for end, _ in self._order_ends())])

    def alarm(self) -> Envelope:
        """The message to hand in at the deadline; of several, orders that end come first, then the lowest market's."""
        due = self.alarms.deadline()
        assert due is not None, "an alarm rings only where one is due"
        ends = self._order_ends() if self.times_orders else []
        end, market = min(ends, default=(due + 1, 0))
        return Envelope(INSTITUTION, Expire(), market) if end <= due else self.alarms.next()

    def _order_ends(self) -> list[tuple[Instant, int]]:
        """When the next life of an order is over in each market that has one, with the market's number."""
        ends = ((market.next_end(), market.number) for market in self.markets)
        return [(end, number) for end, number in ends if end is not None]

    def token(self, sender: Address) -> int:
        """The last token that had an effect: a sender's next message carries the one after it."""
        return self.tokens.get(sender, 0)

    def handle(self, envelope: Envelope, now: Instant) -> list[Event]:
        """The events of one message at an instant. Repeats (a token that was had) give no events.

        Callers have made sure that the sender may send this message; otherwise an assertion fails.
        """
        sender = envelope.sender
        assert now >= self.alarms.now, "time is an input, and it does not run backwards"
        assert type(envelope.message) in may_say(sender), f"{sender} does not say {envelope.message.directive}"
        self.alarms.now = now
        if envelope.token:
            if envelope.token <= self.tokens.get(sender, 0):
                return []
            self.tokens[sender] = envelope.token
        events = self._trader(sender, envelope) if isinstance(sender, int) else self._command(envelope)
        return events + self._look_who_is_done() if self.phase == "stage" else events

    def digest(self) -> bytes:
        """A digest of all that the session remembers: equal digests, equal futures."""
        state = (
            (self.phase, self.now, self.period),
            *self.alarms.state(),
            sorted(self.tokens.items(), key=str),
            self.roster.state(),
            [(market.institution.state(), market.environment.state()) for market in self.markets],
            *([self._door()] if self._door() != _DOOR else []),
            *(["preview"] if self.previewing else []),
            *([self.meters.state()] if self.meters.last else []),
            *([self.roster.stand_ins.state()] if self.roster.tells_stand_ins else []),
            *(self._rules_told() if self.scenario.overrides else []),
            *([self.staging.remembered()] if self.staging.stages else []),
            *([self.paying.pay_state()] if self.scenario.payment else []),
            *([self.alarms.stood_us] if self.times_orders else []),
            *([acts] if (acts := self.interventions.remembered()) else []),
        )
        return blake2b(msgspec.json.encode(state), digest_size=16).digest()

    def _rules_told(self) -> list[Controls]:
        """The rules that were told last: of each market where they differ, else those of all."""
        return self.told_rules if self.scenario.has_market_arms else self.told_rules[:1]

    def _door(self) -> tuple[object, ...]:
        """How seats are dealt and the door stands."""
        return (self.opening, self.locked, self.closed)

    # --- traders ------------------------------------------------------------------------------------------------

    def _trader(self, seat: Seat, envelope: Envelope) -> list[Event]:
        market, message, token = self.market_of[seat], envelope.message, envelope.token
        if type(message) in _NO_ORDERS:
            return self._beside_trade(seat, message, token)
        if self.interventions.removed and self.interventions.shut_out(seat):
            return [Event(Refused(token, "removed"), SESSION, seat, market.number)]
        if self.staging.stages and (why := self._out_of_trade(seat)):
            return [Event(Refused(token, why), SESSION, seat, market.number)]
        return market.handle(seat, message, token)

    def _beside_trade(self, seat: Seat, message: Message, token: int) -> list[Event]:
        """A trader's message that is no market's."""
        match message:
            case Passes(why=why):
                return [self._to_seat(seat, Accepted(token)), Event(Passes(why, seat), SESSION, EXPERIMENTER)]
            case Help():
                return self._ask_help(seat, message, token)
            case _:
                assert isinstance(message, STAGE_MESSAGES), "there are no others"
                return self._in_stage(seat, message, token)

    def _ask_help(self, seat: Seat, message: Help, token: int) -> list[Event]:
        """A trader waits for the experimenter, or does so no longer; nobody else is told."""
        if self.phase == "ended":
            return [self._to_seat(seat, Refused(token, "not_now"))]
        self.interventions.request(seat, message, self.now)
        return [self._to_seat(seat, Accepted(token)), self._to_seat(seat, HelpAsked(message.withdrawn))]

    # --- those who run it ---------------------------------------------------------------------------------------

    def _command(self, envelope: Envelope) -> list[Event]:
        refusal = self._refusal(envelope.message)
        if refusal is not None:
            return [Event(Refused(envelope.token, refusal), SESSION, envelope.sender)]
        if envelope.sender == EXPERIMENTER:
            self.interventions.counts[envelope.message.directive] += 1
        answer = [Event(Accepted(envelope.token), SESSION, envelope.sender)] if envelope.token else []
        return answer + self._obey(envelope)

    def _refusal(self, message: Message) -> Reason | None:
        """Why a command cannot be obeyed; None where it can, and the phase is then the one that it leads to."""
        cause = self._cause(message)
        if next_phase(self.phase, self.alarms.paused, cause) is None:
            return "not_now"
        if not self._fits_stage(message):
            return "not_now"
        if isinstance(message, PaidPeriod):
            over = self.phase == "ended" or self.paying.trade_is_over(self.staging.number)
            return self.paying.refusal(message.period, self._last_counted(), self.interventions.void, over)
        counts = self.phase == "trading" and not self.staging.practising
        refusal = self.interventions.refusal(message, self.period, counts)
        if refusal is None:
            self._advance(cause)
        return refusal

    def _fits_stage(self, message: Message) -> bool:
        """Whether the stage that runs, if the session has stages, is one for a command."""
        match message:
            case AdvanceStage(seat=None):
                return self.phase == "stage" and not self.alarms.paused
            case AdvanceStage(seat=seat):
                return bool(self.staging.stages) and seat in self.market_of
            case Void() | Again():
                return not self.staging.practising
            case Extend():
                return bool(self.alarms.due)
            case _:  # all others are for any stage
                return True

    def _cause(self, message: Message) -> type[Message] | Moment:
        """What a command is in the table of phases: `start` begins the stages of a session that has some."""
        begins = isinstance(message, Start) and self.phase == "lobby" and self.staging.stages
        return Moment.STAGES_BEGIN if begins else type(message)

    def _obey(self, envelope: Envelope) -> list[Event]:
        match envelope.message:
            case Open():
                self.opening = envelope.message
                return [event for market in self.markets for event in market.initialise()] + self._presence_events()
            case Joined():
                return self._join(envelope.message)
            case Left(seat=seat):
                self.roster.leave(seat)
                return self._presence_events() + self._line_lost(seat)
            case Reading():
                return self._read(envelope.message)
            case Start():
                self.alarms.clear()
                return self._begin_stages() if self.phase == "stage" else self._start_period()
            case AdvanceStage(seat=seat):
                return self._let_on(seat)
            case Expire():
                assert envelope.market is not None, "orders end in a market"
                return self.markets[envelope.market].expire()
            case Reminder():
                return self._on_alarm(envelope.market, envelope.message)
            case Pause(gap_us=gap_us):
                return self._tell(Paused(self.alarms.pause(), gap_us if envelope.sender == GATEWAY else 0))
            case Resume():
                return self._resume()
            case Extend(length_us=more):
                return self._tell(Extended(self.alarms.extend(more)))
            case EndPeriod():
                return self._close_markets() + self._after_period()
            case End():
                return self._end()
            case Lock() | Unlock():
                self.locked = isinstance(envelope.message, Lock)
                return []
            case Reissue(seat=seat):
                assert seat in self.market_of, f"there is no seat {seat}"
                return []
            case Close():
                self.closed = True
                return []
            case PaidPeriod(period=number):
                self.paying.period = number
                return self._tell_earnings()
            case Announce(digest=digest):
                return self._tell(Announced(digest))
            case Hold(off=off):
                return self._release() if off else self._hold()
            case Void(period=number):
                return self._void(self.period if number is None else number)
            case Again():
                return self._again()
            case Tell() | AnswerHelp() | PassToRobot() | HandBack() | Remove() as act:
                return self._act_on_seat(act)
            case message:
                raise AssertionError(f"{message.directive} is in the table but not done")

    def _presence_events(self) -> list[Event]:
        news = self.roster.news(self.phase)
        return self._tell(news) if news else []

    def _line_lost(self, seat: Seat) -> list[Event]:
        """The orders of a seat without a connection leave, where the terms say so."""
        market = self.market_of[seat]
        leaves = self.told_rules[market.number].terms.lost_line == "cancel"
        return market.withdraw_all(seat) if leaves else []

    def _join(self, joined: Joined) -> list[Event]:
        """Somebody has a seat now: its own person, or a robot in their place, from whom they take it back."""
        assert joined.seat in self.market_of, f"there is no seat {joined.seat}"
        self.roster.join(joined)
        events = [*self._changes_hands(joined.seat, joined.stand_in), *self._presence_events()]
        if joined.controller == "human" and not joined.stand_in and (told := self.staging.come(joined.seat)):
            events.append(self._to_seat(joined.seat, told))
        events += self._tell_earnings()
        if self.scenario.start == "when_full" and self.roster.full and self._advance(self._cause_of_start()):
            events += self._begin_stages() if self.phase == "stage" else self._start_period()
        return events

    def _cause_of_start(self) -> Moment:
        return Moment.STAGES_BEGIN if self.staging.stages else Moment.SEATS_FILLED

    def _changes_hands(self, seat: Seat, stand_in: bool) -> list[Event]:
        may = self.roster.tells_stand_ins or seat in self.interventions.passed
        assert not stand_in or may, "robots stand in for people where the scenario or the experimenter says so"
        if self.phase == "ended":
            return []
        return self.market_of[seat].change_holder(seat, stand_in)

    # --- the experimenter's acts (docs/console.md) --------------------------------------------------------------

    def _act_on_seat(self, act: Tell | AnswerHelp | PassToRobot | HandBack | Remove) -> list[Event]:
        acts, seat = self.interventions, act.seat
        match act:
            case Tell(digest=digest):
                return [self._to_seat(seat, Told(digest))]
            case AnswerHelp(digest=digest):
                del acts.help[seat]
                return [self._to_seat(seat, Told(digest, answers=True))]
            case PassToRobot():
                acts.passed.add(seat)
                return [self._to_seat(seat, PassedOn())]
            case HandBack():
                return self._hand_back(seat)
            case Remove():
                acts.removed.add(seat)
                acts.help.pop(seat, None)
                removed = [self._to_seat(seat, Removed())]
                return removed if self.scenario.takes_over else removed + self.market_of[seat].withdraw_all(seat)
            case _:
                assert_never(act)

    def _hand_back(self, seat: Seat) -> list[Event]:
        acts, events = self.interventions, list[Event]()
        if seat in acts.passed:
            events.append(self._to_seat(seat, PassedOn(off=True)))
        if seat in acts.removed:
            events.append(self._to_seat(seat, Removed(off=True)))
        acts.passed.discard(seat)
        acts.removed.discard(seat)
        return events

    def _hold(self) -> list[Event]:
        """The break, or the one to come, stands still until the experimenter goes on."""
        told = [] if self.interventions.holds else self._tell(Held())
        self.interventions.holds = True
        if self.phase == "break" and not self.alarms.paused:
            told += self._tell(Paused(self.alarms.pause()))
        return told

    def _release(self) -> list[Event]:
        """Nothing is held any more; a break that stands still for that goes on."""
        if not self.interventions.holds:
            return []
        return self._resume() if self.phase == "break" and self.alarms.paused else self._lift_hold()

    def _lift_hold(self) -> list[Event]:
        held, self.interventions.holds = self.interventions.holds, False
        return self._tell(Held(off=True)) if held else []

    def _resume(self) -> list[Event]:
        lifted = self._lift_hold() if self.phase == "break" else []
        return lifted + self._tell(Resumed(self.alarms.resume()))

    def _void(self, number: int, again: bool = False) -> list[Event]:
        """A period does not count. The one that runs ends; a clock that stood still does so in the break, too."""
        events = self._tell(Voided(number, again))
        self.interventions.void.add(number)
        if self.phase == "trading" and number == self.period:
            paused = self.alarms.paused
            events += self._close_markets()
            self._take_back(number)
            self.alarms.clear()
            events += self._after_period()
            if paused and self.alarms.deadline() is not None:
                events += self._tell(Paused(self.alarms.pause()))
        else:
            self._take_back(number)
        return events

    def _take_back(self, period: int) -> None:
        for market in self.markets:
            market.take_back(period)

    def _again(self) -> list[Event]:
        """The period that runs, or the last one, does not count; its values come once more."""
        self.interventions.again.add(self.period)
        self.previewing = False
        for market in self.markets:
            market.forget_dealt()
        voided = self._void(self.period, again=True)
        return voided + self._rules_change() if self.phase == "break" else voided

    def _read(self, reading: Reading) -> list[Event]:
        """A meter's reading: judged, and used in the next interval where it counts."""
        market, age_max = self.market_of[reading.seat], self.told_rules[0].period_us + self.told_rules[0].break_us
        verdict = self.meters.judge(reading, self.now, age_max, market.environment)
        return [Event(Judged(reading.seat, verdict), SESSION, GATEWAY, market.number)]
