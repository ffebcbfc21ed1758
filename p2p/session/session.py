"""The state machine of a session: lobby, periods with pauses between them, end. One roster, one clock, several markets.

Theory of operation
-------------------
`handle(envelope, now)` is told one message and answers with events; `deadline()` is when the next alarm rings, and
`alarm()` is the message that must then be handed in, like any other (so that it is journaled like any other). Time only
ever comes in as `now`. The same messages at the same times give the same events: live, simulated, recovered, verified.

Inside, the MES's actors send one another messages: the environment `start_period` to the institution, the institution
`start_round` to its agents and a `reminder` to itself, `contract` to the environment, which hears of `end_round`, too.
They are all events of the session, so that a recording shows them; who is told which is decided by
p2p/information/projection.py.

What may be said when is the table COMMANDS, phase by phase. A trader's order is the institution's to judge (it is
closed outside its periods); only what needs values (`no_loss`) or the clock (a pause) is judged here. A refusal is a
value: an event to its sender alone. Repeated tokens have no second effect.
"""

from hashlib import blake2b

import msgspec

from p2p.base.units import (
    ENVIRONMENT,
    EVERYONE,
    EXPERIMENTER,
    GATEWAY,
    INSTITUTION,
    SESSION,
    Address,
    Controller,
    Instant,
    Seat,
    is_seat,
)
from p2p.environments.base import Environment
from p2p.environments.registry import environment_of
from p2p.institutions.base import Institution
from p2p.institutions.registry import institution_named
from p2p.messages import (
    Accepted,
    Announce,
    Announced,
    Contract,
    End,
    Ended,
    EndPeriod,
    EndRound,
    Extend,
    Extended,
    InitInst,
    Intermission,
    Joined,
    Judged,
    Left,
    Lobby,
    Message,
    Open,
    Order,
    Passes,
    Pause,
    Paused,
    Reading,
    Refused,
    Reminder,
    ReminderEndPeriod,
    RequestStanding,
    Resume,
    Resumed,
    Robots,
    Start,
    Unpaid,
)
from p2p.messages.envelope import Answer, Envelope, Event, Outgoing, Refusal
from p2p.scenario.assignment import seats_of_markets
from p2p.scenario.schema import Scenario
from p2p.scenario.terms import NO_TERMS
from p2p.session.metering import MeterReadings
from p2p.session.permissions import COMMANDS, WHILE_PAUSED, Phase, may_say
from p2p.session.stand_ins import StandIns

RULES = 1
"""Version of the rules as a whole: a recording of another version is read by its events, not run again."""


class Market:
    """One market: its seats, its institution, its environment, and the alarm it has set."""

    def __init__(self, number: int, seats: tuple[Seat, ...], scenario: Scenario, seed: int) -> None:
        self.number = number
        self.seats = seats
        self.institution: Institution = institution_named(scenario.institution.name)
        self.environment: Environment = environment_of(scenario, seats, seed, number)


