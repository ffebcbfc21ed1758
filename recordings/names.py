"""Who sat where, as far as traders gave their names: a file beside the journal, which may be deleted."""

from pathlib import Path

import msgspec

from p2p.units import Seat

FILE = "people.json"
NAME_SHOWN = 20
"""Characters of a name that a table has room for."""


def names(recording: Path) -> dict[Seat, str]:
    """The names by seat; nothing where none were given, or where the file is gone or is none of ours."""
    folder = recording if recording.is_dir() else recording.parent
    try:
        given = msgspec.json.decode((folder / FILE).read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return {}
    return {int(seat): presentable(name) for seat, name in given.items() if seat.isdecimal()}


def presentable(name: str) -> str:
    """A name as it is shown in a table: without control characters, and not too long."""
    whole = "".join(letter for letter in name if letter.isprintable()).strip()
    return whole if len(whole) <= NAME_SHOWN else f"{whole[: NAME_SHOWN - 1]}…"
