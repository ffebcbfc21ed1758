"""Holders of seats: people and robots come and go, and stand in for one another."""

from typing import ClassVar, Literal

from p2p.base.units import Controller, Money, Seat
from p2p.messages.base import Message, WireSeat


class Lobby(Message, frozen=True):
    """The number of seats taken, before trading starts, and the number of robots on them, if that is told."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    taken: int
    seats: int
    robots: int | None = None


class Joined(Message, frozen=True):
    """Somebody has taken a seat, or come back to it; or a robot has, in the place of whom the seat is."""

    said_by: ClassVar = "gateway"
    told_to: ClassVar = "session"
    seat: Seat
    controller: Controller
    stand_in: bool = False


class Left(Message, frozen=True):
    """A seat is disconnected; its quotes stand."""

    said_by: ClassVar = "gateway"
    told_to: ClassVar = "session"
    seat: Seat


class Robots(Message, frozen=True):
    """How many seats robots hold from now on, where the scenario tells it."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    count: int


class TakenOver(Message, frozen=True):
    """A robot holds one's seat from now on, until one is back. Earlier messages that had no answer are void."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"


class HandedBack(Message, frozen=True):
    """One's seat is one's own again, with all orders that rest."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"


class Unpaid(Message, frozen=True):
    """A contract of one's own that a robot's order made in one's place: its gain is not paid out.

    It follows its contract. In an energy market `gain` is by the forecast.
    """

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    number: int
    gain: Money


class Passes(Message, frozen=True):
    """A robot's agent has failed: it raised, said nonsense, or took too long, and passed instead.

    A robot says it of itself; the experimenter is told of whose seat.
    """

    said_by: ClassVar = "agent (a robot), session"
    told_to: ClassVar = "session, experimenter"
    why: Literal["raised", "nonsense", "slow"]
    seat: WireSeat | None = None
