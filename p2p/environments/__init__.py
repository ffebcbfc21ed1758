"""Environments: who holds which values and costs, one file each.

An environment deals private schedules at the start of a period, is told the contracts, and keeps what each trader has
made of them. It knows nothing of quotes.
"""

from typing import Literal, Protocol, TypeAlias, get_args

from p2p.institutions import Sent
from p2p.messages import Message, StartPeriod
from p2p.units import Address, Duration, Price, Seat

EnvironmentName: TypeAlias = Literal["induced"]
NAMES: tuple[str, ...] = get_args(EnvironmentName)


class Environment(Protocol):
    """What the session needs of an environment."""

    def start_period(self, period: int, length_us: Duration) -> tuple[list[Sent], StartPeriod]:
        """The private schedules of a period for its agents, and what the institution is told."""

    def handle(self, message: Message, sender: Address) -> list[Sent]:
        """What the environment sends upon a message; a `contract` is entered in its books."""

    def would_lose(self, seat: Seat, message: Message, price: Price) -> bool:
        """Whether an order at a price is beyond the value or cost of the unit at hand."""

    def state(self) -> object:
        """All that it remembers, as plain data, for digests."""
