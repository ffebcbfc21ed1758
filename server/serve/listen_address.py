"""Where a session was listened for: kept beside its journal, so that terminals find it again after a crash."""

import os
import socket
from pathlib import Path

import msgspec

from recordings.journal.store import write_whole

FILE = "address.json"
EVERYWHERE = ("0.0.0.0", "")
"""All interfaces that a machine has."""
SOMEWHERE = "192.0.2.1"
"""An address that is nobody's (RFC 5737)."""
HOST, PORT = "127.0.0.1", 8765
"""Where a server listens unless told otherwise: this machine alone."""


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a server listens, over what, by which names, with which robots: so that one after it need not be told."""

    port: int
    host: str = HOST
    insecure_lan: bool = False
    tls_cert: str | None = None
    tls_key: str | None = None
    bots: str = ""
    host_names: tuple[str, ...] = ()

    @property
    def certificate(self) -> tuple[Path | None, Path | None]:
        """The files of its certificate and its key, if any."""
        return (Path(self.tls_cert) if self.tls_cert else None), (Path(self.tls_key) if self.tls_key else None)


HERE = Address(0)
"""This machine alone, on a port that is not known yet."""


def address(
    host: str,
    insecure_lan: bool,
    cert: Path | None,
    key: Path | None,
    bots: str = "",
    host_names: tuple[str, ...] = (),
) -> Address:
    """Where a server is about to listen; its port is known when it does."""
    cert_file, key_file = (str(file.absolute()) if file else None for file in (cert, key))
    return Address(0, host, insecure_lan, cert_file, key_file, bots, host_names)


def from_outside(host: str) -> str | None:
    """This machine's address for others if it listens on all interfaces; None if it does not, or is on none.

    It is where this machine's own datagrams would set out from; none is sent.
    """
    if host not in EVERYWHERE:
        return None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((SOMEWHERE, 9))
        except OSError:
            return None
        found = str(probe.getsockname()[0])
    return None if found.startswith("127.") or found in EVERYWHERE else found


def remember(folder: Path, where: Address) -> None:
    """Keep it; raises OSError."""
    write_whole(folder / FILE, msgspec.json.encode(where))


def remembered(recording: Path) -> Address | None:
    """Where it was, None where nobody knows."""
    folder = recording.parent if os.path.isfile(recording) else recording
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Address)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return None
