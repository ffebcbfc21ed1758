"""Who sat where: names that people gave, and what robots play. Two files beside the journal, which may be deleted."""

from pathlib import Path

import msgspec

from p2p.base.display_name import display_name
from p2p.base.units import Seat

FILE = "people.json"
AGENTS = "agents.json"
"""The same of robots: no person is named there."""
NAME_SHOWN = 20
"""Characters of a name that a table has room for."""


def load_names(recording: Path) -> dict[Seat, str]:
    """The names by seat; nothing where none were given, or where the file is gone or is none of ours."""
    return {seat: display_name(name, NAME_SHOWN) for seat, name in _given(recording, FILE).items()}


def agents(recording: Path) -> dict[Seat, str]:
    """What the robots said that they play, by seat; nothing where the file is gone or is none of ours."""
    return _given(recording, AGENTS)


def _given(recording: Path, file: str) -> dict[Seat, str]:
    folder = recording if recording.is_dir() else recording.parent
    try:
        given = msgspec.json.decode((folder / file).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return {}
    return {int(seat): name for seat, name in given.items() if seat.isdecimal()}
