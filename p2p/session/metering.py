"""The readings of a household's meter that count. Their format is in p2p/protocol/meter_payload.py.

A reading that counts is its seat's load and PV in the next interval, in the forecast and in the settlement. The rules:

    late           taken longer ago than a period and a break: it does not count
    doubled        of the same instant as the last that counted: it does not count
    out of order   taken before the last that counted: it does not count
    absurd         negative, above a household's fuse, or from the future: it does not count
    several        of those that count for the same interval, the last, of load and of PV
    missing        no reading since the interval before began, of load or of PV: the seat's own profile of it
"""

from p2p.base.units import SECOND, Duration, Instant, Seat
from p2p.environments.base import Environment
from p2p.messages import Reading, Verdict

FUSE_W = 100_000
"""No household draws or makes more: three phases of 145 A."""
AHEAD_US: Duration = 60 * SECOND
"""How far a meter's clock may run ahead of ours."""


class MeterReadings:
    """Which readings have counted so far: the instant of the last one of each seat."""

    def __init__(self) -> None:
        self.last: dict[Seat, Instant] = {}

    def judge(self, reading: Reading, now: Instant, age_max: Duration, environment: Environment) -> Verdict:
        """The verdict on a reading in an environment; one that is taken is remembered, and handed on."""
        if environment.interval_h is None:
            return "not_metered"
        verdict = self._verdict(reading, now, age_max, environment.interval_h)
        if verdict == "taken":
            self.last[reading.seat] = reading.taken_us
            environment.read(reading.seat, reading.load, reading.pv)
        return verdict

    def _verdict(self, reading: Reading, now: Instant, age_max: Duration, interval_h: float) -> Verdict:
        last = self.last.get(reading.seat)
        if any(one is not None and not 0 <= one <= FUSE_W * interval_h for one in (reading.load, reading.pv)):
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
