"""Institutions: the rules of trade, one file each.

An institution is told messages and answers with messages, or with the reason of a refusal. It knows who may buy and who
may sell and how many units, but no values (Smith's microeconomic system: those are the environment's).
"""

from typing import Literal, NamedTuple, Protocol, TypeAlias, assert_never, get_args

from p2p.messages import Message, Reason, Standing
from p2p.units import Address, Price, Quantity, Seat

InstitutionName: TypeAlias = Literal["standing", "continuous", "call"]
NAMES: tuple[str, ...] = get_args(InstitutionName)


class Sent(NamedTuple):
    """A message that an institution or an environment sends, and to whom."""

    to: Address
    message: Message


class Institution(Protocol):
    """What the session needs of an institution."""

    def handle(self, message: Message, sender: Address) -> list[Sent] | Reason:
        """What the institution sends upon a message, or why it refuses it; a refusal changes nothing."""

    def standing(self) -> Standing:
        """The standing bid and ask."""

    def commitments(self, seat: Seat, message: Message) -> list[tuple[Price, Quantity]]:
        """The prices and quantities that an order would bind its sender to, with what it has open already, in the
        order in which its units would go; empty where nothing could be traded."""

    def state(self) -> object:
        """All that it remembers, as plain data, for digests."""


def institution_named(name: InstitutionName) -> Institution:
    """A new institution, not yet initialised."""
    match name:
        case "standing":
            from p2p.institutions.standing import StandingAuction

            return StandingAuction()
        case "continuous":
            from p2p.institutions.continuous import ContinuousAuction

            return ContinuousAuction()
        case "call":
            from p2p.institutions.call import CallAuction

            return CallAuction()
        case other:
            assert_never(other)
