"""The one client of every trader, person or robot: asyncio round p2p/protocol/frames.py. It comes back by itself.

    client = Client(url, code, "robot")
    async for happening in client.happenings():
        match happening:
            case Welcome(): …            # logged in: rules, seat, token
            case Facts(told): …          # new facts, in order, none missing, none twice
            case Fault(): …              # the server says that we were wrong
            case Lost(): …               # the line is gone; it is being tried again
    client.send(Bid(90))                  # pending until `accepted` or `refused` comes as a fact

The iteration ends when the server has closed for good, or nobody has let us in for `patience_s`, counted from when the
line was lost, however long it had been quiet before; `client.closed` says why.
"""

import asyncio
import contextlib
import random
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidURI

from bots.no_connection import no_connection
from p2p.base.units import Controller
from p2p.messages import Message
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import FEED_BYTES_MAX, Fault, NumberedFact, Welcome

OPEN_S = 5.0
"""How long a connection may take to open."""
PING_S, PONG_S = 5.0, 10.0
"""How often the server is asked whether it is there, and how long it may take to say so."""
RETRY_S_MIN, RETRY_S_MAX = 0.1, 3.0
"""The pause before the first and before later tries; each is drawn at random up to its bound, so that forty
clients of a server that comes back do not come in one moment."""
AGAIN_S = 0.25
"""The pause before messages that the server let drop are said again: a few round trips, and many times less than a
person's patience."""
DROPPED = {"busy", "too_fast", "token_gap"}
"""Faults after which a message that was said has not been had, and those after it neither."""
NO_SEAT = "this is the experimenter's code, for pit ctl; a trader needs a seat's"
"""Why a trader who has logged in with it is not let on: he would wait for a seat that never comes."""
FINAL = {4000, 4001, 4002, 4003, 4009}
"""Close codes after which there is nothing to come back for (docs/protocol.md)."""


@dataclass(frozen=True)
class Facts:
    """New facts, in the order of their numbers, and the latest states by directive as they are after them."""

    told: list[NumberedFact]
    state: Mapping[str, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class Lost:
    """The line is gone; it is tried again in `retry_s`."""

    why: str
    retry_s: float


@dataclass(frozen=True)
class Closed:
    """The line is gone for good: the server's close code (0 where it had none to give) and why."""

    code: int
    why: str


Happening = Welcome | Facts | Fault | Lost


class Client:
    """A trader's connection. `line` has the seat, the number of facts had and the pending messages.

    `tls`: whom it trusts, where that is not for the system to say (bots/robots/tls_trust.py).
    """

    def __init__(
        self, url: str, code: str, controller: Controller, name: str = "", patience_s: float = 60.0, lent: str = ""
    ) -> None:
        self.url, self.patience_s = url, patience_s
        self.line = ClientProtocol(code, controller, name, lent)
        self.tls: ssl.SSLContext | None = None
        self.connected = False
        self.closed: Closed | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._clock_at = (0, 0.0)
        self._again: asyncio.TimerHandle | None = None

    def send(self, message: Message, meta: dict[str, int] | None = None) -> int:
        """Send a message, now or when the line is back; its token. Raises ProtocolError when too many are pending."""
        token, data = self.line.send(message, meta)
        if self.connected:
            self._outgoing.put_nowait(data)
        return token

    def now(self) -> int:
        """The session's clock, as near as the last frame tells: microseconds since it was opened."""
        at, mine = self._clock_at
        return at + int((time.monotonic() - mine) * 1_000_000)

    async def happenings(self) -> AsyncIterator[Happening]:
        """Everything that happens on the line, over all its connections, until it is closed for good."""
        tries, since = 0, time.monotonic()
        tls: dict[str, Any] = {"ssl": self.tls} if self.tls else {}
        while self.closed is None:
            let_in = False
            why = "the server went away"
            try:
                async with connect(
                    self.url,
                    compression=None,
                    max_size=FEED_BYTES_MAX,
                    open_timeout=OPEN_S,
                    ping_interval=PING_S,
                    ping_timeout=PONG_S,
                    close_timeout=1,
                    proxy=None,
                    **tls,
                ) as socket:
                    async for happening in self._connection(socket):
                        let_in = let_in or isinstance(happening, Welcome)
                        yield happening
            except ssl.SSLCertVerificationError as error:
                self.closed = Closed(0, f"the certificate of {self.url} is not trusted: {error.verify_message}")
            except (InvalidURI, ValueError) as error:
                self.closed = Closed(0, f"not an address to join: {error}")
            except ConnectionClosed as error:
                why = self._judged(error)
            except (OSError, InvalidHandshake, InvalidMessage, TimeoutError) as error:
                why = no_connection(error)
            except ProtocolError as error:
                self.closed = Closed(0, error.why)
            if let_in:
                tries, since = 0, time.monotonic()
            if self.closed is None and time.monotonic() - since > self.patience_s:
                self.closed = Closed(0, f"no answer from {self.url} for {self.patience_s:.0f} s: {why}")
            if self.closed is None:
                retry_s = random.uniform(0, min(RETRY_S_MAX, RETRY_S_MIN * 2 ** min(tries, 9)))
                tries += 1
                yield Lost(why, retry_s)
                await asyncio.sleep(retry_s)

    async def _connection(self, socket: ClientConnection) -> AsyncIterator[Happening]:
        """One connection: login, what was unanswered, then whatever comes, while another task sends."""
        await socket.send(self.line.login(), text=True)
        sender: asyncio.Task[None] | None = None
        try:
            async for data in socket:
                received = self.line.received(data)
                if isinstance(received, Welcome):
                    if received.seat is None and self.line.watched is None:
                        self.closed = Closed(0, NO_SEAT)
                        return
                    self._outgoing = asyncio.Queue()
                    for pending in self.line.unanswered():
                        self._outgoing.put_nowait(pending)
                    self.connected = True
                    sender = asyncio.create_task(self._send(socket))
                    yield received
                elif isinstance(received, Fault):
                    if received.code in DROPPED:
                        self._say_again_soon()
                    yield received
                else:
                    self._clock_at = (self.line.now, time.monotonic())
                    yield Facts(received, self.line.state)
            raise socket.protocol.close_exc
        finally:
            self.connected = False
            if sender:
                sender.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                    await sender

    async def _send(self, socket: ClientConnection) -> None:
        while True:
            await socket.send(await self._outgoing.get(), text=True)

    def _say_again_soon(self) -> None:
        """The server let a message drop, and refuses those behind it: all that is unanswered is said once more."""
        if self._again is None:
            self._again = asyncio.get_running_loop().call_later(AGAIN_S, self._say_again)

    def _say_again(self) -> None:
        self._again = None
        if self.connected:
            for pending in self.line.unanswered():
                self._outgoing.put_nowait(pending)

    def _judged(self, error: ConnectionClosed) -> str:
        """Why the server closed; for good where its code says so."""
        close = error.rcvd
        if close is None:
            return "the connection broke"
        if close.code in FINAL and not (close.code == 4002 and self.line.welcome):
            self.closed = Closed(close.code, close.reason)
        elif close.code == 4002:
            self.line.forget_resume()
        return close.reason or f"closed with code {close.code}"
