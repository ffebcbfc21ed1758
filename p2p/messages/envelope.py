"""A message on its way: handed in (Envelope), sent by an institution or an environment (Sent), recorded (Event)."""

from typing import NamedTuple

import msgspec

from p2p.base.units import Address
from p2p.messages import Message


class Outgoing(NamedTuple):
    """A message that an institution or an environment sends, and to whom."""

    to: Address
    message: Message


class Envelope(msgspec.Struct, frozen=True):
    """A message, who said it, and for traders: its token, the last fact they had, and what they say of the decision."""

    sender: Address
    message: Message
    market: int | None = None
    token: int = 0
    seen: int = 0
    meta: dict[str, int] | None = None


class Event(msgspec.Struct, frozen=True):
    """A message that a session sends, in which market, from whom and to whom."""

    message: Message
    sender: Address
    to: Address
    market: int | None = None
