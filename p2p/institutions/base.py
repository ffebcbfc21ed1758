"""What the session needs of an institution."""

from typing import Protocol

from p2p.base.units import Address, Price, Quantity, Seat
from p2p.messages import Message, Standing
from p2p.messages.envelope import Answer


class Institution(Protocol):
    """What the session needs of an institution."""

    def handle(self, message: Message, sender: Address) -> Answer:
        """What the institution sends upon a message, or its refusal, which changes nothing."""

    def standing(self) -> Standing:
        """The standing bid and ask."""

    def states(self) -> list[Message]:
        """What is told of the market as it is now, derived and not journaled: the standing quotes and whatever else."""

    def commitments(self, seat: Seat, message: Message) -> list[tuple[Price, Quantity]]:
        """The prices and quantities that an order would bind its sender to, with what it has open already, in the
        order in which its units would go; empty where nothing could be traded."""

    def state(self) -> object:
        """All that it remembers, as plain data, for digests."""
