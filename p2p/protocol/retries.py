"""The one rule of trying a connection again, for clients of a server and for both sides of a broker."""

from collections.abc import Callable

RETRY_S_MIN, RETRY_S_MAX = 0.1, 3.0
"""The pause before the first and before later tries. Each is drawn at random up to its bound, so that forty clients of
a server do not come back in one moment."""
DOUBLINGS_MAX = 9
"""Doublings of the first bound: more would change nothing."""


class Retries:
    """The tries since somebody last let us in, and the pause before the next one."""

    def __init__(self) -> None:
        self.tries = 0

    def let_in(self) -> None:
        """A try has come to something: the next pause is a short one again."""
        self.tries = 0

    def pause_s(self, uniform: Callable[[float, float], float]) -> float:
        """The pause after one more try that came to nothing; `uniform` draws it."""
        bound = min(RETRY_S_MAX, RETRY_S_MIN * 2 ** min(self.tries, DOUBLINGS_MAX))
        self.tries += 1
        return uniform(0, bound)
