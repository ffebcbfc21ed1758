"""The session's clock: microseconds since it was opened, on the monotonic clock; the wall clock has no say.

A machine that stands still (SIGSTOP, Ctrl-Z, a closed lid, a paused guest) shows as two ticks that lie far apart.
"""

import time
from dataclasses import dataclass

from p2p.base.units import SECOND, Duration, Instant

_BOOT = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))
"""The clock that runs on while the machine sleeps: Linux has CLOCK_BOOTTIME, on macOS CLOCK_MONOTONIC is one."""


class Clock:
    """Stands until it is started. After a crash it stands at the last instant in the journal: a crash is a pause."""

    def __init__(self, start: Instant = 0) -> None:
        self._start = start
        self._started_us: int | None = None

    def start(self) -> None:
        """Let it run."""
        self._started_us = time.monotonic_ns() // 1_000

    @property
    def runs(self) -> bool:
        """Whether it has been started."""
        return self._started_us is not None

    def now(self) -> Instant:
        """The instant it is."""
        if self._started_us is None:
            return self._start
        return self._start + time.monotonic_ns() // 1_000 - self._started_us

    def awake_or_not_us(self) -> int:
        """Microseconds on a clock that runs on while the machine sleeps, if it has one."""
        return 0 if _BOOT is None else time.clock_gettime_ns(_BOOT) // 1_000


@dataclass(frozen=True)
class Gap:
    """A time in which the machine stood still: the last tick before it, and its length on the larger clock."""

    last: Instant
    length_us: Duration


class Ticks:
    """Watches a clock. Each tick is an instant at which the server was seen to run; `gap` is what lay between two."""

    def __init__(self, clock: Clock, gap_s_max: float) -> None:
        self._clock, self._gap_us_max = clock, round(gap_s_max * SECOND)
        self._last: Instant | None = None
        self._last_boot_us = 0
        self.gap: Gap | None = None

    def tick(self) -> Instant:
        """The instant. A gap since the last tick is kept in `gap`: of several, the first says where time stopped."""
        now, boot_us = self._clock.now(), self._clock.awake_or_not_us()
        if self._last is not None:
            length_us = max(now - self._last, boot_us - self._last_boot_us)
            if length_us > self._gap_us_max:
                before = self.gap or Gap(self._last, 0)
                self.gap = Gap(before.last, before.length_us + length_us)
        if self._clock.runs:
            self._last, self._last_boot_us = now, boot_us
        return now

    def taken(self) -> Gap | None:
        """The gap, if there was one; it is kept no longer."""
        gap, self.gap = self.gap, None
        return gap
