"""The act behind a change of the book: an order or a withdrawal of a trader's, of the environment's, or nobody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from p2p.base.sides import SIDE_OF
from p2p.base.units import ENVIRONMENT, INSTITUTION, Price, Quantity, Seat, Side, is_seat
from p2p.messages import Accepted, Ask, Bid, Buy, Called, Cancel, EndRound, Left, Message, Replace, Sell, StartRound
from p2p.messages.envelope import Envelope, Event

Why: TypeAlias = Literal[
    "", "own_order", "units", "period_end", "call", "life", "guard", "removed", "line_lost", "improved", "contract"
]
"""Why an order changed where it was not its trader's plain word."""
SIDES: dict[type[Message], Side] = {
    Bid: SIDE_OF["buyer"],
    Buy: SIDE_OF["buyer"],
    Ask: SIDE_OF["seller"],
    Sell: SIDE_OF["seller"],
}


@dataclass
class Said:
    """An order on its way into the book. `number`: the one that it has there, once that is known.

    `replaced`: the number of its trader's order that it has taken the place of.
    """

    seat: Seat | None = None
    message: Message | None = None
    actor: str = ""
    number: int | None = None
    replaced: int | None = None
    asked: Quantity = 1

    @property
    def side(self) -> Side | None:
        """The side of the order; None of a withdrawal or a change."""
        return None if self.message is None else SIDES.get(type(self.message))

    @property
    def limit(self) -> Price | None:
        """Its limit; None at any price."""
        return getattr(self.message, "price", None)

    @property
    def takes(self) -> bool:
        """Whether it never rests."""
        return isinstance(self.message, Buy | Sell)


def said_by(envelope: Envelope, events: Sequence[Event]) -> Said | None:
    """The order that a record begins with; None where it is no trader's, or was refused."""
    sender, message = envelope.sender, envelope.message
    if not is_seat(sender) or not isinstance(message, Bid | Ask | Buy | Sell | Replace | Cancel):
        return None
    if not any(type(event.message) is Accepted for event in events):
        return None
    return Said(sender, message, asked=getattr(message, "quantity", 1))


def said_in(event: Event) -> Said | None:
    """An order that comes up within a record: an automaton's, or a withdrawal for somebody."""
    if event.to != INSTITUTION:
        return None
    if is_seat(event.sender) and isinstance(event.message, Bid | Ask):
        return Said(event.sender, event.message, asked=event.message.quantity)
    if isinstance(event.message, Cancel):
        return Said(message=event.message, actor=str(event.sender))
    return None


def why_unasked(envelope: Envelope, events: Sequence[Event], said: Said | None) -> Why:
    """Why orders leave that no trader has withdrawn: for whom it was done, or which hour has struck."""
    if said is not None and said.actor:
        if isinstance(envelope.message, Left):
            return "line_lost"
        return "guard" if said.actor == ENVIRONMENT else "removed"
    kinds = {type(event.message) for event in events}
    if EndRound in kinds:
        return "period_end"
    if Called in kinds:
        return "call"
    return "units" if StartRound in kinds else "life"
