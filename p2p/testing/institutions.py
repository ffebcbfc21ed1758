"""check_institution: the properties that all rules of trade must have."""

from collections.abc import Callable
from random import Random

import msgspec

from p2p.base.rng import stream
from p2p.base.units import ENVIRONMENT, INSTITUTION, Address, Quantity, Seat, is_seat
from p2p.institutions.base import Institution
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Cancel,
    Contract,
    EndPeriod,
    EndRound,
    InitInst,
    Message,
    Reminder,
    Replace,
    RequestStanding,
    Sell,
    StartPeriod,
)
from p2p.messages.envelope import Outgoing, Refusal
from p2p.testing.failure import expect

PLAYS = 60
STEPS = 60
PRICE_MIN, PRICE_MAX, TICK = 10, 60, 5
SEATS: tuple[Seat, ...] = (0, 1, 2, 3, 4)
"""Seats 0 and 1 buy, 2 and 3 sell, 4 may do both."""


def check_institution(make: Callable[[], Institution], seed: int = 1) -> None:
    """Check an institution as the lab's own are checked: many short courses of sound and unsound messages.

    - A refusal changes nothing, and gives a reason.
    - Contracts are between a buyer and another seller, at prices within the limits and on the tick.
    - Nobody buys or sells more than they hold, or after the period's end.
    - Where quotes are not collected for a call, the standing bid is below the standing ask.
    - The same messages give the same answers and the same state, and the state is plain data.
    - A period ends upon `end_period`, and says `end_round`.

    Args:
        make: A class, or anything that makes a new institution.
        seed: Draws the courses.

    Raises:
        CheckFailed: A rule is broken; the text says which, and after which message.

    Example:
        >>> from p2p.testing import check_institution
        >>> from p2p.institutions.continuous import ContinuousAuction
        >>> check_institution(ContinuousAuction)
    """
    contracts = 0
    for play in range(PLAYS):
        first = _Course(make(), stream(seed, "course", play)).play_out()
        second = _Course(make(), stream(seed, "course", play)).play_out()
        expect(first.answers == second.answers, "The same messages give the same answers", f"course {play}")
        contracts += first.contracts
    expect(contracts > 0, "Bids that reach asks end in contracts, at least once in all courses", f"{PLAYS} courses")


