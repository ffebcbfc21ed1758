"""What may be said when, and by whom: a session's phases and the commands that each of them takes."""

from typing import Literal, TypeAlias

from p2p.base.units import EXPERIMENTER, GATEWAY, Address, is_seat
from p2p.messages import (
    FROM_EXPERIMENTER,
    FROM_GATEWAY,
    FROM_TRADERS,
    Announce,
    End,
    EndPeriod,
    Extend,
    Joined,
    Left,
    Message,
    Open,
    Pause,
    Reading,
    Reminder,
    Resume,
    Start,
)

Phase: TypeAlias = Literal["unopened", "lobby", "trading", "break", "ended"]

COMMANDS: dict[Phase, tuple[type[Message], ...]] = {
    "unopened": (Open,),
    "lobby": (Joined, Left, Reading, Start, End, Announce),
    "trading": (Joined, Left, Reading, Reminder, Pause, Extend, EndPeriod, End, Announce),
    "break": (Joined, Left, Reading, Reminder, Pause, Start, End, Announce),
    "ended": (Joined, Left),
}
WHILE_PAUSED: tuple[type[Message], ...] = (Joined, Left, Reading, Resume, End, Announce)
"""In a pause these are all that may be said, whatever the phase."""


def may_say(sender: Address) -> tuple[type[Message], ...]:
    """What the session may be told by whom."""
    if is_seat(sender):
        return FROM_TRADERS
    if sender == EXPERIMENTER:
        return FROM_EXPERIMENTER
    return FROM_GATEWAY if sender == GATEWAY else (Reminder,)
