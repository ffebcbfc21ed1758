"""An event loop whose clock is simulated: it jumps to the next thing that is due, and never waits."""

import asyncio
import selectors


class Stuck(Exception):
    """Everything waits for something that nobody will do."""


class _NoWaiting(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None):
        if timeout is None:
            raise Stuck
        self.now += max(0.0, timeout)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._waiting = _NoWaiting()
        super().__init__(self._waiting)
        self._clock_resolution = 1e-7

    def time(self) -> float:
        return self._waiting.now

    def sleep_through(self, seconds: float) -> None:
        """The process is stopped for so long: whatever was due meanwhile is due at once."""
        self._waiting.now += seconds
