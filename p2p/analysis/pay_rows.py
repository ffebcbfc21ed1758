"""The pay of each seat, counted from a session's messages and events: the same arithmetic as the session's own.

Points are the gains of finished periods that count, or of the one that is paid. A robot's gains and losses in a
person's seat are no part of the person's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from p2p.analysis.seat_occupancy import SeatOccupancy
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import Money, Seat
from p2p.messages import Agree, Ended, HandBack, PaidPeriod, Progress, Refused, Remove, Withdraw
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.payment import NOTHING, Amounts, Owed, Payment, amounts, points_of
from p2p.scenario.schema import Scenario

Holder: TypeAlias = Literal["human", "declined", "failed", "withdrawn", "removed", "robot", "nobody", "surplus"]
"""The holder of a seat, for pay: a person, also one who has left; a robot of its own; `surplus` has no seat.
`failed`: out of trade, because no try was left at a control question."""
PEOPLE: tuple[Holder, ...] = ("human", "declined", "failed", "withdrawn", "removed", "surplus")


class PayError(Exception):
    """The pay cannot be counted: which period is paid is unknown, or it is none that counts."""


@dataclass(frozen=True)
class SeatPay:
    """A seat's pay; `surplus` people have none."""

    seat: Seat | None
    holder: Holder
    points: Fraction
    pay: Amounts


class PayRecord:
    """The facts of a session that pay hangs on: people who left, the drawn period, whether it came to its end."""

    def __init__(self) -> None:
        self.declined: set[Seat] = set()
        self.failed: set[Seat] = set()
        self.withdrawn: set[Seat] = set()
        self.removed: set[Seat] = set()
        self.period: int | None = None
        self.ended = False

    def on_record(self, envelope: Envelope, events: Sequence[Event]) -> None:
        """Take in a message of the session and its events."""
        self.ended |= any(isinstance(event.message, Ended) for event in events)
        for event in events:
            if isinstance(event.message, Progress) and event.message.failed and isinstance(event.to, int):
                self.failed.add(event.to)
        sender = envelope.sender
        refused = (event.to == sender and isinstance(event.message, Refused) for event in events)
        if any(refused):
            return
        match envelope.message:
            case Agree(yes=False) if isinstance(sender, int):
                self.declined.add(sender)
            case Withdraw() if isinstance(sender, int):
                self.withdrawn.add(sender)
            case Remove(seat=seat):
                self.removed.add(seat)
            case HandBack(seat=seat):
                self.removed.discard(seat)
            case PaidPeriod(period=period):
                self.period = period
            case _:
                pass

    def holder(self, seat: Seat, outcome: SessionOutcome) -> Holder:
        """The holder of a seat: its last own one."""
        match outcome.controllers.get(seat):
            case None:
                return "nobody"
            case "robot":
                return "robot"
            case _ if seat in self.declined:
                return "declined"
            case _ if seat in self.failed:
                return "failed"
            case _ if seat in self.withdrawn:
                return "withdrawn"
            case _:
                return "removed" if seat in self.removed else "human"


def paid_period(scenario: Scenario, outcome: SessionOutcome, record: PayRecord, typed: int | None) -> int | None:
    """The one period that is paid, None where all are; `typed` where none was drawn. Raises PayError."""
    payment = scenario.payment
    if payment is None or payment.paid == "sum":
        if typed is not None:
            raise PayError("--period is for sessions that pay one period, and this one does not")
        return None
    if record.period is not None:
        if typed not in (None, record.period):
            raise PayError(f"period {record.period} was drawn in the session; --period is for those where none was")
        return record.period
    counted = sorted({period for _, period in outcome.counted})
    if typed is None:
        if counted and "human" in outcome.controllers.values():
            raise PayError("one period is paid and none was drawn; roll a die and give --period NUMBER")
        return None
    if typed not in counted:
        raise PayError(f"period {typed} was not finished or is void; those that count: {_listed(counted)}")
    return typed


def _listed(periods: Sequence[int]) -> str:
    return ", ".join(map(str, periods)) or "none"


def seat_pays(
    scenario: Scenario, outcome: SessionOutcome, sitting: SeatOccupancy, record: PayRecord, period: int | None
) -> list[SeatPay]:
    """The pay of every seat, in their order; `period` is the one that is paid, None where all are."""
    every = scenario.payment is None or scenario.payment.paid == "sum"
    gained: dict[Seat, Money] = {}
    robots: dict[Seat, Money] = {}
    for score in outcome.scores():
        if not (every or score.period == period):
            continue
        for seat, surplus in score.surplus_by_seat.items():
            gained[seat] = gained.get(seat, 0) + surplus
            robots[seat] = robots.get(seat, 0) + sitting.unpaid.get((score.market, score.period, seat), 0)
    rows = []
    for seat in range(scenario.seats):
        holder = record.holder(seat, outcome)
        money = gained.get(seat, 0) - (robots.get(seat, 0) if holder in PEOPLE else 0)
        points = points_of(0 if holder in ("declined", "failed") else money, scenario.point_units)
        rows.append(SeatPay(seat, holder, points, pay_of(scenario.payment, holder, points)))
    return rows


def pay_of(payment: Payment | None, holder: Holder, points: Fraction) -> Amounts:
    """The pay of a holder for so many points: the fee of people who took no part, with the base of those who failed."""
    if payment is None or holder not in PEOPLE:
        return NOTHING
    owed: Owed = "base" if holder == "failed" else "fee" if holder in ("declined", "surplus") else "all"
    return amounts(payment, points, owed)
