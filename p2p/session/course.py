"""The course of a session: from stage to stage, from period to period, the breaks between them, and the end.

The part of the state machine (session.py) that moves it on, with the state of both. Only the table of phases
(permissions.py) changes the phase. A session without stages is periods alone.
"""

from msgspec.structs import replace

from p2p.base.rng import stream
from p2p.base.units import EVERYONE, SESSION, Address, Duration, Seat
from p2p.information.own_numbers import OwnNumbers
from p2p.messages import (
    Accepted,
    Ended,
    Intermission,
    Message,
    Open,
    PassedOn,
    Paused,
    Preview,
    Reason,
    Refused,
    Reminder,
    RulesChanged,
    StageBegan,
)
from p2p.messages.envelope import Event
from p2p.scenario.assignment import (
    information_by_seat,
    information_of_period,
    scenarios_of_markets,
    seats_of_markets,
)
from p2p.scenario.overrides import Controls, InformationSet
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import Practice, StageTable, Trade
from p2p.session.alarms import Alarms
from p2p.session.interventions import Interventions
from p2p.session.market import Market
from p2p.session.metering import MeterReadings
from p2p.session.paying import Paying
from p2p.session.permissions import Moment, Phase, next_phase
from p2p.session.roster import Roster
from p2p.session.rules_versions import OWN_NUMBERS, RULES
from p2p.session.staging import Staging
from p2p.stages.progress import StageMessage

TOLD_CHANGES = ("charges", "terms", "information", "identities", "period_s", "break_s")
"""The rules that all are told of when they change; each trader's schedule comes with its period."""
_ALL_SHOWN: InformationSet = "book"
"""A seat that is shown every order names orders as its market does."""


class Course:
    """A session's state, and its way through stages and periods."""

    def __init__(self, scenario: Scenario, seed: int, rules: int = RULES) -> None:
        self.scenario, self.seed = scenario, seed
        self.alarms, self.roster, self.meters = Alarms(), Roster(scenario), MeterReadings()
        own, dealt = scenarios_of_markets(scenario, seed), seats_of_markets(scenario, seed)
        information = information_by_seat(scenario, seed)
        first = {seat: information_of_period(one, 1) for one, seats in zip(own, dealt, strict=True) for seat in seats}
        told = {seat: first[seat].get(one, one) for seat, one in information.items()}
        numbered = told if rules >= OWN_NUMBERS else dict.fromkeys(information, _ALL_SHOWN)
        self.markets = [
            Market(number, seats, own[number], seed, self.roster, self.alarms, OwnNumbers(numbered), rules=rules)
            for number, seats in enumerate(dealt)
        ]
        self.market_of: dict[Seat, Market] = {seat: market for market in self.markets for seat in market.seats}
        self.scenarios = own
        self.told_rules = [one.controls(1) for one in own]
        self.times_orders = any(one.times_orders for one in own)
        self.interventions = Interventions(scenario, self.roster, self.market_of)
        self.staging = Staging(scenario, seed, self.roster, self.interventions, rules)
        self.paying = Paying(scenario, self.roster)
        self.phase: Phase = "unopened"
        self.period = 0
        self.tokens: dict[Address, int] = {}
        self.opening = Open()
        self.locked = self.closed = False
        self.previewing = False

    def _to_seat(self, seat: Seat, message: Message) -> Event:
        return Event(message, SESSION, seat, self.market_of[seat].number)

    def _advance(self, cause: type[Message] | Moment) -> bool:
        """Go where the table leads; whether it leads anywhere."""
        phase = next_phase(self.phase, self.alarms.paused, cause)
        self.phase = phase or self.phase
        return phase is not None

    def _happens(self, moment: Moment) -> None:
        advanced = self._advance(moment)
        assert advanced, f"there is no {moment.name} in the phase {self.phase}"

    def _tell(self, message: Message) -> list[Event]:
        return [Event(message, SESSION, EVERYONE)]

    # --- its periods ----------------------------------------------------------------------------------------------

    def _preview_us(self) -> Duration:
        """For how long each sees their units before the next period opens."""
        stage = self.staging.stages[self.staging.number] if self.staging.stages else None
        return stage.preview_us if isinstance(stage, Practice | Trade) else 0

    def _preview(self, length_us: Duration) -> list[Event]:
        """The units of the next period are dealt, and looked at."""
        self.previewing, period = True, self.period + 1
        self.alarms.set(None, Reminder(period, length_us))
        values = self.interventions.values_of(period)
        dealt = [event for market in self.markets for event in market.deal_period(period, values)]
        return [*dealt, *self._tell(Preview(period, length_us))]

    def _start_period(self) -> list[Event]:
        self.period += 1
        self.previewing = False
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
            preview_us = self._preview_us()
            if preview_us and not self.previewing:
                return self._preview(preview_us)
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
        pause_us = self._coming_rules(0).break_us
        self.alarms.set(None, Reminder(self.period + 1, pause_us))
        told = [*self._rules_change(), *self._tell(Intermission(self.period + 1, pause_us))]
        return told + self._tell(Paused(self.alarms.pause())) if self.interventions.holds else told

    def _coming_rules(self, market: int) -> Controls:
        """A market's rules of the period that comes next; practice has those of now, at lengths of its own."""
        stage = self.staging.stages[self.staging.number] if self.staging.stages else None
        if isinstance(stage, Practice):
            return replace(self.told_rules[market], period_s=stage.period_s, break_s=stage.break_s)
        return self.scenarios[market].controls(self.interventions.values_of(self.period + 1))

    def _rules_change(self) -> list[Event]:
        """The rules of the period to come that are not those of now, told to all, or to the market whose they are."""
        told = []
        for market in self.markets:
            now, before = self._coming_rules(market.number), self.told_rules[market.number]
            self.told_rules[market.number] = now
            changed = {key: new for key in TOLD_CHANGES if (new := getattr(now, key)) != getattr(before, key)}
            if "information" in changed:
                market.numbers.information = dict.fromkeys(market.seats, now.information)
            if changed:
                told.append(Event(RulesChanged(self.period + 1, **changed), SESSION, EVERYONE, market.number))
        return told if self.scenario.has_market_arms else self._tell(told[0].message) if told else []

    # --- its stages (docs/stages.md) ------------------------------------------------------------------------------

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
        stayed = self.staging.begin(number)
        told = self._tell(StageBegan(number, str(stage.__struct_config__.tag), stage.length_us))
        told += [self._to_seat(seat, self.staging.progress.told(seat)) for seat in stayed]
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
            self._use(self.staging.practice_markets(stage, self.markets, self.alarms, self.told_rules), 0)
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

    def _look_who_is_done(self) -> list[Event]:
        """How many are done, if that has changed; a stage that waits for all goes on with the last of them."""
        if self.phase != "stage":
            return []
        news, all_done = self.staging.waiting()
        told = self._tell(news) if news else []
        goes_on = all_done and self.staging.stages[self.staging.number].advance == "all"
        return told + self._enter(self.staging.number + 1) if goes_on and not self.alarms.paused else told

    # --- what people say in a stage -------------------------------------------------------------------------------

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
        """A person is out for good: a robot goes on where the scenario says so, else the seat passes."""
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

    # --- its end, and its pay (docs/pay.md) -----------------------------------------------------------------------

    def _end(self) -> list[Event]:
        events = self._close_markets()
        self.alarms.clear()
        return events + self._ended()

    def _ended(self) -> list[Event]:
        return [*self._earnings_due(), *self._tell(Ended())]

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
        return [
            self._to_seat(seat, earned) for seat, earned in self.paying.earned(markets, self.staging.progress.failed)
        ]
