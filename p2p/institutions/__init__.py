"""Institutions: the rules of trade, one file each.

An institution is told messages and answers with messages, or with the reason of a refusal. It knows who may buy and who
may sell and how many units, but no values (Smith's microeconomic system: those are the environment's).
"""

from typing import Literal, NamedTuple, Protocol, TypeAlias, get_args

from p2p.messages import Message, Reason, Standing
from p2p.units import Address, Price

InstitutionName: TypeAlias = Literal["standing"]
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

    def price_of(self, message: Message) -> Price | None:
        """The price that the sender of an order binds himself to, None where there is none."""

    def state(self) -> object:
        """All that it remembers, as plain data, for digests."""


def institution_named(name: InstitutionName) -> Institution:
    """A new institution, not yet initialised."""
    from p2p.institutions.standing import StandingAuction

    return {"standing": StandingAuction}[name]()
