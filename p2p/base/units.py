"""The units everything is counted in: integers with names, so that money and time add up exactly."""

from typing import Final, Literal, TypeAlias, TypeGuard

Price: TypeAlias = int
"""A price in the scenario's smallest unit of money (cents in Smith's Test 1)."""

Quantity: TypeAlias = int
"""A number of units of the good (or Wh in an energy market)."""

Money: TypeAlias = int
"""Value, cost, surplus or revenue: price × quantity, in the scenario's smallest unit."""

Instant: TypeAlias = int
"""Microseconds since the session was opened, on the session's own clock: it stands still in a crash."""

Duration: TypeAlias = int
"""Microseconds between two instants."""

Seat: TypeAlias = int
"""A place in the session, from 0; the trader with its code sits there. It says nothing of role or value."""

Actor: TypeAlias = Literal["environment", "institution", "session", "experimenter", "gateway", "agents", "everyone"]
"""A part of a session, a line that is no trader's, or several seats at once."""
Address: TypeAlias = Seat | Actor
"""The sender or a recipient of a message."""

Role: TypeAlias = Literal["buyer", "seller"]
Side: TypeAlias = Literal["bid", "ask"]
Controller: TypeAlias = Literal["human", "robot"]

ENVIRONMENT: Final = "environment"
INSTITUTION: Final = "institution"
SESSION: Final = "session"
EXPERIMENTER: Final = "experimenter"
GATEWAY: Final = "gateway"
AGENTS: Final = "agents"
"""All the seats of one market."""
EVERYONE: Final = "everyone"
"""All the seats of all the markets of a session."""

SECOND: Duration = 1_000_000

PRICE_MAX = 1_000_000_000
"""No price is above this: a thousand of them times the units of a session still fit in 64 bits."""
QUANTITY_MAX = 1_000_000_000
"""No order is larger: a gigawatt hour, and a price times it still fits in 64 bits."""
UNITS_MAX = 1_000
"""Steps a trader may hold in one period: more would not fit on a screen, nor be a schedule."""
SEATS_MAX = 1_000
"""Seats of a session: as many as one writer and one roster are meant for."""


def is_seat(address: object) -> TypeGuard[Seat]:
    """Whether an address is a trader's; all others are names."""
    return isinstance(address, int)
