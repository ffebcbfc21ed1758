"""When everybody is told: at once after a quiet time, then once a tick, and less often when telling takes longer.

Telling everybody is most of the work, so it never has more than about half of the time. The next tick is due after as
long as the last one took. Between a few lines and the next few the loop goes round, so that orders are taken in and
confirmations go out meanwhile.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from server.limits import DEFAULT, Limits


class Woken(Protocol):
    """A line's outbox, as far as a tick needs it."""

    def wake(self) -> None:
        """There is something new."""


class Ticks:
    """Wakes those in the markets that have news. `recipients` finds them, in the order in which they are told."""

    def __init__(self, recipients: Callable[[set[int]], Sequence[Woken]], limits: Limits = DEFAULT) -> None:
        self._recipients, self._limits = recipients, limits
        self._due: set[int] = set()
        self._left: list[Woken] = []
        self._running = False
        self._began_s = self._next_s = 0.0

    def news(self, markets: set[int]) -> None:
        """There is something new in these markets."""
        self._due |= markets
        if self._due and not self._running:
            self._running = True
            self._schedule()

    def _schedule(self) -> None:
        loop = asyncio.get_running_loop()
        loop.call_at(max(self._next_s, loop.time()), self._begin)

    def _begin(self) -> None:
        self._began_s = asyncio.get_running_loop().time()
        due, self._due = self._due, set()
        self._left = list(self._recipients(due))
        self._left.reverse()
        self._some()

    def _some(self) -> None:
        """Wake a few, and the next few when the loop has gone round."""
        some = self._left[-self._limits.tick_lines :]
        del self._left[-self._limits.tick_lines :]
        for one in reversed(some):
            one.wake()
        loop = asyncio.get_running_loop()
        if self._left:
            loop.call_soon(self._some)
            return
        now_s = loop.time()
        self._next_s = max(
            self._began_s + self._limits.tick_s, now_s + min(now_s - self._began_s, self._limits.tick_s_max)
        )
        self._running = bool(self._due)
        if self._running:
            self._schedule()
