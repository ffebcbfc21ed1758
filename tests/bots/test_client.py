"""How long a client tries a server: from the loss of a line it was let in on, however quiet that had been before."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace

import pytest
from websockets.asyncio.server import ServerConnection, serve

from bots.client import Client
from bots.reconnecting import Lost
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Fault, Welcome, error_frame, frame
from p2p.protocol.retries import RETRY_S_MAX
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from tests.plays.hosted import GUARD_S

Scene = Callable[[ServerConnection, int], Awaitable[None]]
"""What a server does on its n-th connection, the login being had."""


@contextlib.asynccontextmanager
async def server(scene: Scene) -> AsyncIterator[str]:
    """A server that does on each connection what the play says, and nothing else; its address."""
    connections = 0

    async def attend(socket: ServerConnection) -> None:
        nonlocal connections
        connections += 1
        await socket.recv()
        await scene(socket, connections)

    async with serve(attend, "127.0.0.1", 0) as listening, asyncio.timeout(GUARD_S):
        yield f"ws://127.0.0.1:{next(iter(listening.sockets)).getsockname()[1]}"


@pytest.fixture
def welcome(small: Scenario) -> bytes:
    return frame("welcome", Welcome("play", 0, "token", 0, 0, public_rules(small, "book")))


async def test_a_line_that_is_cut_after_a_long_silence_is_tried_again(monkeypatch, welcome) -> None:
    """In a pause nothing is told for minutes: that is no server which does not answer."""
    clock_s = [1_000.0]

    async def scene(socket: ServerConnection, connection: int) -> None:
        await socket.send(welcome, text=True)
        if connection == 1:
            await silent.wait()
            socket.transport.abort()
        else:
            await socket.close(4000, "the session is over")

    silent = asyncio.Event()
    async with server(scene) as url:
        client = Client(url, "AAAAAAAA", "robot", patience_s=60.0)
        monkeypatch.setattr("bots.reconnecting.time", SimpleNamespace(monotonic=lambda: clock_s[0]))
        happened = []
        async for happening in client.happenings():
            happened.append(type(happening))
            if happened == [Welcome]:
                clock_s[0] += 600.0
                silent.set()
    assert happened == [Welcome, Lost, Welcome]
    assert client.closed.code == 4000


async def test_a_server_that_only_ever_says_no_is_given_up_and_not_stormed() -> None:
    tries = []

    async def scene(socket: ServerConnection, connection: int) -> None:
        tries.append(connection)
        await socket.send(error_frame(ProtocolError("too_many_logins", "try again in a moment")), text=True)
        await socket.close(4013, "try again in a moment")

    async with server(scene) as url:
        client = Client(url, "AAAAAAAA", "robot", patience_s=1.0)
        happened = [happening async for happening in client.happenings()]
    pauses = [one.retry_s for one in happened if isinstance(one, Lost)]
    assert sum(isinstance(one, Fault) for one in happened) == len(tries)
    assert "no answer from ws://" in client.closed.why
    assert max(pauses) > 0.1, "the pauses between tries grow"


async def test_a_server_may_be_waited_for_as_long_as_anybody_likes(monkeypatch) -> None:
    """The pause between tries doubles no more, long before it is beyond all numbers."""

    async def at_once(seconds: float) -> None:
        assert seconds <= RETRY_S_MAX

    monkeypatch.setattr("bots.reconnecting.asyncio.sleep", at_once)
    client, lost = Client("ws://127.0.0.1:9", "AAAAAAAA", "robot", patience_s=1e9), 0
    async with contextlib.aclosing(client.happenings()) as happenings:
        async for happening in happenings:
            lost += isinstance(happening, Lost)
            if lost == 1_100:
                break
    assert client.closed is None
