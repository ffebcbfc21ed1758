"""The session's clock: microseconds since it was opened, on the monotonic clock; the wall clock has no say."""

import time

from p2p.units import Instant


class Clock:
    """Runs from an instant on. After a crash that is the last one in the journal: a crash is a pause."""

    def __init__(self, start: Instant = 0) -> None:
        self._start_us = start - time.monotonic_ns() // 1_000

    def now(self) -> Instant:
        """The instant it is."""
        return self._start_us + time.monotonic_ns() // 1_000
