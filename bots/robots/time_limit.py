"""A time limit for code that may never return: an agent's decision, which is anybody's code."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TimeLimitExceeded(BaseException):
    """The time was up. No `except Exception` of the code that is stopped holds it up."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises Overdue inside the block when the time is up.

    The main thread of a system with interval timers can be interrupted (not Windows, and no other thread): elsewhere
    the block runs to its own end, and whoever times it sees that it was long.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise TimeLimitExceeded
