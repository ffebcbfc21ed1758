"""The state machine of a session: lobby, periods with breaks between them, end. One roster, one clock, several markets.

Theory of operation
-------------------
`handle(envelope, now)` is told one message and answers with events. `deadline()` is the time of the next alarm.
`alarm()` is the message that must then be handed in, like any other (so that it is journaled like any other). Time only
ever comes in as `now`. The same messages at the same times give the same events: live, simulated, recovered, verified.

The machine puts these together: the table of phases (permissions.py), the clock (alarms.py), the seats' holders
(roster.py), the experimenter's acts (interventions.py) and the markets (market.py). Only the table changes the phase.
Every message sent is an event; p2p/information/projection.py decides its recipients. A refusal is a value: an event to
its sender alone. Repeated tokens have no second effect.
"""

from hashlib import blake2b
from typing import assert_never

import msgspec
from msgspec.structs import replace

from p2p.base.rng import stream
from p2p.base.units import EVERYONE, EXPERIMENTER, GATEWAY, SESSION, Address, Instant, Seat
from p2p.information.own_numbers import OwnNumbers
from p2p.messages import (
    Accepted,
    AdvanceStage,
    Again,
    Announce,
    Announced,
    AnswerHelp,
    Close,
    End,
    Ended,
    EndPeriod,
    Extend,
    Extended,
    HandBack,
    Held,
    Help,
    HelpAsked,
    Hold,
    Intermission,
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
    RulesChanged,
    StageBegan,
    Start,
    Tell,
    Told,
    Unlock,
    Void,
    Voided,
)
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.assignment import information_by_seat, information_of_period, seats_of_markets
from p2p.scenario.overrides import Controls, InformationSet
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import Practice, StageTable
from p2p.session.alarms import Alarms
from p2p.session.interventions import Interventions
from p2p.session.market import Market
from p2p.session.metering import MeterReadings
from p2p.session.paying import Paying
from p2p.session.permissions import Moment, Phase, may_say, next_phase
from p2p.session.roster import Roster
from p2p.session.rules_versions import OWN_NUMBERS, RULES
from p2p.session.staging import Staging
from p2p.stages.progress import StageMessage

TOLD_CHANGES = ("charges", "terms", "information", "identities", "period_s", "break_s")
"""The rules that all are told of when they change; each trader's schedule comes with its period."""
_DOOR = (Open(), False, False)
"""How most sessions are dealt and their doors stand: no part of a digest."""
_ALL_SHOWN: InformationSet = "book"
"""A seat that is shown every order names orders as its market does."""


