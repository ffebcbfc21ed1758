"""Where a session was listened for: kept beside its journal, so that terminals find it again after a crash."""

from pathlib import Path

import msgspec

from recordings.store import write_whole

FILE = "address.json"


class Address(msgspec.Struct, frozen=True):
    """The port of a server; its host is the machine's own affair."""

    port: int


def remember(folder: Path, port: int) -> None:
    """Keep the port; raises OSError."""
    write_whole(folder / FILE, msgspec.json.encode(Address(port)))


def remembered(folder: Path) -> int | None:
    """The port it was, None where nobody knows."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Address).port
    except (OSError, msgspec.MsgspecError):
        return None
