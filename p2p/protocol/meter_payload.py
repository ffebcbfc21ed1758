"""The payload of a household's meter on a broker."""

from typing import Annotated

import msgspec

from p2p.base.units import QUANTITY_MAX, Quantity
from p2p.protocol.codec import UNREADABLE, ProtocolError

PAYLOAD_MAX = 1_024
"""Bytes of a reading: four numbers and their names need a hundred."""


Number = Annotated[float, msgspec.Meta(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`meter/<seat>`: when it was taken (seconds since 1970, UTC); mean power in W, or energy of the interval in Wh."""

    at: Annotated[float, msgspec.Meta(ge=0, le=1e11)]
    load_w: Number | None = None
    pv_w: Number | None = None
    load_wh: Number | None = None
    pv_wh: Number | None = None


class Measured(msgspec.Struct, frozen=True):
    """A payload in one unit: Wh of an interval."""

    at_s: float
    load: Quantity
    pv: Quantity


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
    load, pv = ((one or 0.0) * interval_h for one in in_w) if in_wh == (None, None) else (one or 0.0 for one in in_wh)
    return Measured(said.at, round(load), round(pv))
