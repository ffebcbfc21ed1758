"""A WebSocket whose bytes and frames are paced before anything reads them, from its acceptance to its end.

The library answers pings, joins fragments and parses all bytes by itself: no other limit stands before that. So bytes
are handed to it in small pieces, one a turn of the loop, within their pace and while its queue has room.
Meanwhile nothing more is read, and TCP holds the peer back. Control frames and unfinished fragments fill no queue. They
have a pace of their own: beyond it the connection is closed.
"""

import asyncio
import contextlib
import socket as sockets
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from server.connections.arrivals import Arrivals
from server.connections.doorway import HEAD_END, Visitor
from server.connections.rate_limits import Bucket
from server.limits import FLOODED, Limits

METHOD_BYTES_MAX = 16
"""No method that anybody sends is longer."""
PIECE_BYTES = 512
"""Bytes parsed a turn: at most 85 frames, less than a millisecond."""


def set_kernel_bytes(transport: asyncio.BaseTransport, limits: Limits) -> None:
    """Give a connection the system's buffer that the limits say, neither less nor more."""
    plain = transport.get_extra_info("socket")
    if plain is not None:
        with contextlib.suppress(OSError):
            plain.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDBUF, limits.kernel_bytes_max)


class PacedSocket(ServerConnection):
    """The library's connection, paced. `arrivals` counts it. `visitor`: the plain socket it came as."""

    def __init__(
        self, *args: Any, arrivals: Arrivals, limits: Limits, visitor: Visitor | None = None, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self._arrivals, self._visitor, self._limits = arrivals, visitor, limits
        self.method = ""
        """Of its request, where it is one: the library's versions know GET alone, and are handed that."""
        self._bytes = Bucket(limits.bytes_per_s, limits.bytes_burst)
        self._control = Bucket(limits.control_per_s, limits.control_burst)
        self._unread = bytearray()
        self._due: asyncio.Handle | None = None
        self._begun = self._answering = self._queue_full = self._reading_paused = self._cut = False

    # --- its room ---------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Accepted. The library hears of it when its peer has said something: a task waits for none that is silent."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        visitor = self._visitor
        if visitor is None:
            self._arrivals.came(self, self.loop.time())
        elif visitor.gone:
            self.cut("stop")
        else:
            self._arrivals.became(visitor, self)
            if visitor.said:
                self.data_received(visitor.said)

    @property
    def admitted(self) -> bool:
        """Whether its address has had its turn already."""
        return self._visitor is not None and bool(self._visitor.said)

    def _begin(self) -> None:
        self._begun = True
        if self._visitor is None:
            self._arrivals.asks(self, self.loop.time())
        super().connection_made(self.transport)
        self.recv_messages.pause = self._pause
        self.recv_messages.resume = self._resume

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        self._stop()
        if self._begun:
            super().connection_lost(exc)

    def eof_received(self) -> None:
        """Its peer says nothing more."""
        if self._begun:
            super().eof_received()

    def logged_in(self) -> None:
        """It has a seat, or watches."""
        self._arrivals.logged_in(self)

    def buffered(self) -> int:
        """Bytes that wait for its peer."""
        return self.transport.get_write_buffer_size()

    def sends_file(self) -> None:
        """A file follows: the system takes all of it, and a peer far from the router has time for it."""
        self.close_timeout = self._limits.login_s_max
        set_kernel_bytes(self.transport, self._limits)

    def cut(self, why: str) -> None:
        """End it at once. One that floods and reads is told why."""
        self._stop()
        if why == "flood" and self.protocol.state is State.OPEN and not self.buffered():
            self.protocol.fail(FLOODED, "too many frames; a connection may send a few control frames a second")
            self.send_data()
        self.transport.close() if not self.buffered() else self.transport.abort()

    def _stop(self) -> None:
        self._cut = True
        self._unread.clear()
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._arrivals.gone(self)

    # --- its pace ---------------------------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes have come: hand them on as fast as they may be."""
        if self._cut:
            return
        if not self._begun:
            self._begin()
        self._unread += data
        if self._due is None and (self.method or self._has_method()):
            self._feed()

    def _has_method(self) -> bool:
        """Whether the request's method has come, or something that is none."""
        method, blank, _ = bytes(self._unread[: METHOD_BYTES_MAX + 1]).partition(b" ")
        if not blank and len(method) <= METHOD_BYTES_MAX:
            return False
        self.method = method.decode("latin-1")
        if blank and method.isalpha():
            self._unread[: len(method)] = b"GET"
        return True

    def _feed(self) -> None:
        """Hand on a piece, and the next one when the loop has gone round, or later."""
        self._due = None
        if self._cut or self._holds_back or not self._unread:
            return
        head = self._unread.find(HEAD_END, 0, PIECE_BYTES) if self.request is None else -1
        size = min(PIECE_BYTES, len(self._unread)) if head < 0 else head + len(HEAD_END)
        wait_s = self._bytes.wait_s(self.loop.time(), size)
        if not wait_s:
            piece = bytes(self._unread[:size])
            del self._unread[:size]
            super().data_received(piece)
        if self._unread and not self._cut and not self._holds_back:
            self._due = self.loop.call_later(wait_s, self._feed) if wait_s else self.loop.call_soon(self._feed)
        self._steer()

    def process_event(self, event: Any) -> None:
        """A frame, or the handshake's request: frames that fill no queue are counted."""
        if self._cut:
            return
        if isinstance(event, Frame) and event.opcode is not Opcode.CLOSE:
            spare = event.opcode in (Opcode.PING, Opcode.PONG) or not event.fin
            if spare and not self._control.take(self.loop.time()):
                self.cut("flood")
                return
        self._answering = isinstance(event, Request)
        super().process_event(event)

    def start_keepalive(self) -> None:
        """Called when the handshake is answered: bytes behind its request are read from now on."""
        super().start_keepalive()
        self._answering = False
        self._go_on()

    @property
    def _holds_back(self) -> bool:
        return self._queue_full or self._answering

    def _pause(self) -> None:
        self._queue_full = True
        self._steer()

    def _resume(self) -> None:
        self._queue_full = False
        self._go_on()

    def _go_on(self) -> None:
        if self._unread and self._due is None and not self._cut:
            self._due = self.loop.call_soon(self._feed)
        self._steer()

    def _steer(self) -> None:
        """Read on if nothing is left of what was read, and the queue has room."""
        pause = self._queue_full or bool(self._unread)
        if pause == self._reading_paused or self.transport.is_closing():
            return
        self._reading_paused = pause
        if pause:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()
