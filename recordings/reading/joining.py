"""People for whom no seat was left, and labels by seat: a file beside the journal, personal, which may be deleted."""

from pathlib import Path

import msgspec

from p2p.base.units import Seat

FILE = "joining.json"


class Surplus(msgspec.Struct, frozen=True):
    """A person with the right code for whom no seat was left: why, and when (UTC). `device`: a hash of its key."""

    name: str
    label: str
    why: str
    at: str
    device: str = ""


class JoiningFile(msgspec.Struct):
    """`allowed`: the labels of the list of participants, as they are compared; None without one. `labels`: by seat."""

    allowed: list[str] | None = None
    labels: dict[str, str] = {}
    surplus: list[Surplus] = []


def label_key(label: str) -> str:
    """A label as it is compared: in any case, without blanks at its ends."""
    return " ".join(label.split()).casefold()


def labels(recording: Path) -> dict[Seat, str]:
    """The participants' labels by seat; nothing where the file is gone, or none were given."""
    return {int(seat): label for seat, label in read_joining(recording).labels.items() if seat.isdecimal()}


def surplus(recording: Path) -> list[Surplus]:
    """People who came and had no seat, in the order in which they were sent away."""
    return read_joining(recording).surplus


def is_spoilt(folder: Path) -> bool:
    """Whether the file is there and none of ours: for pay it is not enough to pass it over."""
    try:
        msgspec.json.decode((folder / FILE).read_bytes(), type=JoiningFile)
    except FileNotFoundError:
        return False
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return True
    return False


def read_joining(recording: Path) -> JoiningFile:
    """The file of a recording; an empty one where it is gone or is none of ours."""
    folder = recording if recording.is_dir() else recording.parent
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=JoiningFile)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return JoiningFile()