class Session:
    """A session of a scenario under a seed. See the module's text for how it is driven."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed = scenario, seed
        dealt = enumerate(seats_of_markets(scenario, seed))
        self.markets = [Market(number, seats, scenario, seed) for number, seats in dealt]
        self.market_of: dict[Seat, Market] = {seat: market for market in self.markets for seat in market.seats}
        self.phase: Phase = "unopened"
        self.now: Instant = 0
        self.period = 0
        self.paused_left: dict[int | None, int] | None = None
        self.alarms: dict[int | None, tuple[Instant, Reminder]] = {}
        self.tokens: dict[Address, int] = {}
        self.present: dict[Seat, Controller] = {}
        self.controllers: dict[Seat, Controller] = {}
        self.meters = MeterReadings()
        self.stand_ins = StandIns() if scenario.takes_over or scenario.vacancies.fill else None
        self.robots_told = 0

    # --- how it is driven ---------------------------------------------------------------------------------------

    def deadline(self) -> Instant | None:
        """When the next alarm rings; None while nothing is due (lobby, pause, end)."""
        if self.paused_left is not None or not self.alarms:
            return None
        return min(due for due, _ in self.alarms.values())

    def alarm(self) -> Envelope:
        """The message to hand in at the deadline; of several that are due, the lowest market's."""
        due = self.deadline()
        market, (_, reminder) = min((item for item in self.alarms.items() if item[1][0] == due), key=_by_market)
        return Envelope(SESSION if market is None else INSTITUTION, reminder, market)

    def token(self, sender: Address) -> int:
        """The last token that had an effect: a sender's next message carries the one after it."""
        return self.tokens.get(sender, 0)

    def handle(self, envelope: Envelope, now: Instant) -> list[Event]:
        """What happens upon one message at an instant. Repeats (a token that was had) give no events.

        Whoever lets messages in has seen to it that the sender may say this one: else an assertion fails.
        """
        sender = envelope.sender
        assert now >= self.now, "time is an input, and it does not run backwards"
        assert isinstance(envelope.message, may_say(sender)), f"{sender} does not say {envelope.message.directive}"
        self.now = now
        if envelope.token:
            if envelope.token <= self.token(sender):
                return []
            self.tokens[sender] = envelope.token
        if is_seat(sender):
            return self._trader(sender, envelope)
        return self._command(envelope)

    def digest(self) -> bytes:
        """A digest of all that the session remembers: equal digests, equal futures."""
        state = (
            (self.phase, self.now, self.period),
            None if self.paused_left is None else sorted(self.paused_left.items(), key=_by_market),
            sorted(self.alarms.items(), key=_by_market),
            sorted(self.tokens.items(), key=str),
            (sorted(self.present.items()), sorted(self.controllers.items()), self.robots_told),
            [(market.institution.state(), market.environment.state()) for market in self.markets],
            *([self.meters.state()] if self.meters.last else []),
            *([self.stand_ins.state()] if self.stand_ins else []),
        )
        return blake2b(msgspec.json.encode(state), digest_size=16).digest()

    # --- traders ------------------------------------------------------------------------------------------------

    def _trader(self, seat: Seat, envelope: Envelope) -> list[Event]:
        market, message = self.market_of[seat], envelope.message
        if isinstance(message, Passes):
            told = Event(Passes(message.why, seat), SESSION, EXPERIMENTER)
            return [Event(Accepted(envelope.token), SESSION, seat, market.number), told]
        if message.recipient == ENVIRONMENT:
            answer = market.environment.handle(message, seat)
        else:
            answer = self._ask_institution(market, seat, message)
        if isinstance(answer, Refusal):
            return [Event(Refused(envelope.token, answer.reason), SESSION, seat, market.number)]
        if self.stand_ins:
            self.stand_ins.record_orders(market.number, seat, message, answer)
        return [
            Event(Accepted(envelope.token), SESSION, seat, market.number),
            *self._deliver(market, message.recipient, answer),
        ]

    def _ask_institution(self, market: Market, seat: Seat, message: Message) -> Answer:
        if self.paused_left is not None and not isinstance(message, RequestStanding):
            return Refusal("not_open")
        return self._loss_refusal(market, seat, message) or market.institution.handle(message, seat)

    def _loss_refusal(self, market: Market, seat: Seat, message: Message) -> Refusal | None:
        """Why an order could cost its sender more than the rules let him lose, if so."""
        no_loss = self.scenario.no_loss == "people" and self.is_a_persons(seat)
        floor = self.scenario.loss_floor
        if not no_loss and floor is None:
            return None
        gains = market.environment.gains(seat, market.institution.commitments(seat, message))
        if no_loss and any(gain < 0 for gain in gains):
            return Refusal("would_lose")
        at_worst = market.environment.balance.get(seat, 0) + sum(gain for gain in gains if gain < 0)
        return Refusal("loss_floor") if floor is not None and gains and at_worst < -floor else None

    def is_a_persons(self, seat: Seat) -> bool:
        """Whether a person holds a seat, or a robot in the place of one."""
        stands_in = self.stand_ins is not None and seat in self.stand_ins.seats
        return stands_in or self.controllers.get(seat) == "human"

    def _deliver(self, market: Market, sender: Address, sents: list[Outgoing]) -> list[Event]:
        """What was sent, as events, each handed to its addressee, and what that one sends in turn."""
        events = []
        for to, message in sents:
            events.append(Event(message, sender, to, market.number))
            if to == ENVIRONMENT or isinstance(message, EndRound):
                events += self._tell_environment(market, sender, message)
            elif isinstance(message, Reminder):
                self.alarms[market.number] = (self.now + message.length_us, message)
            elif to == INSTITUTION:
                answer = market.institution.handle(message, sender)
                assert not isinstance(answer, Refusal), f"an institution refuses no {message.directive}"
                events += self._deliver(market, INSTITUTION, answer)
            elif self.stand_ins and isinstance(message, Order) and not message.quantity:
                self.stand_ins.forget_order(market.number, message.order)
        return events

    def _tell_environment(self, market: Market, sender: Address, message: Message) -> list[Event]:
        """What the environment does upon a message; of a contract that a robot made in a person's place, that too."""
        made = isinstance(message, Contract) and self.stand_ins and self.stand_ins.unpaid_seats(market.number, message)
        before = {seat: market.environment.balance.get(seat, 0) for seat in made or ()}
        told = market.environment.handle(message, sender)
        assert not isinstance(told, Refusal), f"an environment refuses no {message.directive}"
        events = self._deliver(market, ENVIRONMENT, told)
        for seat, balance in before.items():
            assert isinstance(message, Contract)
            unpaid = Unpaid(message.number, market.environment.balance[seat] - balance)
            events.append(Event(unpaid, SESSION, seat, market.number))
        return events

    # --- those who run it ---------------------------------------------------------------------------------------

    def _command(self, envelope: Envelope) -> list[Event]:
        message = envelope.message
        allowed = COMMANDS[self.phase] if self.paused_left is None else WHILE_PAUSED
        if not isinstance(message, allowed):
            return [Event(Refused(envelope.token, "not_now"), SESSION, envelope.sender)]
        answer = [Event(Accepted(envelope.token), SESSION, envelope.sender)] if envelope.token else []
        return answer + self._obey(envelope)

    def _obey(self, envelope: Envelope) -> list[Event]:
        match envelope.message:
            case Open():
                return self._open()
            case Joined():
                return self._join(envelope.message)
            case Left(seat=seat):
                self.present.pop(seat, None)
                return self._presence_events()
            case Reading():
                return self._read(envelope.message)
            case Start():
                self.alarms.clear()
                return self._start_period()
            case Reminder():
                return self._on_alarm(envelope.market, envelope.message)
            case Pause():
                self.paused_left = {market: max(0, due - self.now) for market, (due, _) in self.alarms.items()}
                return self._tell(Paused(min(self.paused_left.values(), default=None)))
            case Resume():
                return self._resume()
            case Extend(length_us=more):
                self.alarms = {market: (due + more, what) for market, (due, what) in self.alarms.items()}
                return self._tell(Extended(max(0, min(due for due, _ in self.alarms.values()) - self.now)))
            case EndPeriod():
                return self._end_period()
            case End():
                return self._end()
            case Announce(digest=digest):
                return self._tell(Announced(digest))
            case message:
                raise AssertionError(f"{message.directive} is in the table but not done")

    def _tell(self, message: Message) -> list[Event]:
        return [Event(message, SESSION, EVERYONE)]

    def _open(self) -> list[Event]:
        self.phase = "lobby"
        rules = self.scenario.institution
        events = []
        for market in self.markets:
            low, high = rules.price_min - rules.tick, rules.price_max + rules.tick
            terms = None if rules.terms == NO_TERMS else rules.terms
            init = InitInst(low, high, rules.tick, market.seats, terms, rules.call)
            events += self._deliver(market, ENVIRONMENT, [Outgoing(INSTITUTION, init)])
        return events + self._presence_events()

    def _join(self, joined: Joined) -> list[Event]:
        """Somebody has a seat now: its own person, or a robot in his place, from whom he takes it back."""
        seat = joined.seat
        assert seat in self.market_of, f"there is no seat {seat}"
        self.present[seat] = joined.controller
        if not joined.stand_in or seat not in self.controllers:
            self.controllers[seat] = joined.controller
        events = [*self._changes_hands(seat, joined.stand_in), *self._presence_events()]
        if self.phase == "lobby" and self.scenario.start == "when_full" and len(self.present) == self.scenario.seats:
            events += self._start_period()
        return events

    def _changes_hands(self, seat: Seat, stand_in: bool) -> list[Event]:
        if self.stand_ins is None or self.phase == "ended":
            assert not stand_in or self.stand_ins, "robots stand in for people where the scenario says so"
            return []
        market = self.market_of[seat]
        told, sent = self.stand_ins.change_holder(seat, stand_in, market.environment)
        return [*(Event(one, SESSION, seat, market.number) for one in told), *self._deliver(market, ENVIRONMENT, sent)]

    def _read(self, reading: Reading) -> list[Event]:
        """A meter's reading: judged, and used in the next interval where it counts."""
        market = self.market_of[reading.seat]
        verdict = self.meters.judge(
            reading, self.now, self.scenario.period_us + self.scenario.break_us, market.environment
        )
        return [Event(Judged(reading.seat, verdict), SESSION, GATEWAY, market.number)]

    def _presence_events(self) -> list[Event]:
        """Who is there concerns the others before trading; after that, how many robots are, where that is told."""
        robots = None
        if self.scenario.disclosure == "told":
            robots = sum(controller == "robot" for controller in self.present.values())
        if self.phase == "lobby":
            self.robots_told = robots or 0
            return self._tell(Lobby(len(self.present), self.scenario.seats, robots or None))
        if robots is None or robots == self.robots_told or self.phase == "ended":
            return []
        self.robots_told = robots
        return self._tell(Robots(robots))

    def _start_period(self) -> list[Event]:
        self.phase = "trading"
        self.period += 1
        events = []
        for market in self.markets:
            schedules, start = market.environment.start_period(self.period, self.scenario.period_us)
            events += self._deliver(market, ENVIRONMENT, [*schedules, Outgoing(INSTITUTION, start)])
            for seat, order in market.environment.orders():
                events += self._submit_automatic(market, seat, order)
        return events

    def _submit_automatic(self, market: Market, seat: Seat, order: Message) -> list[Event]:
        """An order that the environment makes for a seat: recorded as the seat's, judged as if it had said it."""
        answer = self._ask_institution(market, seat, order)
        if isinstance(answer, Refusal):
            return [Event(Refused(0, answer.reason), SESSION, seat, market.number)]
        if self.stand_ins:
            self.stand_ins.record_orders(market.number, seat, order, answer, by_itself=True)
        return [Event(order, seat, INSTITUTION, market.number), *self._deliver(market, INSTITUTION, answer)]

    def _on_alarm(self, market: int | None, reminder: Message) -> list[Event]:
        """An alarm rings: the institution's ends its period, the session's ends the pause between periods."""
        due, expected = self.alarms.pop(market)
        assert reminder == expected, "what rings is the alarm that was set"
        assert self.now >= due, "an alarm is handed in when it is due, not before"
        if market is None:
            return self._start_period()
        answer = self.markets[market].institution.handle(reminder, INSTITUTION)
        assert not isinstance(answer, Refusal)
        events = self._deliver(self.markets[market], INSTITUTION, answer)
        return events if self.alarms else events + self._after_period()

    def _close_markets(self) -> list[Event]:
        """The environment of each market that is open ends its period before its time."""
        events = []
        for number in sorted(number for number in self.alarms if number is not None):
            del self.alarms[number]
            market = self.markets[number]
            events += self._deliver(market, SESSION, [Outgoing(ENVIRONMENT, ReminderEndPeriod())])
        return events

    def _end_period(self) -> list[Event]:
        return self._close_markets() + self._after_period()

    def _after_period(self) -> list[Event]:
        if self.period >= self.scenario.periods:
            self.phase = "ended"
            return self._tell(Ended())
        self.phase = "break"
        length_us = self.scenario.break_us
        self.alarms[None] = (self.now + length_us, Reminder(self.period + 1, length_us))
        return self._tell(Intermission(self.period + 1, length_us))

    def _resume(self) -> list[Event]:
        assert self.paused_left is not None, "the table lets it be said in a pause only"
        left, self.paused_left = self.paused_left, None
        self.alarms = {market: (self.now + left[market], what) for market, (_, what) in self.alarms.items()}
        return self._tell(Resumed(min(left.values(), default=None)))

    def _end(self) -> list[Event]:
        events = self._close_markets()
        self.alarms.clear()
        self.paused_left = None
        self.phase = "ended"
        return [*events, *self._tell(Ended())]


def _by_market(item: tuple[int | None, object]) -> int:
    """The session's own, then its markets', in order."""
    return -1 if item[0] is None else item[0]
