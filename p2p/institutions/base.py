"""The session's demands on an institution."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from random import Random
from typing import ClassVar, TypeAlias

from p2p.base.units import Address, Instant, Price, Quantity, Seat
from p2p.messages import Message, OrderId, Standing
from p2p.messages.envelope import Answer
from p2p.scenario.capabilities import Capabilities

DrawOf: TypeAlias = Callable[[int, int], Random]
"""The randomness of a contract, by its period and its number: the same whenever it is asked for."""


class Institution(ABC):
    """The rules of trade of one market. Other rooms find their public properties in `capabilities`, and not in the
    name."""

    capabilities: ClassVar[Capabilities]
    """Its line of INSTITUTIONS."""

    @abstractmethod
    def handle(self, message: Message, sender: Address) -> Answer:
        """The institution's messages in answer to one, or its refusal, which changes nothing."""

    @abstractmethod
    def standing(self) -> Standing:
        """The standing bid and ask."""

    def states(self) -> list[Message]:
        """The market's states as of now, derived and not journaled: the standing quotes, and others of some
        institutions."""
        return [self.standing()]

    def follow(self, messages: list[Message]) -> Message | None:
        """Take in what a record told of the market; the state beside the quotes, where it may have changed."""
        return None

    def lend(self, clock: Callable[[], Instant], draw: DrawOf) -> None:
        """Its market's clock, which stands still in a pause, and its randomness; most rules of trade need neither."""
        del clock, draw

    def next_end(self) -> Instant | None:
        """When the life of an open order is over next, by the clock that was lent; None where no clock ends them. At
        that instant it is told `expire`."""
        return None

    @abstractmethod
    def commitments(self, seat: Seat, message: Message) -> list[tuple[Price, Quantity]]:
        """The prices and quantities to which an order would bind its sender, open orders included, in the order in
        which its units would go. Empty if nothing could be traded."""

    def resting(self, seat: Seat) -> list[tuple[OrderId, Price, Quantity]]:
        """A trader's open orders, in the order in which they would trade, where orders may outlive a period."""
        return []

    @abstractmethod
    def state(self) -> object:
        """All that it remembers, as plain data, for digests."""
