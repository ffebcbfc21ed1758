"""The one client of all: persons, robots, the public, the experimenter, `pit load`, tests. asyncio round p2p/protocol.

    client = Client(url, code, "robot")
    async for happening in client.happenings():
        match happening:
            case Welcome(): …            # logged in: rules, seat, token
            case Facts(told): …          # new facts, in order, none missing, none twice
            case Fault(): …              # the server says that we were wrong
            case Lost(): …               # the connection is gone; it is being tried again
    client.send(Bid(90))                  # pending until `accepted` or `refused` comes as a fact

It comes back by itself (bots/reconnecting.py); `client.closed` says why it is over for good. `client.connection()` is
one connection without coming back. An `opener` of one's own gives it another socket: `pit load` has a cheap one.

A console sets `line.roster`, and `on_console`, which is handed each Roster, MarketFigures, MirrorOpened and
MirroredFacts as it comes. A spectator sets `on_reveal`, which is handed the Reveal after the end, if there is one.
"""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any, Protocol, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidURI

from bots.no_connection import no_connection
from bots.reconnecting import Closed, ConnectionGoneError, Facts, Reconnecting
from p2p.base.safe_text import printable
from p2p.base.units import Controller, Seat
from p2p.messages import Message
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import ProtocolError
from p2p.protocol.console_frames import Console, MirroredFacts, MirrorOpened, Roster
from p2p.protocol.frames import FEED_BYTES_MAX, Fault, Welcome
from p2p.protocol.market_figures import MarketFigures
from p2p.protocol.reveal import Reveal

OPEN_S = 5.0
"""How long a connection may take to open."""
PING_S, PONG_S = 5.0, 10.0
"""How often the server is asked whether it is there, and how long it may take to say so."""
AGAIN_S = 0.25
"""The pause before messages that the server let drop are said again: a few round trips, and many times less than a
person's patience."""
DROPPED = {"busy", "too_fast", "token_gap"}
"""Faults after which a message that was said has not been had, and those after it neither."""
NO_SEAT = "this is the experimenter's code, for pit ctl; a trader needs a seat's"
"""The reason why a trader who has logged in with it is not let on: they would wait for a seat that never comes."""
FINAL = {4000, 4001, 4002, 4003, 4004, 4009, 4010}
"""Close codes after which there is nothing to come back for (docs/protocol.md)."""


class Socket(Protocol):
    """As much of a WebSocket as the client needs."""

    def post(self, data: bytes, /) -> None:
        """Send a text frame, after those posted before; it is lost where the connection is."""

    async def recv(self) -> bytes | str:
        """The next frame; raises ConnectionClosed, with the server's code and reason where it gave any."""


Opener = Callable[[str, ssl.SSLContext | None], AbstractAsyncContextManager[Socket]]
"""The opening of a socket to an address, closed at the block's end."""


class PostingSocket:
    """The library's WebSocket, with a task for sending: posting waits for nothing."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._posted: asyncio.Queue[bytes] = asyncio.Queue()
        self.post = self._posted.put_nowait
        self.recv = socket.recv

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[Self]:
        """Send all that is posted, to the block's end."""
        sender = asyncio.create_task(self._send())
        try:
            yield self
        finally:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await sender

    async def _send(self) -> None:
        while True:
            await self.socket.send(await self._posted.get(), text=True)


@contextlib.asynccontextmanager
async def posting_socket(url: str, tls: ssl.SSLContext | None) -> AsyncIterator[Socket]:
    """The library's WebSocket behind the few methods that the client calls; it is open as long as the block runs."""
    async with open_socket(url, tls) as socket, PostingSocket(socket).sending() as posting:
        yield posting


def open_socket(url: str, tls: ssl.SSLContext | None = None) -> connect:
    """A WebSocket to a server, as every client of ours opens it."""
    options: dict[str, Any] = {"ssl": tls} if tls else {}
    return connect(
        url,
        compression=None,
        max_size=FEED_BYTES_MAX,
        open_timeout=OPEN_S,
        ping_interval=PING_S,
        ping_timeout=PONG_S,
        close_timeout=1,
        proxy=None,
        **options,
    )


