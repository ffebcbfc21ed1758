"""A message on its way: handed in (Envelope), sent (Outgoing) or refused (Refusal), recorded (Event)."""

from typing import NamedTuple, TypeAlias

import msgspec

from p2p.base.units import Address
from p2p.messages import Message, Reason


class Outgoing(NamedTuple):
    """A message that an institution or an environment sends, and to whom."""

    to: Address
    message: Message


class Refusal(msgspec.Struct, frozen=True):
    """A no to a message, and why: a fact of the experiment. It changes nothing."""

    reason: Reason


Answer: TypeAlias = list[Outgoing] | Refusal
"""The answer of an institution or an environment to a message: the messages that it sends, or a refusal."""


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
