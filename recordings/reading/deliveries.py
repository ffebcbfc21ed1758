"""How evenly every seat was served, as the server counted it: `deliveries.json` beside the journal, which may go."""

import os
from pathlib import Path
from statistics import median

import msgspec

from p2p.analysis.transaction_rows import Row

FILE = "deliveries.json"


class Delivery(msgspec.Struct):
    """One seat's facts: how many, in how many frames, and how long the oldest fact of each frame had waited."""

    facts: int = 0
    frames: int = 0
    waited_ms_max: float = 0.0
    waited_ms_sum: float = 0.0
    waited: list[int] = []
    round_trip_ms: list[float] = []
    cut: dict[str, int] = {}


class Deliveries(msgspec.Struct):
    """The file: upper ends of the classes of `waited`, and each seat's figures."""

    steps_ms: tuple[float, ...] = ()
    seats: dict[str, Delivery] = {}


def delivery_rows(recording: Path) -> list[Row]:
    """A row for each seat that was told anything; none where the file is gone or is none of ours."""
    folder = recording if os.path.isdir(recording) else recording.parent
    try:
        read = msgspec.json.decode((folder / FILE).read_bytes(), type=Deliveries)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return []
    seats = sorted((int(seat), one) for seat, one in read.seats.items() if seat.isdecimal())
    return [_row(seat, one, read.steps_ms) for seat, one in seats]


def _row(seat: int, one: Delivery, steps_ms: tuple[float, ...]) -> Row:
    frames = sum(one.waited)
    return {
        "seat": seat,
        "card": seat + 1,
        "facts": one.facts,
        "frames": one.frames,
        "waited_ms_mean": one.waited_ms_sum / frames if frames else None,
        "waited_ms_99": _class_of(0.99, one.waited, steps_ms),
        "waited_ms_max": one.waited_ms_max if frames else None,
        "round_trip_ms": median(one.round_trip_ms) if one.round_trip_ms else None,
        "cuts": sum(one.cut.values()),
    }


def _class_of(share: float, counts: list[int], steps_ms: tuple[float, ...]) -> float | None:
    """The upper end of the class in which a share of the frames is reached; None in the last, which has none."""
    reached = 0
    for count, upper in zip(counts, steps_ms, strict=False):
        reached += count
        if reached and reached >= share * sum(counts):
            return float(upper)
    return None
