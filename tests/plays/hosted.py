"""A server hosted inside a test, and plain traders on real sockets to play with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bots.client import open_socket
from p2p.base.units import Controller
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Accepted, Message, Refused
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault, NumberedFact, Welcome
from server.hosted_session import HostedSession, SessionParts
from server.limits import DEFAULT, Limits

UNHURRIED = Limits(messages_burst=1e9, flood_burst=1e9, logins_burst=1e9, lists_burst=1e9, bytes_per_s=1e9)
"""How fast anybody may be is not the question."""

GUARD_S = 10.0
"""No wait of a test is longer; what is waited for comes within milliseconds."""


@dataclass
class Trader:
    """A plain client on a real socket: says messages, and waits for facts, not for time."""

    socket: ClientConnection
    line: ClientProtocol
    welcome: Welcome
    told: list[NumberedFact] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.knowledge = Knowledge(PublicKnowledge(self.welcome.rules))

    async def hear(self) -> None:
        """Take in one frame."""
        async with asyncio.timeout(GUARD_S):
            received = self.line.received(await self.socket.recv())
        if isinstance(received, Fault):
            self.faults.append(received)
        elif isinstance(received, list):
            for told in received:
                self.knowledge.on_fact(told.message, told.at)
            self.told += received

    async def until(self, holds: Callable[[], bool]) -> None:
        """Take in frames until something holds."""
        while not holds():
            await self.hear()

    async def until_told(self, kind: type[Message], count: int = 1) -> Message:
        """Wait for so many facts of a kind; the last of them."""
        await self.until(lambda: len(self.all(kind)) >= count)
        return self.all(kind)[count - 1]

    def all(self, kind: type[Message]) -> list[Message]:
        return [told.message for told in self.told if isinstance(told.message, kind)]

    async def say(self, message: Message) -> Accepted | Refused:
        """Say a message and wait for its answer."""
        token, data = self.line.send(message)
        await self.socket.send(data, text=True)
        await self.until(lambda: token not in self.line.pending)
        (answer,) = [
            t.message for t in self.told if isinstance(t.message, Accepted | Refused) and t.message.token == token
        ]
        return answer

    async def send(self, frame: str | bytes) -> None:
        await self.socket.send(frame, text=isinstance(frame, bytes) or None)

    async def fault(self) -> Fault:
        """Wait for the next word of the server on what was wrong."""
        before = len(self.faults)
        await self.until(lambda: len(self.faults) > before)
        return self.faults[-1]

    async def closed(self) -> tuple[int, str]:
        """Wait for the server to close; its code and reason."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.hear()
        return self.socket.close_code or 0, self.socket.close_reason or ""

    def cut(self) -> None:
        """Lose the line without a word."""
        self.socket.transport.abort()


@dataclass
class Hosted:
    """A server in this process: where it listens, who may sit where."""

    host: HostedSession
    url: str
    running: "asyncio.Task[int]"
    sockets: list[ClientConnection] = field(default_factory=list)

    @property
    def codes(self) -> dict[int, str]:
        return self.host.opened.codes

    async def join(self, seat: int, controller: Controller = "human") -> Trader:
        """A trader on a seat, by its code."""
        return await self.login(ClientProtocol(self.codes[seat], controller))

    async def experimenter(self) -> Trader:
        return await self.login(ClientProtocol(self.host.opened.control, "human"))

    async def login(self, line: ClientProtocol) -> Trader:
        """A trader on a line that is new or comes back."""
        socket = await self.raw()
        await socket.send(line.login(), text=True)
        async with asyncio.timeout(GUARD_S):
            welcome = line.received(await socket.recv())
        assert isinstance(welcome, Welcome), welcome
        return Trader(socket, line, welcome)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the server go on until something holds inside it."""
        async with asyncio.timeout(GUARD_S):
            while not holds():  # noqa: ASYNC110 (each turn lets every task of this process take a step)
                await asyncio.sleep(0)

    async def raw(self) -> ClientConnection:
        """A connection on which nothing was said yet."""
        socket = await open_socket(self.url)
        self.sockets.append(socket)
        return socket


@contextlib.asynccontextmanager
async def hosting(
    opened: SessionParts, host: HostedSession | None = None, limits: Limits = DEFAULT
) -> AsyncIterator[Hosted]:
    """Host a session on a free port, within some limits; stopped at the end if it has not ended."""
    host = host or HostedSession(replace(opened, limits=limits))
    listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(host.run("127.0.0.1", 0, listening))
    done, _ = await asyncio.wait([listening, running], return_when=asyncio.FIRST_COMPLETED)
    if running in done:
        running.result()
    hosted = Hosted(host, f"ws://127.0.0.1:{listening.result()}", running)
    try:
        yield hosted
    finally:
        host.stop()
        async with asyncio.timeout(GUARD_S):
            await asyncio.wait([running])
        for socket in hosted.sockets:
            socket.transport.abort()  # one that has not read what it was told does not see the end either
        await asyncio.sleep(0)