class _Course:
    """One institution, driven through three periods."""

    def __init__(self, institution: Institution, rng: Random) -> None:
        self.institution, self.rng = institution, rng
        self.answers: list[object] = []
        self.contracts = 0
        self.numbers: list[int] = []
        self.held: dict[tuple[str, Seat], Quantity] = {}
        self.reminders: list[Reminder] = []
        self.ended = False

    def play_out(self) -> "_Course":
        """Play to the end."""
        self._say(InitInst(PRICE_MIN - TICK, PRICE_MAX + TICK, TICK, SEATS), ENVIRONMENT)
        self._refused_while_closed("before the first period")
        for period in (1, 2, 3):
            self._period(period)
        return self

    def _period(self, period: int) -> None:
        buyers = {seat: self.rng.randrange(1, 5) for seat in (0, 1, 4)}
        sellers = {seat: self.rng.randrange(1, 5) for seat in (2, 3, 4)}
        self.held = {("buyer", s): n for s, n in buyers.items()} | {("seller", s): n for s, n in sellers.items()}
        self.ended, self.reminders = False, []
        self._say(StartPeriod(period, 1_000_003, buyers, sellers), ENVIRONMENT)
        for _ in range(STEPS):
            if self.reminders and self.rng.random() < 0.1:
                self._say(self.reminders.pop(0), INSTITUTION)
            if self.ended:
                break
            self._say(self._message(), self.rng.choice(SEATS))
        if not self.ended:
            self._say(EndPeriod(), ENVIRONMENT)
        expect(self.ended, "`end_period` ends the period: `end_round` is told", f"period {period}")
        self._refused_while_closed(f"after period {period}")

    def _message(self) -> Message:
        rng = self.rng
        price = PRICE_MIN + TICK * rng.randrange((PRICE_MAX - PRICE_MIN) // TICK + 1)
        if rng.random() < 0.1:
            price = rng.choice((PRICE_MIN - 1, PRICE_MAX + 1, PRICE_MIN + 1, 0))
        quantity, number = rng.choice((1, 1, 1, 2)), rng.choice([*self.numbers, 1])
        kinds: list[Message] = [
            *(Bid(price, quantity), Ask(price, quantity), Bid(price), Ask(price)),
            *(Buy(rng.choice((None, price))), Sell(rng.choice((None, price)))),
            *(Replace(number, price, quantity), Cancel(number), RequestStanding()),
        ]
        return rng.choice(kinds)

    def _say(self, message: Message, sender: Address) -> None:
        before = _plain(self.institution, message)
        answer = self.institution.handle(message, sender)
        self.answers.append(msgspec.json.encode(_written(answer)))
        if isinstance(answer, Refusal):
            expect(is_seat(sender), "Only traders are refused", message)
            expect(bool(answer.reason), "A refusal says its reason", message)
            expect(_plain(self.institution, message) == before, "A refusal changes nothing", message)
            return
        for to, sent in answer:
            self._take(to, sent, message)
        for to, sent in answer:
            if to == INSTITUTION and not isinstance(sent, Reminder):
                self._say(sent, INSTITUTION)
        self._uncrossed(message)

    def _take(self, to: Address, sent: Message, after: Message) -> None:
        match sent:
            case Contract():
                self._contract(sent, to, after)
            case Reminder():
                self.reminders.append(sent)
            case EndRound():
                self.ended = True
            case _:
                number = getattr(sent, "order", None)
                if isinstance(number, int):
                    self.numbers = [*self.numbers[-8:], number]

    def _contract(self, contract: Contract, to: Address, after: Message) -> None:
        self.contracts += 1
        expect(to == ENVIRONMENT, "A contract is sent to the environment", contract)
        expect(not self.ended, "No contract is made after the period's end", contract)
        buyer, seller = contract.buyer, contract.seller
        expect(buyer is not None and seller is not None and buyer != seller, "Two different traders", contract)
        assert buyer is not None
        assert seller is not None
        for price in (contract.price, contract.paid_to_seller):
            within = PRICE_MIN <= price <= PRICE_MAX and (price - PRICE_MIN) % TICK == 0
            expect(within, f"A price is within {PRICE_MIN} to {PRICE_MAX} and on the tick of {TICK}", contract)
        for role, seat in (("buyer", buyer), ("seller", seller)):
            left = self.held.get((role, seat), 0) - contract.quantity
            expect(left >= 0, f"Seat {seat} trades no more than it holds as a {role}", f"{contract} upon {after}")
            self.held[role, seat] = left

    def _uncrossed(self, after: Message) -> None:
        if not self.institution.capabilities.collects:
            shown = self.institution.standing()
            crossed = shown.bid is not None and shown.ask is not None and shown.bid >= shown.ask
            expect(not crossed, f"A standing bid of {shown.bid} is below the standing ask of {shown.ask}", after)

    def _refused_while_closed(self, when: str) -> None:
        for message, seat in ((Bid(PRICE_MAX), 0), (Ask(PRICE_MIN), 2)):
            answer = self.institution.handle(message, seat)
            expect(isinstance(answer, Refusal), f"Nothing is traded {when}", message)


def _plain(institution: Institution, message: Message) -> bytes:
    """What it remembers, as bytes; fails where that is no plain data."""
    try:
        return msgspec.json.encode(institution.state())
    except TypeError as error:
        expect(False, f"`state()` is plain data that can be written down: {error}", message)
        raise


def _written(answer: list[Outgoing] | Refusal) -> object:
    if isinstance(answer, Refusal):
        return ["refused", answer.reason]
    return [[one.to, one.message.directive, one.message] for one in answer]
