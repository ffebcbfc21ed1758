"""How a class gets in: the deal as trading starts, the door, and the server's end."""

from typing import ClassVar

from p2p.messages.base import Message, WireSeat


class SeatsDealt(Message, frozen=True):
    """A market's schedules are dealt to these seats, as trading starts.

    `rows`: the places of the scenario's rows that stay, buyers' before sellers', where some were dropped. The prices
    are P0 before and after, where the scenario's values say it.
    """

    said_by: ClassVar = "environment"
    told_to: ClassVar = "experimenter"
    seats: tuple[WireSeat, ...]
    rows: tuple[int, ...] = ()
    price_before: float | None = None
    price_after: float | None = None


class Lock(Message, frozen=True):
    """Closes the door to those who have no seat yet. Others come back as before."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"


class Unlock(Message, frozen=True):
    """Opens the door again."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"


class Names(Message, frozen=True):
    """The people who are there, by the alphabet, where the scenario shows names. A state: it is in no record."""

    said_by: ClassVar = "gateway"
    told_to: ClassVar = "everyone"
    names: tuple[str, ...]


class Reissue(Message, frozen=True):
    """A seat has a new code; its old one, its resume token and its device are void. The code itself is in no record."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    seat: WireSeat


class Close(Message, frozen=True):
    """Ends the server after the session's end, where it stays for those who come back."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
