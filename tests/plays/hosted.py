"""A server hosted inside a test, and plain traders on real sockets to play with it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

from websockets.asyncio.client import ClientConnection

from bots.client import open_socket
from p2p.base.units import Controller
from p2p.protocol.client_connection import ClientProtocol
from server.hosted_session import HostedSession, SessionParts
from server.limits import DEFAULT, Limits
from tests.plays.trader import GUARD_S, Trader

UNHURRIED = Limits(messages_burst=1e9, flood_burst=1e9, logins_burst=1e9, lists_burst=1e9, bytes_per_s=1e9)
"""How fast anybody may be is not the question."""


@dataclass
class Hosted:
    """A server in this process: where it listens, who may sit where."""

    host: HostedSession
    url: str
    running: "asyncio.Task[int]"
    sockets: list[ClientConnection] = field(default_factory=list)
    traders: list[Trader] = field(default_factory=list)

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
        line.conducts |= line.code == self.host.opened.control
        trader = await Trader.login(self.url, line)
        self.traders.append(trader)
        return trader

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
        for trader in hosted.traders:
            await trader.leave()
        await asyncio.sleep(0)
