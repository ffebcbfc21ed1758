"""Connections counted from the moment they are accepted: those that have said nothing yet have bounded room.

Where that is full, the one that has waited longest goes, of the silent ones for a silent one. A client that logs in
within a moment is never that one. So descriptors are left over for log-ins and for files.
"""

from typing import Protocol

from server.limits import DEFAULT, Limits


class Accepted(Protocol):
    """An accepted connection, as far as its room is concerned."""

    def cut(self, why: str) -> None:
        """End it at once."""

    def buffered(self) -> int:
        """Bytes that wait for its peer."""


class Arrivals:
    """All open connections of a listening socket, and among them those that have not logged in, in order of coming."""

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self._limits = limits
        self._open: dict[Accepted, int] = {}
        self._silent: dict[Accepted, float] = {}
        self._waiting: dict[Accepted, float] = {}
        self._ended = False

    @property
    def waiting(self) -> int:
        """How many have not logged in."""
        return len(self._silent) + len(self._waiting)

    def came(self, one: Accepted, now_s: float) -> None:
        """A connection was accepted, and has said nothing; another may have to go for it."""
        self._open[one] = 0
        self._silent[one] = now_s
        if self._ended:
            one.cut("stop")
        elif len(self._silent) > self._limits.silent_max or len(self._open) > self._limits.open_max:
            next(iter(self._silent)).cut("no room")

    def asks(self, one: Accepted, now_s: float) -> None:
        """A connection has made its request: it goes for no silent one any more, but for one that asks."""
        self._silent.pop(one, None)
        self._open[one] = 0
        self._waiting[one] = now_s
        if self._ended:
            one.cut("stop")
        elif len(self._waiting) > self._limits.waiting_max:
            next(iter(self._waiting)).cut("no room")

    def became(self, visitor: Accepted, one: Accepted) -> None:
        """A visitor is a connection of the library's now, in its place."""
        since_s = self._waiting.pop(visitor)
        del self._open[visitor]
        self._open[one] = 0
        self._waiting[one] = since_s

    def logged_in(self, one: Accepted) -> None:
        """It has a seat, or watches: it goes for nobody any more."""
        self._silent.pop(one, None)
        self._waiting.pop(one, None)

    def gone(self, one: Accepted) -> None:
        """It has ended, or is about to."""
        self._silent.pop(one, None)
        self._waiting.pop(one, None)
        self._open.pop(one, None)

    def end(self) -> None:
        """The server stops: those who have not logged in go, and so do those that are just being accepted."""
        self._ended = True
        for one in [*self._silent, *self._waiting]:
            one.cut("stop")

    def sweep(self, now_s: float) -> None:
        """Once a second: cut those who say nothing for too long, or for whom too much waits, or for too long."""
        login_s = self._limits.login_s_max
        for group, seconds in ((self._silent, login_s), (self._waiting, 2 * login_s + 1)):
            for one in [one for one, since_s in group.items() if now_s - since_s > seconds]:
                one.cut("silent")
        self._sweep_slow()

    def _sweep_slow(self) -> None:
        for one, seconds in list(self._open.items()):
            size = one.buffered()
            if size > self._limits.send_bytes_max:
                self._open[one] = seconds + 1
                if size > self._limits.buffer_bytes_max or seconds + 1 > self._limits.send_s_max:
                    one.cut("slow")
            elif seconds:
                self._open[one] = 0
