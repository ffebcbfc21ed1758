"""How evenly everybody was served: per seat, how long published facts waited for its line, and its round trip.

Kept in `deliveries.json` beside the journal, to show that no seat was told later than another.
"""

import time
from bisect import bisect_left

import msgspec

from p2p.base.units import EXPERIMENTER
from server.publishing.feeds import Viewer

FILE = "deliveries.json"
STEPS_MS: tuple[float, ...] = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000)
"""Upper ends of the classes that delays are counted in; the last class has none."""


class Delivery(msgspec.Struct):
    """One viewer's facts: how many, in how many frames, and how long the oldest fact of each frame had waited."""

    facts: int = 0
    frames: int = 0
    waited_ms_max: float = 0.0
    waited_ms_sum: float = 0.0
    waited: list[int] = msgspec.field(default_factory=lambda: [0] * (len(STEPS_MS) + 1))
    round_trip_ms: list[float] = []
    cut: dict[str, int] = msgspec.field(default_factory=dict)

    def sent(self, facts: int, published_s: float | None) -> None:
        """Count a frame; its oldest public fact came then (monotonic clock; 0: none), None where a line catches up."""
        self.facts += facts
        self.frames += 1
        if published_s is None:
            return
        waited_ms = (time.monotonic() - published_s) * 1e3 if published_s else 0.0
        self.waited_ms_sum += waited_ms
        self.waited_ms_max = max(self.waited_ms_max, waited_ms)
        self.waited[bisect_left(STEPS_MS, waited_ms)] += 1

    def was_cut(self, why: str) -> None:
        """Count a line that was cut, by the reason."""
        self.cut[why] = self.cut.get(why, 0) + 1

    def measured(self, round_trip_s: float) -> None:
        """Note a line's round trip at its end, if it was ever measured."""
        if round_trip_s:
            self.round_trip_ms = [*self.round_trip_ms[-99:], round(round_trip_s * 1e3, 3)]


class Deliveries(msgspec.Struct):
    """The file: the upper ends of the classes, and every seat's figures."""

    steps_ms: tuple[float, ...]
    seats: dict[str, Delivery]

    def by_viewer(self) -> dict[Viewer, Delivery]:
        """The figures, to be gone on with; none where the classes were others."""
        if self.steps_ms != STEPS_MS:
            return {}
        return {int(seat) if seat.isdecimal() else seat: one for seat, one in self.seats.items()}


def written(deliveries: dict[Viewer, Delivery]) -> bytes:
    """The file's bytes."""
    seats = {str(seat): one for seat, one in sorted(deliveries.items(), key=str) if seat != EXPERIMENTER}
    return msgspec.json.format(msgspec.json.encode(Deliveries(STEPS_MS, seats)), indent=1)
