"""The session's demands on an environment."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple, Self

from p2p.base.units import Address, Duration, Money, Price, Quantity, Role, Seat
from p2p.messages import Message, Schedule, StartPeriod
from p2p.messages.envelope import Answer, Outgoing
from p2p.scenario.charges import Charges
from p2p.scenario.environment_rules import EnvironmentRules
from p2p.scenario.schema import Scenario


class Fewer(NamedTuple):
    """A scenario's table for fewer traders. `rows`: the places of the rows that stay, buyers' before sellers'.

    The prices are P0 before and after, where the table itself says them.
    """

    table: EnvironmentRules
    rows: tuple[int, ...] = ()
    price_before: float | None = None
    price_after: float | None = None


class Environment(ABC):
    """The values and costs of one market's seats. Other rooms find its public properties as class attributes of its
    `rules`."""

    rules: ClassVar[type[EnvironmentRules]]
    """The table of a scenario that it is made from."""
    balance: dict[Seat, Money]
    """Each seat's gain so far in the session."""
    charges: Charges
    """Charges on trade in the period that runs; its market sets them before the period starts."""

    @classmethod
    @abstractmethod
    def of(cls, scenario: Scenario, seats: tuple[Seat, ...], seed: int, market: int) -> Self:
        """A new environment of a scenario whose table is of its kind, all that is drawn drawn by seed."""

    @classmethod
    def fewer(cls, scenario: Scenario, traders: int) -> Fewer | None:
        """The table for fewer traders of a market, two at least; None where it cannot be made smaller."""
        return None

    @abstractmethod
    def start_period(self, period: int, length_us: Duration) -> tuple[list[Outgoing], StartPeriod]:
        """The private schedules of a period for its agents, and what the institution is told."""

    def orders(self) -> list[tuple[Seat, Message]]:
        """Orders that it makes for its seats by itself when a period has opened, in order."""
        return []

    @abstractmethod
    def handle(self, message: Message, sender: Address) -> Answer:
        """The environment's messages in answer to one, or its refusal, which changes nothing.

        A `contract` is entered in its books; `end_round` tells it that the period is over.
        """

    @abstractmethod
    def gains(self, seat: Seat, commitments: list[tuple[Price, Quantity]]) -> list[Money]:
        """The gain of each piece of such trades to the seat, in the order in which its units would go."""

    def settings(self, seat: Seat) -> list[Message]:
        """A seat's settings that last until they are changed, as the messages that would set them."""
        return []

    def roles(self) -> dict[Seat, Role]:
        """The role that each seat has all session long, where it has one."""
        return {}

    def keep_roles(self, roles: Mapping[Seat, Role]) -> None:
        """Deal its schedules anew so that seats have these roles, where it deals by role: those of another market."""
        return

    @property
    def interval_h(self) -> float | None:
        """Hours of the day that a period stands for, where meters count; None where they do not."""
        return None

    def read(self, seat: Seat, load: Quantity | None, pv: Quantity | None) -> None:
        """A meter's reading, for the seat's next interval; None of what it does not say. Asked where meters count."""
        raise AssertionError("no meter counts here")

    @abstractmethod
    def state(self) -> object:
        """All that it remembers, as plain data, for digests."""


def schedules_of(environment: Environment, period: int) -> dict[Seat, Schedule]:
    """The schedules that an environment deals in a period, by seat."""
    sent, _ = environment.start_period(period, 0)
    return {to: one for to, one in sent if isinstance(one, Schedule) and isinstance(to, int)}
