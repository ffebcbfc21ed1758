"""The server's log: a JSON object a line, with session, seat and the journal's record; nothing secret, no names."""

import contextlib
from datetime import UTC, datetime
from typing import TextIO

from p2p.protocol.codec import encode


class EventLog:
    """Writes to a file that the experimenter named, or nowhere. A log that cannot be written stops no market."""

    def __init__(self, session: str, out: TextIO | None = None) -> None:
        self.session, self.out = session, out

    def write(self, what: str, seq: int, seat: object = None, **more: str | float) -> None:
        """One line. `seq` is the number of the journal's last record; `more` holds codes and counts."""
        if self.out is None:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "what": what, "session": self.session, "seat": seat, "seq": seq, **more}
        with contextlib.suppress(OSError):
            self.out.write(encode(line).decode() + "\n")
            self.out.flush()
