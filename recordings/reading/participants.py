"""The holders of seats: names that people gave, and the robots' agents. Two files beside the journal, which may be
deleted."""

import os
from pathlib import Path

import msgspec

from p2p.analysis.seat_occupancy import SITTERS
from p2p.base.display_name import display_name
from p2p.base.safe_text import printable
from p2p.base.units import Seat

FILE = "people.json"
AGENTS = "agents.json"
"""The same of robots: no person is named there."""
PERSON = ("person", "people", "subject", "participant", "stand-in")
"""Names that no robot may have, as those of `SITTERS`."""
NAME_SHOWN = 20
"""Characters of a name that a table has room for."""


def load_names(recording: Path, letters_max: int = NAME_SHOWN) -> dict[Seat, str]:
    """The names by seat, cut to so many letters; nothing where none were given, or the file is gone or none of ours."""
    given = _given(recording, FILE)
    return {int(seat): display_name(name, letters_max) for seat, name in given.items() if seat.isdecimal()}


def agents(recording: Path) -> dict[Seat, str]:
    """The agent of each seat's last robot, by its own account; nothing if the file is gone or is none of ours."""
    return {int(seat): robot_name(name) for seat, name in _given(recording, AGENTS).items() if seat.isdecimal()}


def agents_over_time(recording: Path) -> dict[Seat, list[tuple[int, str]]]:
    """By seat, from which record on its robots said what: `seat@record` beside the last ones, in order.

    Where a seat had one robot alone, it has been there from the beginning.
    """
    spans: dict[Seat, list[tuple[int, str]]] = {}
    for key, name in _given(recording, AGENTS).items():
        where, _, record = key.partition("@")
        if where.isdecimal() and record.isdecimal():
            spans.setdefault(int(where), []).append((int(record), robot_name(name)))
    for seat, name in agents(recording).items():
        spans.setdefault(seat, [(0, name)])
    return {seat: sorted(names) for seat, names in spans.items()}


def robot_name(name: str) -> str:
    """A robot's name, as tables and scores have it: it cannot pass for a person, or for nobody."""
    plain = printable(name).strip()
    return f"robot called {plain}" if plain.casefold() in SITTERS or plain.casefold() in PERSON else plain


def _given(recording: Path, file: str) -> dict[str, str]:
    folder = recording if os.path.isdir(recording) else recording.parent
    try:
        return msgspec.json.decode((folder / file).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return {}
