"""One market of a session: its institution and its environment, and how what they send reaches one another.

The MES's actors send one another messages. The environment sends `start_period` to the institution, the institution
`start_round` to its agents and a `reminder` to itself. It sends each `contract` to the environment, which hears of
`end_round`, too. They are all events of the session, so that a recording shows them.

A trader's order is the institution's to judge. Rules that need values (`no_loss`, `loss_floor`, `loss_confirm`) or the
clock (a pause) are judged here, and no others.
"""

from collections.abc import Collection
from functools import partial

from msgspec.structs import replace

from p2p.base.rng import stream
from p2p.base.units import (
    ENVIRONMENT,
    EXPERIMENTER,
    INSTITUTION,
    SESSION,
    Address,
    Instant,
    Money,
    Price,
    Quantity,
    Seat,
)
from p2p.environments.base import Environment
from p2p.environments.registry import environment_of, fewer_traders
from p2p.information.own_numbers import OwnNumbers
from p2p.institutions.base import Institution
from p2p.institutions.registry import institution_named
from p2p.messages import (
    Accepted,
    Ask,
    Bid,
    Buy,
    Cancel,
    Contract,
    EndRound,
    Expire,
    InitInst,
    Message,
    Order,
    Quote,
    Refused,
    Reminder,
    ReminderEndPeriod,
    Replace,
    RequestStanding,
    SeatsDealt,
    Sell,
    Unpaid,
)
from p2p.messages.envelope import Answer, Event, Outgoing, Refusal
from p2p.scenario.schema import Scenario
from p2p.scenario.terms import NO_TERMS
from p2p.session.alarms import Alarms
from p2p.session.roster import Roster
from p2p.session.rules_versions import GUARDS_OUTLIVE, RULES, UNDECIDED_LEAVE

TRADERS_MIN = 2
"""A buyer and a seller: a market is dealt no fewer rows, however few have come."""
_CONFIRMED = (Bid, Ask, Buy, Sell, Replace)
"""Messages that can lose money, and say whether their sender was asked."""


