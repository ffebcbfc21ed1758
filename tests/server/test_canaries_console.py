"""Canaries over private words, requests for help, roster, figures and mirror: none reaches anybody else's bytes."""

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from p2p.information.projection import Projection, Projector
from p2p.messages import AnswerHelp, Help, Message, PassToRobot, Remove, Start, Tell, Told, Void
from p2p.protocol.client_connection import ClientProtocol
from server.connections.transport import LOOPBACK
from server.hosted_session import HostedSession, open_new
from server.monitoring.prometheus import counted
from tests.plays.hosted import GUARD_S, Hosted, hosting
from tests.plays.play import small

WORDS = (b"canary-told", b"canary-help", b"canary-answer")
FRAMES = (b'"directive":"roster"', b'"directive":"figures"', b'"directive":"mirrored"', b'"directive":"mirror_opened"')


class Ear:
    """A client that keeps every byte it is sent, and says messages with the next token."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket, self.bytes, self.token = socket, bytearray(), 0
        self.listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            while True:
                data = await self.socket.recv()
                self.bytes += data.encode() if isinstance(data, str) else data

    async def until(self, data: bytes, count: int = 1) -> None:
        async with asyncio.timeout(GUARD_S):
            while self.bytes.count(data) < count:  # noqa: ASYNC110 (each turn lets every task take a step)
                await asyncio.sleep(0)

    async def say(self, message: Message) -> None:
        self.token += 1
        payload = json.loads(json.dumps({key: getattr(message, key) for key in message.__struct_fields__}))
        said = {"directive": message.directive, "payload": payload, "token": self.token}
        await self.socket.send(json.dumps(said))
        await self.until(f'"token":{self.token}'.encode() if self.token > 0 else b"")


@contextlib.asynccontextmanager
async def ear(hosted: Hosted, line: ClientProtocol) -> AsyncIterator[Ear]:
    async with connect(hosted.url, compression=None, proxy=None, ping_interval=None) as socket:
        await socket.send(line.login(), text=True)
        heard = Ear(socket)
        await heard.until(b'"directive":"welcome"')
        yield heard
        heard.listening.cancel()


def console(hosted: Hosted) -> ClientProtocol:
    line = ClientProtocol(hosted.host.opened.control, "human")
    line.conducts = line.roster = True
    return line


def watcher() -> ClientProtocol:
    line = ClientProtocol("", "human")
    line.watched = 0
    return line


async def play(folder: Path) -> dict[str, bytes]:
    """A session in which everything private is said; the bytes of each client, of the files and of the log."""
    opened, log = open_new(small(start="experimenter"), "canary", 5, folder, "test"), io.StringIO()
    host = HostedSession(opened, LOOPBACK, counted(), log)
    async with hosting(opened, host) as hosted, contextlib.AsyncExitStack() as stack:

        async def joined(line: ClientProtocol) -> Ear:
            return await stack.enter_async_context(ear(hosted, line))

        ada, bob = [await joined(ClientProtocol(hosted.codes[seat], "human")) for seat in (0, 1)]
        public, desk = await joined(watcher()), await joined(console(hosted))
        await desk.say(Start())
        await ada.say(Help("canary-help", ""))
        await desk.say(Tell(0, "canary-told"))
        await desk.say(AnswerHelp(0, "canary-answer"))
        await desk.socket.send(json.dumps({"directive": "mirror", "payload": {"seat": 0}}))
        await desk.until(b'"directive":"mirrored"')
        await desk.until(WORDS[0])
        await desk.say(PassToRobot(1))
        await desk.say(Remove(2))
        await desk.say(Void())
        await bob.until(b'"directive":"voided"')
        await public.until(b'"directive":"voided"')
        await desk.until(b'"directive":"figures"')
        ears = {"ada": ada, "bob": bob, "public": public, "desk": desk}
        said = {name: bytes(one.bytes) for name, one in ears.items()}
    kept = [path.read_bytes() for path in opened.store.folder.iterdir() if path.name != "messages.json"]
    return said | {"files": b"\n".join(kept), "log": log.getvalue().encode() + (host.metrics.page() or b"")}


def check(said: dict[str, bytes]) -> None:
    for name in ("bob", "public", "files", "log"):
        assert not [word for word in (*WORDS, *FRAMES) if word in said[name]], f"{name} was told what is private"
    assert not [frame for frame in FRAMES if frame in said["ada"]], "a seat was told the console's frames"
    for name in ("bob", "public"):
        assert b'"help_asked"' not in said[name]
        assert b'"removed"' not in said[name], f"{name} was told of another seat's removal"
    assert b'"passed_on"' not in said["public"]
    assert WORDS[0] in said["ada"]
    assert WORDS[2] in said["ada"]
    assert all(frame in said["desk"] for frame in FRAMES)


async def test_nothing_private_reaches_another_seat_the_public_the_journal_or_the_log(tmp_path: Path) -> None:
    check(await play(tmp_path))


async def test_private_words_that_are_told_to_all_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Projector._shown

    def leaking(self: Projector, event):
        if isinstance(event.message, Told) and event.market is not None:
            return Projection(event.market, event.message, {})
        return project(self, event)

    monkeypatch.setattr(Projector, "_shown", leaking)
    with pytest.raises(AssertionError, match="was told what is private"):
        check(await play(tmp_path))
