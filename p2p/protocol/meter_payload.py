"""The payload of a household's meter on a broker."""

from typing import Annotated

import msgspec

from p2p.base.units import QUANTITY_MAX, Quantity
from p2p.protocol.codec import UNREADABLE, ProtocolError
from p2p.protocol.iso_time import iso_seconds

SECONDS_MAX = 1e11
"""The year 5138: a larger number is in milliseconds (those of before 1973 are none of ours)."""
PAYLOAD_MAX = 1_024
"""Bytes of a reading: four numbers and their names need a hundred."""


Number = Annotated[float, msgspec.Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`meter/<seat>`: when it was taken, and mean power in W or energy of the interval in Wh, of load and PV or of one.

    `at` is in seconds since 1970 (UTC), in milliseconds, or a text in ISO 8601 with its zone (`2026-11-21T20:15:00Z`).
    A quantity without a reading follows the seat's own profile. PV below 0, a converter's own use, is none.
    """

    at: Annotated[float, msgspec.Meta(ge=0, le=1e14)] | Annotated[str, msgspec.Meta(max_length=40)]
    load_w: Number | None = None
    pv_w: Number | None = None
    load_wh: Number | None = None
    pv_wh: Number | None = None


class Measured(msgspec.Struct, frozen=True):
    """A payload in one unit: Wh of an interval; None of what it does not say."""

    at_s: float
    load: Quantity | None
    pv: Quantity | None


_payload = msgspec.json.Decoder(Payload)


def measured(raw: bytes, interval_h: float) -> Measured:
    """A payload, decoded; raises ProtocolError if it could be no reading."""
    if len(raw) > PAYLOAD_MAX:
        raise ProtocolError("too_long", f"a reading has {PAYLOAD_MAX} bytes at the most")
    try:
        said = _payload.decode(raw)
    except UNREADABLE as error:
        raise ProtocolError("bad_reading", str(error)) from error
    in_w, in_wh = (said.load_w, said.pv_w), (said.load_wh, said.pv_wh)
    if (in_w == (None, None)) == (in_wh == (None, None)):
        raise ProtocolError("bad_reading", "a reading has load_w and pv_w, or load_wh and pv_wh")
    said_in, share = (in_w, interval_h) if in_wh == (None, None) else (in_wh, 1.0)
    load, pv = (None if one is None else round(one * share) for one in said_in)
    return Measured(_seconds(said.at), load, pv if pv is None else max(0, pv))


def _seconds(at: float | str) -> float:
    """An instant in seconds since 1970; raises ProtocolError where it is none."""
    if not isinstance(at, str):
        return at / 1_000 if at > SECONDS_MAX else at
    seconds = iso_seconds(at)
    if seconds is None:
        raise ProtocolError("bad_time", "a time is a number, or ISO 8601 with its zone, as in 2026-11-21T20:15:00Z")
    return seconds