class Client(Reconnecting[Welcome | Facts | Fault]):
    """A client's connection. `line` has the seat, the number of facts had and the pending messages.

    `tls`: whom it trusts, where that is not for the system to say (bots/robots/tls_trust.py).
    """

    def __init__(
        self,
        url: str,
        code: str,
        controller: Controller,
        name: str = "",
        patience_s: float = 60.0,
        lent: str = "",
        opener: Opener = posting_socket,
    ) -> None:
        super().__init__(url, patience_s)
        self._opener = opener
        self.line = ClientProtocol(code, controller, name, lent)
        self.line.device = secrets.token_hex(16)
        self.tls: ssl.SSLContext | None = None
        self.on_reveal: Callable[[Reveal], None] = lambda told: None
        self.on_console: Callable[[Console], None] = lambda told: None
        self._socket: Socket | None = None
        self._again: asyncio.TimerHandle | None = None

    @property
    def connected(self) -> bool:
        """Whether the server has let us in, and the connection stands."""
        return self._socket is not None

    def send(self, message: Message, meta: dict[str, int] | None = None) -> int:
        """Send a message, now or when the line is back; its token. Raises ProtocolError when too many are pending."""
        token, data = self.line.send(message, meta)
        if self._socket is not None:
            self._socket.post(data)
        return token

    def ask_roster(self) -> None:
        """Ask for one roster: an experimenter's alone."""
        if self._socket is not None:
            self._socket.post(self.line.ask_roster())

    def mirror(self, seat: Seat | None = None, market: int | None = None) -> None:
        """Ask for a mirror of a seat or a market, or end it: a console's alone. It ends with the connection."""
        if self._socket is not None:
            self._socket.post(self.line.mirror(seat, market))

    async def connection(self) -> AsyncGenerator[Welcome | Facts | Fault, None]:
        """One connection; its end's notice of the next is in `closed`, or in the ConnectionGoneError."""
        try:
            async with self._opener(self.url, self.tls) as socket, aclosing(self._talk(socket)) as happenings:
                async for happening in happenings:
                    yield happening
        except ssl.SSLCertVerificationError as error:
            self.closed = Closed(0, f"the certificate of {self.url} is not trusted: {error.verify_message}")
        except (InvalidURI, ValueError) as error:
            self.closed = Closed(0, f"not an address to join: {error}")
        except ConnectionClosed as error:
            raise ConnectionGoneError(self._judged(error)) from error
        except (OSError, InvalidHandshake, InvalidMessage, TimeoutError) as error:
            raise ConnectionGoneError(no_connection(error)) from error
        except ProtocolError as error:
            self.closed = Closed(0, error.why)

    async def _talk(self, socket: Socket) -> AsyncGenerator[Welcome | Facts | Fault, None]:
        """An open connection: login, what was unanswered, then whatever comes."""
        socket.post(self.line.login())
        try:
            while True:
                received = self.line.received(await socket.recv())
                if isinstance(received, Welcome):
                    if received.seat is None and self.line.watched is None and not self.line.conducts:
                        self.closed = Closed(0, NO_SEAT)
                        return
                    self._socket = socket
                    self._post_unanswered()
                    yield received
                elif isinstance(received, Fault):
                    if received.code in DROPPED:
                        self._say_again_soon()
                    yield received
                elif isinstance(received, Reveal):
                    self.on_reveal(received)
                elif isinstance(received, Roster | MarketFigures | MirrorOpened | MirroredFacts):
                    self.on_console(received)
                else:
                    self.set_clock(self.line.now)
                    yield Facts(received, self.line.state)
        finally:
            self._socket = None

    def _post_unanswered(self) -> None:
        if self._socket is not None:
            for pending in self.line.unanswered():
                self._socket.post(pending)

    def _say_again_soon(self) -> None:
        """The server let a message drop, and refuses those behind it: all that is unanswered is said once more."""
        if self._again is None:
            self._again = asyncio.get_running_loop().call_later(AGAIN_S, self._say_again)

    def _say_again(self) -> None:
        self._again = None
        self._post_unanswered()

    def _judged(self, error: ConnectionClosed) -> str:
        """Why the server closed; for good where its code says so."""
        close = error.rcvd
        if close is None:
            return "the connection broke"
        if close.code in FINAL and not (close.code == 4002 and self.line.welcome):
            self.closed = Closed(close.code, printable(close.reason))
        elif close.code == 4002:
            self.line.forget_resume()
        return printable(close.reason) or f"closed with code {close.code}"
