"""What the session needs of an environment."""

from typing import Protocol

from p2p.base.units import Address, Duration, Money, Price, Quantity, Seat
from p2p.messages import Message, StartPeriod
from p2p.messages.envelope import Answer, Outgoing


class Environment(Protocol):
    """What the session needs of an environment."""

    def start_period(self, period: int, length_us: Duration) -> tuple[list[Outgoing], StartPeriod]:
        """The private schedules of a period for its agents, and what the institution is told."""

    def orders(self) -> list[tuple[Seat, Message]]:
        """What it offers for its seats by itself when a period has opened, in order."""

    def handle(self, message: Message, sender: Address) -> Answer:
        """What the environment sends upon a message, or its refusal, which changes nothing.

        A `contract` is entered in its books; `end_round` tells it that the period is over.
        """

    balance: dict[Seat, Money]
    """What each seat has gained so far in the session."""

    def gains(self, seat: Seat, commitments: list[tuple[Price, Quantity]]) -> list[Money]:
        """What each piece of such trades would gain the seat, in the order in which its units would go."""

    def settings(self, seat: Seat) -> list[Message]:
        """What goes on for a seat until it is changed, as the messages that would set it so."""

    def state(self) -> object:
        """All that it remembers, as plain data, for digests."""