class Market:
    """Its seats, its institution, its environment. `roster` and `alarms` are the session's."""

    def __init__(
        self,
        number: int,
        seats: tuple[Seat, ...],
        scenario: Scenario,
        seed: int,
        roster: Roster,
        alarms: Alarms,
        numbers: OwnNumbers,
        dealt_seats: tuple[Seat, ...] | None = None,
        rules: int = RULES,
    ) -> None:
        """`dealt_seats`: those that schedules are dealt to, all of them without it. `rules`: their version."""
        self.number, self.seats, self.version = number, seats, rules
        self.scenario, self.roster, self.alarms, self._seed = scenario, roster, alarms, seed
        self.stand_ins = roster.stand_ins
        self.institution: Institution = institution_named(scenario.institution.name)
        self.dealt_seats = seats if dealt_seats is None else dealt_seats
        self.environment: Environment = environment_of(scenario, self.dealt_seats, seed, number)
        self.institution.lend(alarms.running, partial(stream, seed, "contract price", number))
        self.numbers = numbers
        self.rules = scenario.controls(1)
        people = scenario.no_loss == "people"
        self._may_judge_losses = people or scenario.loss_confirm or scenario.loss_floor is not None
        self._period = self._shift = 0
        self._ready: Outgoing | None = None
        self._before: dict[Seat, Money] = {}
        self._gained: dict[int, dict[Seat, Money]] = {}
        self._void_gains: dict[Seat, Money] = {}
        self.unpaid: dict[tuple[int, Seat], Money] = {}

    # --- what the session tells it ------------------------------------------------------------------------------

    def initialise(self) -> list[Event]:
        """The institution is told its limits, its terms and its agents."""
        rules = self.scenario.institution
        low, high = rules.price_min - rules.tick, rules.price_max + rules.tick
        terms = self.scenario.controls(1).terms
        terms_told = None if terms == NO_TERMS else terms
        init = InitInst(low, high, rules.tick, self.seats, terms_told, rules.call, rules.posting)
        return self.deliver(ENVIRONMENT, [Outgoing(INSTITUTION, init)])

    def deal(self, occupied: Collection[Seat], drop: bool) -> list[Event]:
        """Deal the schedules as trading starts: all of them, or as many as there are traders, to their seats."""
        empty = [seat for seat in self.seats if seat not in occupied]
        left_out = (
            max(0, min(len(empty), len(self.seats) - TRADERS_MIN)) if drop and len(empty) < len(self.seats) else 0
        )
        dealt = SeatsDealt(self.seats)
        if left_out:
            seats = tuple(seat for seat in self.seats if seat not in empty[len(empty) - left_out :])
            fewer = fewer_traders(self.scenario, len(seats))
            assert fewer is not None, "the server drops no rows of an environment that has to keep them"
            scenario = replace(self.scenario, environment=fewer.table)
            self.dealt_seats = seats
            self.environment = environment_of(scenario, seats, self._seed, self.number)
            dealt = SeatsDealt(seats, fewer.rows, fewer.price_before, fewer.price_after)
        return [Event(dealt, ENVIRONMENT, EXPERIMENTER, self.number)]

    def start_period(self, period: int, values: int) -> list[Event]:
        """Deal, unless that is done, and open; submit what the environment offers for its seats by itself.

        `values`: under which number the environment deals them; a lower one where a period is played again.
        """
        events = [] if self._ready is not None else self.deal_period(period, values)
        assert self._ready is not None, "what is dealt can be opened"
        start, self._ready = self._ready, None
        events += self.deliver(ENVIRONMENT, [start])
        if self.version >= GUARDS_OUTLIVE:
            events += self._withdraw_unguarded()
        for seat, order in self.environment.orders():
            events += self._submit_automatic(seat, order)
        return events

    def forget_dealt(self) -> None:
        """Units that were dealt for the next period do not count: others come."""
        self._ready = None

    def deal_period(self, period: int, values: int) -> list[Event]:
        """Tell each seat its units of a period, under the rules of that period; nothing can be traded yet."""
        self._gained[self._period] = self._gains_now()
        self._period, self._shift = period, period - values
        self._before = dict(self.environment.balance)
        rules, before = self.scenario.controls(values), self.rules
        self.rules = rules
        self.environment.charges = rules.charges
        schedules, start = self.environment.start_period(values, rules.period_us)
        if rules.terms != before.terms:
            start = replace(start, terms=rules.terms)
        *dealt, self._ready = (
            Outgoing(to, _renumbered(message, self._shift)) if self._shift else Outgoing(to, message)
            for to, message in (*schedules, Outgoing(INSTITUTION, start))
        )
        return self.deliver(ENVIRONMENT, dealt)

    def take_back(self, period: int) -> None:
        """A period is void: its gains leave the balances."""
        for seat, gain in (self._gains_now() if period == self._period else self._gained.pop(period, {})).items():
            self.environment.balance[seat] -= gain
            self._void_gains[seat] = self._void_gains.get(seat, 0) + gain
        for key in [key for key in self.unpaid if key[0] == period]:
            del self.unpaid[key]
        if period == self._period:
            self._before = dict(self.environment.balance)

    def void_gain(self, seat: Seat) -> Money:
        """A seat's gains in void periods, which are not in its balance."""
        return self._void_gains.get(seat, 0)

    def paid_gain(self, seat: Seat, period: int | None = None) -> Money:
        """A seat's gain in a period, or in all that count, without that of a robot's orders in its trader's place."""
        if period is None:
            robots = sum(gain for (_, one), gain in self.unpaid.items() if one == seat)
            return self.environment.balance.get(seat, 0) - robots
        gains = self._gains_now() if period == self._period else self._gained.get(period, {})
        return gains.get(seat, 0) - self.unpaid.get((period, seat), 0)

    def _gains_now(self) -> dict[Seat, Money]:
        balance, before = self.environment.balance, self._before
        return {seat: gain for seat in balance if (gain := balance[seat] - before.get(seat, 0))}

    def withdraw_all(self, seat: Seat) -> list[Event]:
        """A seat's orders leave, as far as the institution lets orders be withdrawn."""
        events = []
        for order, _, _ in self.institution.resting(seat):
            answer = self.institution.handle(Cancel(order), seat)
            if not isinstance(answer, Refusal):
                events.append(Event(Cancel(order), SESSION, INSTITUTION, self.number))
                events += self.deliver(INSTITUTION, answer)
        return events

    def _withdraw_unguarded(self) -> list[Event]:
        """Orders of an earlier period that may not stay at the new values leave, best priced first."""
        events = []
        for seat in self.seats:
            while resting := self.institution.resting(seat):
                if not self._outlived(seat, [(price, quantity) for _, price, quantity in resting]):
                    break
                cancel = Cancel(resting[0][0])
                answer = self.institution.handle(cancel, seat)
                assert not isinstance(answer, Refusal), "an open order can be withdrawn"
                events.append(Event(cancel, ENVIRONMENT, INSTITUTION, self.number))
                events += self.deliver(INSTITUTION, answer)
        return events

    def _outlived(self, seat: Seat, resting: list[tuple[Price, Quantity]]) -> bool:
        """Whether orders of an earlier period may not stay: forbidden losses, or ones that nobody has decided on.

        A robot has decided on no order at these values, nor has a person who is to confirm losses.
        """
        if self._loss_refusal(seat, resting) is not None:
            return True
        if self.version < UNDECIDED_LEAVE:
            return False
        decided = self.roster.is_a_persons(seat) and not self.scenario.loss_confirm
        return not decided and any(gain < 0 for gain in self.environment.gains(seat, resting))

    def remind(self, reminder: Message) -> list[Event]:
        """The institution's alarm rings."""
        answer = self.institution.handle(reminder, INSTITUTION)
        assert not isinstance(answer, Refusal), "an institution refuses no alarm of its own"
        return self.deliver(INSTITUTION, answer)

    def next_end(self) -> Instant | None:
        """When the life of an open order is over next, if the clock does not stand still before."""
        end = self.institution.next_end()
        return None if end is None else end + self.alarms.stood_us

    def expire(self) -> list[Event]:
        """Orders whose life is over leave."""
        answer = self.institution.handle(Expire(), INSTITUTION)
        assert not isinstance(answer, Refusal), "an institution refuses no alarm of its own"
        return self.deliver(INSTITUTION, answer)

    def end_early(self) -> list[Event]:
        """The environment ends the period before its time."""
        return self.deliver(SESSION, [Outgoing(ENVIRONMENT, ReminderEndPeriod())])

    def change_holder(self, seat: Seat, stand_in: bool) -> list[Event]:
        """A robot holds a seat from now on in a person's place, or its owner does."""
        told, sent = self.stand_ins.change_holder(seat, stand_in, self.environment)
        return [*(Event(one, SESSION, seat, self.number) for one in told), *self.deliver(ENVIRONMENT, sent)]

    # --- what traders say ---------------------------------------------------------------------------------------

    def handle(self, seat: Seat, message: Message, token: int) -> list[Event]:
        """The events of a trader's message: it is accepted, with its effects, or refused."""
        if type(message) is Cancel or type(message) is Replace:  # they name an order as their sender was told it
            message = replace(message, order=self.numbers.of_market(seat, message.order))
        if message.recipient == ENVIRONMENT:
            answer = self.environment.handle(message, seat)
        else:
            answer = self._ask_institution(seat, message)
        if not isinstance(answer, list):  # a refusal; not asked for by its name, which takes longer
            return [Event(Refused(token, answer.reason), SESSION, seat, self.number)]
        self.stand_ins.record_orders(self.number, seat, message, answer)
        return [Event(Accepted(token), SESSION, seat, self.number), *self.deliver(message.recipient, answer)]

    def _submit_automatic(self, seat: Seat, order: Message) -> list[Event]:
        """An order that the environment makes for a seat: recorded as the seat's, judged as if it had said it."""
        answer = self._ask_institution(seat, order, unasked=True)
        if isinstance(answer, Refusal):
            return [Event(Refused(0, answer.reason), SESSION, seat, self.number)]
        self.stand_ins.record_orders(self.number, seat, order, answer, by_itself=True)
        return [Event(order, seat, INSTITUTION, self.number), *self.deliver(INSTITUTION, answer)]

    def _ask_institution(self, seat: Seat, message: Message, unasked: bool = False) -> Answer:
        """The institution's answer, after the rules on losses; `unasked`: there is nobody to confirm the message."""
        if self.alarms.paused_left is not None and type(message) is not RequestStanding:
            return Refusal("not_open")
        if not self._may_judge_losses:
            return self.institution.handle(message, seat)
        confirms = self.scenario.loss_confirm and not unasked and self._confirms(seat, message)
        if not (confirms or self._guards(seat)):
            return self.institution.handle(message, seat)
        commitments = self.institution.commitments(seat, message)
        refusal = self._loss_refusal(seat, commitments)
        if refusal is None and confirms and any(gain < 0 for gain in self.environment.gains(seat, commitments)):
            refusal = Refusal("loss_unconfirmed")
        return refusal or self.institution.handle(message, seat)

    def _confirms(self, seat: Seat, message: Message) -> bool:
        """Whether a person is still to confirm a message, should it lose money."""
        return self.roster.is_trading(seat) and isinstance(message, _CONFIRMED) and not message.confirmed

    def _guards(self, seat: Seat) -> bool:
        """Whether a rule on losses binds a seat."""
        return self.scenario.loss_floor is not None or self._no_loss(seat)

    def _no_loss(self, seat: Seat) -> bool:
        return self.scenario.no_loss == "people" and self.roster.is_a_persons(seat)

    def _loss_refusal(self, seat: Seat, commitments: list[tuple[Price, Quantity]]) -> Refusal | None:
        """Why an order could cost its sender more than the rules let them lose, if so."""
        if not self._guards(seat):
            return None
        no_loss, floor = self._no_loss(seat), self.scenario.loss_floor
        gains = self.environment.gains(seat, commitments)
        if no_loss and any(gain < 0 for gain in gains):
            return Refusal("would_lose")
        at_worst = self.environment.balance.get(seat, 0) + sum(gain for gain in gains if gain < 0)
        return Refusal("loss_floor") if floor is not None and gains and at_worst < -floor else None

    # --- how messages travel in it ------------------------------------------------------------------------------

    def deliver(self, sender: Address, sents: list[Outgoing]) -> list[Event]:
        """Messages as events, each handed to its addressee, and the messages that the addressee sends in turn."""
        events = []
        for to, message in sents:
            events.append(Event(message, sender, to, self.number))
            if type(message) is Quote:  # in most markets what is said most, and there is nothing to do
                continue
            if to == ENVIRONMENT or type(message) is EndRound:
                events += self._tell_environment(sender, message)
            elif type(message) is Reminder:
                self.alarms.set(self.number, message)
            elif to == INSTITUTION:
                answer = self.institution.handle(message, sender)
                assert not isinstance(answer, Refusal), f"an institution refuses no {message.directive}"
                events += self.deliver(INSTITUTION, answer)
            elif type(message) is Order:
                if message.trader is not None:
                    self.numbers.order(message.trader, message.order)
                if not message.quantity:
                    self.stand_ins.forget_order(self.number, message.order)
        return events

    def _tell_environment(self, sender: Address, message: Message) -> list[Event]:
        """What the environment does upon a message; of a contract that a robot made in a person's place, that too."""
        made: list[Seat] = []
        if isinstance(message, Contract):
            for seat, used in ((message.buyer, message.buy_order), (message.seller, message.sell_order)):
                if seat is not None and used is not None:
                    self.numbers.order(seat, used)
            made = self.stand_ins.unpaid_seats(self.number, message)
        before = {seat: self.environment.balance.get(seat, 0) for seat in made}
        known = _renumbered(message, -self._shift) if self._shift else message
        answer = self.environment.handle(known, sender)
        assert not isinstance(answer, Refusal), f"an environment refuses no {message.directive}"
        events = self.deliver(ENVIRONMENT, answer)
        for seat, balance in before.items():
            assert isinstance(message, Contract)
            unpaid = Unpaid(message.number, self.environment.balance[seat] - balance)
            self.unpaid[self._period, seat] = self.unpaid.get((self._period, seat), 0) + unpaid.gain
            events.append(Event(unpaid, SESSION, seat, self.number))
        return events


def _renumbered(message: Message, shift: int) -> Message:
    """A message of a period whose values have another number, in the number that its addressee knows."""
    period = getattr(message, "period", None)
    return message if period is None else replace(message, period=period + shift)
