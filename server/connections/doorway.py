"""The doorway: connections that have asked for nothing yet cost a descriptor, and no object of the library.

A connection becomes one of the library's when its request is whole and its address has its turn. Until then it is a
visitor: a plain socket that the loop looks at. No task and no timer is made for one that is silent. They are accepted
at a pace: a crowd at the door takes a bounded part of the server's time. Meanwhile the system lets them wait.
"""

import asyncio
import contextlib
import errno
import selectors
import socket as sockets
import ssl
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from server.connections.arrivals import Arrivals
from server.connections.rate_limits import Bucket
from server.limits import Limits

HEAD_END = b"\r\n\r\n"
"""The end of a handshake's request."""
TLS_HANDSHAKE = b"\x16"
"""The first byte of every connection of TLS."""
HEAD_BYTES_MAX = 4_096
"""Bytes of a request that are read here; the library, which has bounds of its own, reads on."""
PACE_S = 0.002
"""After so many were accepted as may be; a few of them by then."""
TRY_AGAIN_S = 1.0
"""After the system has refused a descriptor."""
NO_DESCRIPTORS = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


class Admits(Protocol):
    """Decides on a request."""

    def __call__(self, address: str, head: bytes) -> Awaitable[bytes]:
        """Wait for the address's turn; what to answer instead of letting it in, nothing for one that is let in."""


class Visitor:
    """One accepted connection that is not in yet."""

    __slots__ = ("_door", "_handed_on", "_looked_at", "_plain", "address", "entering", "gone", "said")

    def __init__(self, door: "Doorway", plain: sockets.socket, address: str) -> None:
        self._door, self._plain, self.address = door, plain, address
        self.said = b""
        self.entering: asyncio.Task[None] | None = None
        self.gone = self._handed_on = False
        self._looked_at = True

    def look(self) -> None:
        """It has said something, or has gone; one that waits for its turn may go, too."""
        tls = self._door.tls is not None
        data = self._read(peeks=tls)
        if data is None:
            return
        if not data or (tls and data != TLS_HANDSHAKE):
            self.cut("gone" if not data else "no TLS")
            return
        self.said += b"" if tls else data
        if self.said.startswith(TLS_HANDSHAKE):
            self.cut("TLS")  # a browser that tries https first comes back at once without
            return
        if self.entering is None:
            if not tls and HEAD_END not in self.said and len(self.said) < HEAD_BYTES_MAX:
                return
            self._door.asks(self)
        if tls or len(self.said) >= HEAD_BYTES_MAX:
            self._overlook()

    def _read(self, peeks: bool) -> bytes | None:
        """The bytes that have come; none where it has gone, None where there are none yet."""
        try:
            return self._plain.recv(1, sockets.MSG_PEEK) if peeks else self._plain.recv(HEAD_BYTES_MAX)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def _overlook(self) -> None:
        if self._looked_at:
            self._looked_at = False
            self._door.overlooks(self._plain)

    async def enter(self) -> None:
        """Become a connection of the library's, when it is its turn; behind TLS the request is heard later."""
        door, handshake_s = self._door, None
        if door.tls is not None:
            handshake_s = door.limits.login_s_max
        elif answer := await door.admits(self.address, self.said):
            with contextlib.suppress(OSError):
                self._plain.send(answer)
            self.cut("refused")
            return
        self._overlook()
        self._handed_on = True
        await door.loop.connect_accepted_socket(
            lambda: door.make(self), self._plain, ssl=door.tls, ssl_handshake_timeout=handshake_s
        )

    def cut(self, why: str) -> None:
        """End it at once."""
        if self.gone:
            return
        self.gone = True
        self._door.arrivals.gone(self)
        self._overlook()
        if self.entering is not None:
            self.entering.cancel()
        if not self._handed_on:  # else a transport has its socket, and closes it
            self._plain.close()

    def buffered(self) -> int:
        """Nothing waits for its peer."""
        return 0


class Doorway:
    """The listening sockets' own accepting. `make` makes a connection of a visitor."""

    def __init__(
        self,
        make: Callable[[Visitor], asyncio.Protocol],
        admits: Admits,
        tls: ssl.SSLContext | None,
        arrivals: Arrivals,
        limits: Limits,
    ) -> None:
        self.make, self.admits, self.tls, self.arrivals, self.limits = make, admits, tls, arrivals, limits
        self.loop = asyncio.get_running_loop()
        self._pace = Bucket(limits.accepts_per_s, limits.accepts_burst)
        self._listening: list[sockets.socket] = []
        self._looked_at = selectors.DefaultSelector()
        self._open = False

    def listen(self, listening: Iterable[sockets.socket]) -> None:
        """Accept from now on, in the loop's place; not where it cannot look at plain sockets (Windows)."""
        self._open = True
        for one in listening:
            same = one.dup()
            same.listen(self.limits.backlog_max)  # asyncio accepts as many at once as may wait, unless told apart so
            try:
                self.loop.remove_reader(one.fileno())
                self.loop.add_reader(same, self._accept, same)
            except NotImplementedError:
                same.close()
            else:
                self._listening.append(same)
                self.loop.add_reader(self._looked_at, self._look)

    def _look(self) -> None:
        """See which visitors have said something."""
        for key, _ in self._looked_at.select(0):
            if not key.data.gone:
                key.data.look()

    def overlooks(self, plain: sockets.socket) -> None:
        """Look at a socket no more."""
        self._looked_at.unregister(plain)

    def shut(self) -> None:
        """Accept nobody any more; those who have not logged in go."""
        self._open = False
        for one in self._listening:
            self.loop.remove_reader(one)
            one.close()
        self.arrivals.end()
        if self._listening:
            self.loop.remove_reader(self._looked_at)
        self._listening.clear()
        self._looked_at.close()

    def _accept(self, listening: sockets.socket) -> None:
        """Let a few in, then look at the others."""
        now_s = self.loop.time()
        for _ in range(self.limits.accept_at_once):
            if self._pace.tokens_left(now_s) < 1:
                self._later(listening, PACE_S)
                return
            try:
                plain, address = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in NO_DESCRIPTORS:
                    raise
                self._later(listening, TRY_AGAIN_S)
                self.loop.call_exception_handler({"message": "no descriptor is left", "exception": error})
                return
            self._pace.take(now_s)
            plain.setblocking(False)
            visitor = Visitor(self, plain, address[0])
            self._looked_at.register(plain, selectors.EVENT_READ, visitor)
            self.arrivals.came(visitor, now_s)

    def _later(self, listening: sockets.socket, wait_s: float) -> None:
        self.loop.remove_reader(listening)
        self.loop.call_later(wait_s, self._again, listening)

    def _again(self, listening: sockets.socket) -> None:
        if self._open:
            self.loop.add_reader(listening, self._accept, listening)

    def asks(self, visitor: Visitor) -> None:
        """A visitor has made its request: it enters when it may."""
        self.arrivals.asks(visitor, self.loop.time())
        if not visitor.gone:
            visitor.entering = self.loop.create_task(visitor.enter())
            visitor.entering.add_done_callback(lambda task: self._entered(visitor, task))

    def _entered(self, visitor: Visitor, task: "asyncio.Task[None]") -> None:
        """It is in, or its handshake has failed: strangers' errors are no news."""
        if task.cancelled() or task.exception() is not None:
            visitor.cut("failed")
