"""People at the door: the labels that are allowed, whose label a seat has, and those for whom no seat was left.

All of it is personal: one file beside the journal, its owner's alone, which can be deleted once everybody is paid.
"""

import csv
import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from p2p.base.safe_text import printable
from p2p.base.units import SEATS_MAX, Seat
from p2p.protocol.frames import LABEL_MAX
from recordings.journal.disk import Disk
from recordings.reading.joining import FILE, JoiningFile, Surplus, label_key
from server.session.notices import notify

SURPLUS_MAX = SEATS_MAX
"""People without a seat that are kept: more than there are seats are no class, but somebody who plays with the door."""
COLUMN = "label"
"""The column of a CSV file that has the labels."""
BYTES_MAX = 1 << 20
"""Bytes of a list of participants: a thousand labels and the columns beside them fit ten times."""


class ParticipantsError(ValueError):
    """A list of participants that cannot be used, and what to do."""


def read_participants(path: Path) -> tuple[str, ...]:
    """The labels of a file: of its column `label`, or one a line. Raises ParticipantsError."""
    try:
        data = path.read_bytes()
        text = data[:BYTES_MAX].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8; save it so"
        raise ParticipantsError(f"{path}: {why}") from error
    if len(data) > BYTES_MAX:
        raise ParticipantsError(f"{path}: a list of participants has at most {BYTES_MAX:,} bytes")
    labels: dict[str, int] = {}
    for line, label in _labels(text, path):
        key = label_key(label)
        if key in labels:
            raise ParticipantsError(
                f"{path}:{line}: the label {label} stands in line {labels[key]} already; a label is one person's"
            )
        labels[key] = line
    if not labels:
        raise ParticipantsError(f"{path}: there is no label in it; write one a line, or a CSV with a column '{COLUMN}'")
    return tuple(labels)


def _labels(text: str, path: Path) -> list[tuple[int, str]]:
    """Each label with its line."""
    rows = [(number, row) for number, row in enumerate(csv.reader(text.splitlines(), _dialect(text)), 1) if any(row)]
    heads = [cell.strip().casefold() for cell in rows[0][1]] if rows else []
    at = heads.index(COLUMN) if COLUMN in heads else None
    if at is None and any(len(row) > 1 for _, row in rows):
        raise ParticipantsError(f"{path}:1: several columns, and none is called '{COLUMN}'")
    found = []
    for number, row in rows[at is not None :]:
        label = row[at or 0].strip() if len(row) > (at or 0) else ""
        if not 0 < len(label) <= LABEL_MAX or printable(label) != label:
            raise ParticipantsError(f"{path}:{number}: a label has 1 to {LABEL_MAX} letters and no control characters")
        found.append((number, label))
    return found


def _dialect(text: str) -> type[csv.Dialect]:
    """Columns are parted as in the first line: by semicolons, tabs or commas."""
    first = text.partition("\n")[0]

    class Parted(csv.excel):
        delimiter = next((sign for sign in ";\t" if sign in first), ",")

    return Parted


class Participants:
    """The file as it becomes while people join. `allowed` is None where no list was given."""

    def __init__(self, folder: Path, disk: Disk, allowed: tuple[str, ...] | None = None) -> None:
        self._path, self._disk, self._saving = folder / FILE, disk, threading.Lock()
        self.file = _read(self._path, disk)
        self._kept = self.file != JoiningFile()
        if allowed is not None:
            self.file.allowed = list(allowed)

    @property
    def wants_labels(self) -> bool:
        """Whether people say their labels as they join."""
        return self.file.allowed is not None

    def is_allowed(self, label: str) -> bool:
        """Whether a label is on the list."""
        return label_key(label) in (self.file.allowed or ())

    def seat_of(self, label: str) -> Seat | None:
        """The seat that has used a label."""
        key = label_key(label)
        return next((int(seat) for seat, given in self.file.labels.items() if label_key(given) == key), None)

    def has_joined(self, seat: Seat, label: str, device: str) -> None:
        """Somebody has a seat now, with a label if one is wanted; they are surplus no more."""
        if label and self.wants_labels:
            self.file.labels[str(seat)] = label.strip()
        self.file.surplus = [one for one in self.file.surplus if not device or one.device != device]

    def has_no_seat(self, name: str, label: str, device: str, why: str) -> None:
        """Somebody with the right code is sent away; once for each device."""
        others = [one for one in self.file.surplus if one.device != device]
        at = datetime.now(UTC).isoformat(timespec="seconds")
        if len(others) < SURPLUS_MAX:
            self.file.surplus = [*others, Surplus(name, label.strip(), why, at, device)]

    def save(self) -> None:
        """Write it, if there is anything personal in it. Waits for the disk: call it in a thread."""
        with self._saving:
            if self.file == JoiningFile() and not self._kept:
                return
            self._kept = True
            try:
                self._disk.replace(self._path, msgspec.json.encode(self.file))
            except OSError as error:
                notify(f"{FILE} cannot be written, the journal is whole: {error.strerror}")


def _read(path: Path, disk: Disk) -> JoiningFile:
    try:
        return msgspec.json.decode(disk.read(path), type=JoiningFile)
    except FileNotFoundError:
        return JoiningFile()
    except (OSError, msgspec.MsgspecError, UnicodeError) as error:
        notify(f"{FILE} beside the journal is passed over: {error}")
        return JoiningFile()
