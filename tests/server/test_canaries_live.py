"""The canaries once more on real sockets: whatever bytes the server sends, handshakes and closes too, by connection."""

import asyncio
import contextlib
import io
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bots.robots.fleet import run_fleet
from p2p.protocol.client_connection import ClientProtocol
from p2p.sim.library.files import load
from recordings.journal.store import read_folder
from server.connections.transport import LOOPBACK
from server.hosted_session import HostedSession, open_new
from server.monitoring.prometheus import counted
from server.publishing.feeds import Viewer, spectator
from tests.plays.canaries import mark_households, marked, secrets
from tests.plays.canaries_plays import check_elsewhere, check_lines
from tests.plays.hosted import GUARD_S, Hosted, hosting


class Relay:
    """Between the server and its clients; keeps all that the server sends."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.sent: list[bytearray] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self.port)
        self.sent.append(bytearray())
        await asyncio.gather(self._copy(reader, to_server, bytearray()), self._copy(from_server, writer, self.sent[-1]))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                kept += data
                writer.write(data)
                await writer.drain()
        writer.close()

    def said(self) -> dict[Viewer, bytes]:
        """By viewer, as the welcome of each connection names him."""
        said: dict[Viewer, bytes] = defaultdict(bytes)
        for sent in self.sent:
            seat = re.search(rb'"directive":"welcome","payload":\{"session":"[^"]*","seat":(\d+|null)', sent)
            if seat:
                said[spectator(0) if seat[1] == b"null" else int(seat[1])] += bytes(sent)
        return said


@contextlib.asynccontextmanager
async def relayed(hosted: Hosted) -> AsyncIterator[tuple[Relay, str]]:
    relay = Relay(int(hosted.url.rsplit(":", 1)[1]))
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    async with server:
        yield relay, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def watch(url: str) -> None:
    """A spectator, to the session's end."""
    line = ClientProtocol("", "human")
    line.watched = 0
    with contextlib.suppress(ConnectionClosed):
        async with connect(url, compression=None, proxy=None, ping_interval=None) as socket:
            await socket.send(line.login(), text=True)
            while True:
                await socket.recv()


def likest_a_number(scenario_name: str) -> str:
    """A name that `new_id` could give a recording, of those that could be taken for a value: its end is all digits."""
    return f"20261122-051213-{scenario_name}-59806956"


async def play(name: str, cast: tuple[str, ...], folder: Path, period_s: float, patch: pytest.MonkeyPatch) -> int:
    """A session of robots behind a relay; how many connections there were."""
    patch.setattr("server.hosted_session.new_id", likest_a_number)
    scenario, log = marked(load(name), period_s, looks=8.0), io.StringIO()
    opened = open_new(scenario, "live", 5, folder, "test")
    mark_households(opened.session)
    host = HostedSession(opened, LOOPBACK, counted(), log)
    async with hosting(opened, host) as hosted, relayed(hosted) as (relay, url), asyncio.timeout(10 * GUARD_S):
        watching = asyncio.create_task(watch(url))
        words = [(hosted.codes[seat], cast[seat % len(cast)]) for seat in range(scenario.seats)]
        assert await run_fleet(url, words) == []
        assert await hosted.running == 0
        await watching
    reading = read_folder(opened.store.folder)
    own = secrets(reading)
    assert b'"contract"' in reading.data
    recording = opened.store.folder.name.encode()
    assert recording.endswith(b"-59806956")
    said = {viewer: data.replace(recording, b"") for viewer, data in relay.said().items()}
    assert len(said) == scenario.seats + 1
    check_lines(said, own)
    files = [path.read_bytes() for path in opened.store.folder.iterdir() if path.name != "journal.jsonl"]
    elsewhere = b"\n".join([log.getvalue().encode(), host.metrics.page() or b"", *files])
    check_elsewhere(elsewhere.replace(recording, b""), own)
    return len(relay.sent)


@pytest.mark.parametrize("name", ["smith-1962-test-1", "energy-day", "call-market"])
async def test_no_byte_on_a_real_socket_has_a_private_number_of_anothers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await play(name, ("zic", "satisficer"), tmp_path, 0.5, monkeypatch) > 10


@pytest.mark.full
@pytest.mark.parametrize(
    "name", ["supply-shift", "price-ceiling", "energy-day-288", "energy-day-call-cap", "open-book"]
)
@pytest.mark.parametrize("cast", [("gd", "zip"), ("aa", "gdx", "learner"), ("optimizer", "shaver", "zic")])
async def test_nor_has_it_in_longer_ones(
    name: str, cast: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await play(name, cast, tmp_path, 2.0, monkeypatch) > 10
