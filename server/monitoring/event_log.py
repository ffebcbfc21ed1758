"""The server's log: a JSON object a line, with session, seat and the journal's record; nothing secret, no names."""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

from p2p.protocol.codec import encode


class EventLog:
    """Writes to a file that the experimenter named, or nowhere. A log that cannot be written stops no market."""

    def __init__(self, session: str, out: TextIO | None = None, records: Callable[[], int] = lambda: 0) -> None:
        """`records`: how many the journal has."""
        self.session, self.out, self._records = session, out, records

    def write(self, what: str, seat: object = None, **more: str | float) -> None:
        """One line; `more` holds codes and counts."""
        if self.out is None:
            return
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "what": what, "session": self.session, "seat": seat, "seq": self._records(), **more}
        with contextlib.suppress(OSError):
            self.out.write(encode(line).decode() + "\n")
            self.out.flush()
