"""Code that may never return is interrupted: an agent's decision, which is anybody's code.

Only the main thread of a system with interval timers can be interrupted (not Windows, and no other thread). Elsewhere
the block runs to its own end.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

OnRing = Callable[[int, FrameType | None], None]


class TimeLimitExceeded(BaseException):
    """The time was up. No `except Exception` of the code that is stopped holds it up."""


@contextmanager
def interrupting(on_ring: OnRing, after_s: float, every_s: float = 0.0) -> Iterator[None]:
    """Call `on_ring` inside the block after so long, and then every so often; its exceptions are raised in the
    block."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, on_ring)
    signal.setitimer(signal.ITIMER_REAL, after_s, every_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises TimeLimitExceeded inside the block when the time is up."""
    with interrupting(_stop, seconds):
        yield


def _stop(number: int, frame: FrameType | None) -> None:
    raise TimeLimitExceeded