class Session:
    """A session of a scenario under a seed. See the module's text for how it is driven."""

    def __init__(self, scenario: Scenario, seed: int, rules: int = RULES) -> None:
        self.scenario, self.seed = scenario, seed
        self.alarms, self.roster, self.meters = Alarms(), Roster(scenario), MeterReadings()
        dealt = enumerate(seats_of_markets(scenario, seed))
        information = information_by_seat(scenario, seed)
        first = information_of_period(scenario, 1)
        told = {seat: first.get(one, one) for seat, one in information.items()}
        numbered = told if rules >= OWN_NUMBERS else dict.fromkeys(information, _ALL_SHOWN)
        self.markets = [
            Market(number, seats, scenario, seed, self.roster, self.alarms, OwnNumbers(numbered), rules=rules)
            for number, seats in dealt
        ]
        self.market_of: dict[Seat, Market] = {seat: market for market in self.markets for seat in market.seats}
        self.rules = scenario.controls(1)
        self.interventions = Interventions(scenario, self.roster, self.market_of)
        self.staging = Staging(scenario, seed, self.roster, self.interventions)
        self.paying = Paying(scenario, self.roster)
        self.phase: Phase = "unopened"
        self.period = 0
        self.tokens: dict[Address, int] = {}
        self.opening = Open()
        self.locked = self.closed = False

    # --- how it is driven ---------------------------------------------------------------------------------------

    @property
    def now(self) -> Instant:
        """The instant of the last message."""
        return self.alarms.now

    def deadline(self) -> Instant | None:
        """When the next alarm rings; None while nothing is due (lobby, pause, end)."""
        return self.alarms.deadline()

    def alarm(self) -> Envelope:
        """The message to hand in at the deadline; of several that are due, the lowest market's."""
        return self.alarms.next()

    def token(self, sender: Address) -> int:
        """The last token that had an effect: a sender's next message carries the one after it."""
        return self.tokens.get(sender, 0)

    def handle(self, envelope: Envelope, now: Instant) -> list[Event]:
        """The events of one message at an instant. Repeats (a token that was had) give no events.

        Callers have made sure that the sender may send this message; otherwise an assertion fails.
        """
        sender = envelope.sender
        assert now >= self.alarms.now, "time is an input, and it does not run backwards"
        assert isinstance(envelope.message, may_say(sender)), f"{sender} does not say {envelope.message.directive}"
        self.alarms.now = now
        if envelope.token:
            if envelope.token <= self.token(sender):
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
            *([self.meters.state()] if self.meters.last else []),
            *([self.roster.stand_ins.state()] if self.roster.tells_stand_ins else []),
            *([self.rules] if self.scenario.overrides else []),
            *([self.staging.remembered()] if self.staging.stages else []),
            *([self.paying.pay_state()] if self.scenario.payment else []),
            *([acts] if (acts := self.interventions.remembered()) else []),
        )
        return blake2b(msgspec.json.encode(state), digest_size=16).digest()

    def _door(self) -> tuple[object, ...]:
        """How seats are dealt and the door stands."""
        return (self.opening, self.locked, self.closed)

    # --- traders ------------------------------------------------------------------------------------------------

    def _trader(self, seat: Seat, envelope: Envelope) -> list[Event]:
        market, message = self.market_of[seat], envelope.message
        if isinstance(message, Passes):
            told = Event(Passes(message.why, seat), SESSION, EXPERIMENTER)
            return [Event(Accepted(envelope.token), SESSION, seat, market.number), told]
        if isinstance(message, Help):
            return self._ask_help(seat, message, envelope.token)
        if isinstance(message, StageMessage):
            return self._in_stage(seat, message, envelope.token)
        if self.interventions.removed and self.interventions.shut_out(seat):
            return [Event(Refused(envelope.token, "removed"), SESSION, seat, market.number)]
        if self.staging.stages and (why := self._out_of_trade(seat)):
            return [Event(Refused(envelope.token, why), SESSION, seat, market.number)]
        return market.handle(seat, message, envelope.token)

    def _ask_help(self, seat: Seat, message: Help, token: int) -> list[Event]:
        """A trader waits for the experimenter, or does so no longer; nobody else is told."""
        if self.phase == "ended":
            return [self._to_seat(seat, Refused(token, "not_now"))]
        self.interventions.request(seat, message, self.now)
        return [self._to_seat(seat, Accepted(token)), self._to_seat(seat, HelpAsked(message.withdrawn))]

    def _to_seat(self, seat: Seat, message: Message) -> Event:
        return Event(message, SESSION, seat, self.market_of[seat].number)

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

    def _advance(self, cause: type[Message] | Moment) -> bool:
        """Go where the table leads; whether it leads anywhere."""
        phase = next_phase(self.phase, self.alarms.paused, cause)
        self.phase = phase or self.phase
        return phase is not None

    def _happens(self, moment: Moment) -> None:
        advanced = self._advance(moment)
        assert advanced, f"there is no {moment.name} in the phase {self.phase}"

    def _obey(self, envelope: Envelope) -> list[Event]:
        match envelope.message:
            case Open():
                self.opening = envelope.message
                return [event for market in self.markets for event in market.initialise()] + self._presence_events()
            case Joined():
                return self._join(envelope.message)
            case Left(seat=seat):
                self.roster.leave(seat)
                return self._presence_events()
            case Reading():
                return self._read(envelope.message)
            case Start():
                self.alarms.clear()
                return self._begin_stages() if self.phase == "stage" else self._start_period()
            case AdvanceStage(seat=seat):
                return self._let_on(seat)
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

    def _tell(self, message: Message) -> list[Event]:
        return [Event(message, SESSION, EVERYONE)]

    def _presence_events(self) -> list[Event]:
        news = self.roster.news(self.phase)
        return self._tell(news) if news else []

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
        voided = self._void(self.period, again=True)
        return voided + self._rules_change() if self.phase == "break" else voided

    def _read(self, reading: Reading) -> list[Event]:
        """A meter's reading: judged, and used in the next interval where it counts."""
        market, age_max = self.market_of[reading.seat], self.rules.period_us + self.rules.break_us
        verdict = self.meters.judge(reading, self.now, age_max, market.environment)
        return [Event(Judged(reading.seat, verdict), SESSION, GATEWAY, market.number)]

    # --- its periods --------------------------------------------------------------------------------------------

    def _start_period(self) -> list[Event]:
        self.period += 1
        dealt = self._deal() if self.period == 1 and not self.staging.stages else []
        values = self.interventions.values_of(self.period)
        return dealt + [event for market in self.markets for event in market.start_period(self.period, values)]

    def _deal(self) -> list[Event]:
        """Deal the schedules among the seats that somebody has, or to all, for robots on the empty ones."""
        if self.opening.deal != "start":
            return []
        drop = self.opening.empty == "drop"
        held = [seat for seat in self.roster.controllers if not self.interventions.shut_out(seat)]
        return [event for market in self.markets for event in market.deal(held, drop)]

    def _on_alarm(self, market: int | None, reminder: Reminder) -> list[Event]:
        """An alarm rings: the institution's ends its period, the session's ends the break between periods."""
        self.alarms.ring(market, reminder)
        if market is None and self.phase == "stage":
            return self._enter(self.staging.number + 1)
        if market is None:
            self._happens(Moment.BREAK_OVER)
            return self._start_period()
        events = self.markets[market].remind(reminder)
        return events if self.alarms.due else events + self._after_period()

    def _close_markets(self) -> list[Event]:
        """The environment of each market that is open ends its period before its time."""
        return [event for number in self.alarms.stop_markets() for event in self.markets[number].end_early()]

    def _after_period(self) -> list[Event]:
        drawn = self._ends_by_chance()
        if self.staging.stages and (drawn or self.period >= self.staging.last_period()):
            return self._leave_trade()
        last = not self.staging.stages and (drawn or self.period >= self.interventions.periods)
        self._happens(Moment.LAST_PERIOD_OVER if last else Moment.PERIOD_OVER)
        return self._ended() if last else self._break()

    def _ends_by_chance(self) -> bool:
        """Whether trade ends with the period that is over, by a draw that nobody sees.

        Practice never does, nor does a period whose values come once more.
        """
        never = self.staging.practising or self.period in self.interventions.again
        chance = 0.0 if never else self.scenario.end_probability
        return chance > 0 and stream(self.seed, "ending", self.period).random() < chance

    def _break(self) -> list[Event]:
        """The pause before the next period; what changes with that period is told at once."""
        pause_us = self._coming_rules().break_us
        self.alarms.set(None, Reminder(self.period + 1, pause_us))
        told = [*self._rules_change(), *self._tell(Intermission(self.period + 1, pause_us))]
        return told + self._tell(Paused(self.alarms.pause())) if self.interventions.holds else told

    def _coming_rules(self) -> Controls:
        """The rules of the period that comes next; practice has those of now, at lengths of its own."""
        stage = self.staging.stages[self.staging.number] if self.staging.stages else None
        if isinstance(stage, Practice):
            return replace(self.rules, period_s=stage.period_s, break_s=stage.break_s)
        return self.scenario.controls(self.interventions.values_of(self.period + 1))

    def _rules_change(self) -> list[Event]:
        """The rules of the period to come that are not those of now, told to all."""
        now, before = self._coming_rules(), self.rules
        self.rules = now
        changed = {key: new for key in TOLD_CHANGES if (new := getattr(now, key)) != getattr(before, key)}
        for market in self.markets if "information" in changed else ():
            market.numbers.information = dict.fromkeys(market.seats, now.information)
        return self._tell(RulesChanged(self.period + 1, **changed)) if changed else []

    # --- its stages (docs/stages.md) ----------------------------------------------------------------------------

    def _begin_stages(self) -> list[Event]:
        """The first stage begins; who has which schedule is known from now on."""
        dealt = self._deal()
        for market in self.markets:
            self.staging.progress.roles.update(market.environment.roles())
        return dealt + self._enter(0)

    def _enter(self, number: int) -> list[Event]:
        """A stage begins; behind the last one the session ends."""
        self.alarms.clear()
        if number == len(self.staging.stages):
            self._happens(Moment.LAST_STAGE_OVER)
            return self._ended()
        stage = self.staging.stages[number]
        self.staging.begin(number)
        told = self._tell(StageBegan(number, str(stage.__struct_config__.tag), stage.length_us))
        if stage.trades:
            self._happens(Moment.STAGE_TRADES)
            return told + self._enter_trade(stage)
        if stage.length_us is not None:
            self.alarms.set(None, Reminder(number, stage.length_us))
        people = self.staging.people()
        told += [self._to_seat(seat, self.staging.progress.told(seat)) for seat in people]
        told += self._earnings_due() if self.paying.begins(number) else []
        return told + self._look_who_is_done()

    def _enter_trade(self, stage: StageTable) -> list[Event]:
        """Practice gets markets of its own; then a break leads to the first period."""
        opened: list[Event] = []
        if isinstance(stage, Practice):
            self.staging.counting = self.markets, self.period
            self._use(self.staging.practice_markets(stage, self.markets, self.alarms, self.rules), 0)
            opened = [event for market in self.markets for event in market.initialise()]
        return opened + self._break()

    def _leave_trade(self) -> list[Event]:
        """The stage's last period is over; of practice nothing is left."""
        self._happens(Moment.TRADE_OVER)
        if self.staging.counting is not None:
            self._use(*self.staging.counting)
            self.staging.counting = None
        return self._enter(self.staging.number + 1)

    def _use(self, markets: list[Market], period: int) -> None:
        """Trade in other markets from now on, after so many periods of theirs."""
        self.markets, self.period = markets, period
        self.roster.stand_ins.change_markets({seat: market.environment for market in markets for seat in market.seats})
        self.market_of.update({seat: market for market in markets for seat in market.seats})

    def _in_stage(self, seat: Seat, message: StageMessage, token: int) -> list[Event]:
        """What a person says in a stage: taken, with its news, or refused."""
        progress = self.staging.progress
        over = self.phase in ("unopened", "lobby", "ended")
        refusal: Reason | None = "not_now" if over else progress.judge(seat, message)
        if refusal is not None:
            return [self._to_seat(seat, Refused(token, refusal))]
        stayed = seat not in progress.left
        self.paying.answered(seat, message)
        events = [self._to_seat(seat, Accepted(token))]
        events += [self._to_seat(seat, news) for news in progress.follow_up(seat, message)]
        return events + self._leave_market(seat) if stayed and seat in progress.left else events

    def _leave_market(self, seat: Seat) -> list[Event]:
        """A person has declined or withdrawn: a robot goes on where the scenario says so, else the seat passes."""
        self.interventions.help.pop(seat, None)
        if self.scenario.takes_over:
            self.interventions.passed.add(seat)
            return [self._to_seat(seat, PassedOn())]
        return self.market_of[seat].withdraw_all(seat)

    def _out_of_trade(self, seat: Seat) -> Reason | None:
        """Why a person may not trade though the market is open."""
        progress = self.staging.progress
        if seat in progress.left and seat not in self.roster.stand_ins.seats:
            return "removed"
        return "stage_first" if progress.is_behind(seat) else None

    def _let_on(self, seat: Seat | None) -> list[Event]:
        """The experimenter moves the session on, or counts one person as done."""
        if seat is None:
            return self._enter(self.staging.number + 1)
        return [self._to_seat(seat, self.staging.progress.let_on(seat))]

    def _look_who_is_done(self) -> list[Event]:
        """How many are done, if that has changed; a stage that waits for all goes on with the last of them."""
        if self.phase != "stage":
            return []
        news, all_done = self.staging.waiting()
        told = self._tell(news) if news else []
        goes_on = all_done and self.staging.stages[self.staging.number].advance == "all"
        return told + self._enter(self.staging.number + 1) if goes_on and not self.alarms.paused else told

    def _end(self) -> list[Event]:
        events = self._close_markets()
        self.alarms.clear()
        return events + self._ended()

    def _ended(self) -> list[Event]:
        return [*self._earnings_due(), *self._tell(Ended())]

    # --- its pay (docs/pay.md) ----------------------------------------------------------------------------------

    def _earnings_due(self) -> list[Event]:
        """Each person's earnings are told, as soon as it is known which period is paid."""
        if not self.paying.due:
            self.paying.fall_due(self._last_counted(), self.interventions.void)
        return self._tell_earnings()

    def _last_counted(self) -> int:
        """The last period that counts: while practice runs, the last one before it."""
        return self.period if self.staging.counting is None else self.staging.counting[1]

    def _tell_earnings(self) -> list[Event]:
        if not self.paying.knows:
            return []
        markets = self.staging.counted_markets(self.market_of)
        return [self._to_seat(seat, earned) for seat, earned in self.paying.earned(markets)]
