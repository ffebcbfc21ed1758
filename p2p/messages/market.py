"""A market's messages beyond the MES: schedules, open orders, calls, the answers to traders' messages."""

from typing import ClassVar

import msgspec

from p2p.base.units import INSTITUTION, Duration, Money, Price, Quantity, Role, Seat, Side
from p2p.messages.base import Message, OrderId, Reason, WirePrice, WireQuantity


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One step of a schedule: so much is each of so many units worth to a buyer, or does each cost a seller."""

    in_words: ClassVar[str] = "[value, quantity]"
    """The step as pages and tables write it."""
    value: Money
    quantity: Quantity = 1


class Schedule(Message, frozen=True):
    """A trader's private role and steps for a period, best first. Nobody else is told."""

    said_by: ClassVar = "environment"
    told_to: ClassVar = "agent"
    period: int
    role: Role
    steps: tuple[Step, ...]


class Quote(Message, frozen=True):
    """A bid or an ask has become the standing one; `trader` where identities are shown, `mine` for its owner."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    side: Side
    price: Price | None
    trader: Seat | None = None
    mine: bool = False
    quantity: Quantity = 1


class Cancel(Message, frozen=True):
    """Takes an order of one's own out of the book. The standing auction has nothing that could be withdrawn."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "institution"
    recipient: ClassVar = INSTITUTION
    order: OrderId


class Replace(Message, frozen=True):
    """Changes an order of one's own. It loses its place in the queue unless only its quantity shrinks."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "institution"
    recipient: ClassVar = INSTITUTION
    order: OrderId
    price: WirePrice
    quantity: WireQuantity = 1
    confirmed: bool = False


class Order(Message, frozen=True):
    """An order rests in the book with so much left of it; with quantity 0 it has left.

    Viewers with the information set `book` are told of all of them, every trader of their own. `life_us`: the rest
    of its life, where orders live for seconds; 0 with quantity 0: its life is over.
    """

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    order: OrderId
    side: Side
    price: Price
    quantity: Quantity
    trader: Seat | None = None
    mine: bool = False
    life_us: Duration | None = None


class Expire(Message, frozen=True):
    """Orders whose life is over leave, all of an instant at once, before any other message of that instant."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "itself"


class Called(Message, frozen=True):
    """A call auction has been held: its number in the period, its price (None where nothing met), its volume."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    call: int
    price: Price | None
    quantity: Quantity


class Indicative(Message, frozen=True):
    """The result of a call if it were held now. A state: derived, and only the latest counts."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    price: Price | None
    quantity: Quantity


class Accepted(Message, frozen=True):
    """The answer to a message that took effect, by its token; its effects follow as facts of their own."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    token: int


class Refused(Message, frozen=True):
    """The answer to a message that had no effect, by its token, with the reason. Only its sender is told."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    token: int
    reason: Reason
