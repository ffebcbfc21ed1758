"""The session's clock: microseconds since it was opened, on the monotonic clock; the wall clock has no say."""

import time

from p2p.base.units import Instant


class Clock:
    """Stands until it is started. After a crash it stands at the last instant in the journal: a crash is a pause."""

    def __init__(self, start: Instant = 0) -> None:
        self._start = start
        self._started_us: int | None = None

    def start(self) -> None:
        """Let it run."""
        self._started_us = time.monotonic_ns() // 1_000

    def now(self) -> Instant:
        """The instant it is."""
        if self._started_us is None:
            return self._start
        return self._start + time.monotonic_ns() // 1_000 - self._started_us
