"""Meters: what a household's meter says on a broker, and which of its readings count.

A reading that counts is its seat's load and PV in the next interval, in the forecast and in the settlement. The rules:

    late           taken longer ago than a period and a break: it does not count
    doubled        of the same instant as the last that counted: it does not count
    out of order   taken before the last that counted: it does not count
    absurd         negative, above a household's fuse, or from the future: it does not count
    several        of those that count for the same interval, the last
    missing        no reading since the interval before began: the seat's own profile, as without a meter
"""

from typing import Annotated, Protocol, runtime_checkable

import msgspec

from p2p.messages import Reading, Verdict
from p2p.units import QUANTITY_MAX, SECOND, Duration, Instant, Quantity, Seat
from p2p.wire import UNREADABLE, ProtocolError

FUSE_W = 100_000
"""No household draws or makes more: three phases of 145 A."""
AHEAD_US: Duration = 60 * SECOND
"""How far a meter's clock may run ahead of ours."""
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
    """What a payload says; raises ProtocolError where it says nothing that could be a reading."""
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


@runtime_checkable
class TakesReadings(Protocol):
    """An environment in which meters count."""

    @property
    def interval_h(self) -> float:
        """Hours of the day that an interval stands for."""

    def read(self, seat: Seat, load: Quantity, pv: Quantity) -> None:
        """Use this in the seat's next interval."""


class Meters:
    """Which readings have counted so far: the instant of the last one of each seat."""

    def __init__(self) -> None:
        self.last: dict[Seat, Instant] = {}

    def judge(self, reading: Reading, now: Instant, age_max: Duration, environment: object) -> Verdict:
        """What becomes of a reading in an environment; one that is taken is remembered, and handed on."""
        if not isinstance(environment, TakesReadings):
            return "not_metered"
        verdict = self._verdict(reading, now, age_max, environment.interval_h)
        if verdict == "taken":
            self.last[reading.seat] = reading.taken_us
            environment.read(reading.seat, reading.load, reading.pv)
        return verdict

    def _verdict(self, reading: Reading, now: Instant, age_max: Duration, interval_h: float) -> Verdict:
        last = self.last.get(reading.seat)
        if not 0 <= min(reading.load, reading.pv) <= max(reading.load, reading.pv) <= FUSE_W * interval_h:
            return "absurd"
        if reading.taken_us > now + AHEAD_US:
            return "absurd"
        if reading.taken_us == last:
            return "doubled"
        if last is not None and reading.taken_us < last:
            return "out_of_order"
        if reading.taken_us < now - age_max:
            return "late"
        return "taken"

    def state(self) -> list[tuple[Seat, Instant]]:
        """All that is remembered, for digests."""
        return sorted(self.last.items())
