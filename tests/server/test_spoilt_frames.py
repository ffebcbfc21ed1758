"""Frames spoilt in shape and in bytes: whoever hears them says ProtocolError, and the market is where it was.

Each frame goes the way of a real one: a line's end, the gateway, the sequencer, which hands it to the session if its
token is the next one. A frame that was spoilt and is an order all the same would be one; so the seat has had very many
messages already, and what is next is a number that no frame carries by chance.
"""

import contextlib
import gc
import random
import tracemalloc
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from p2p.messages import Accepted, Bid
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Login, forget_facts
from p2p.protocol.server_connection import FAULTS_MAX, ServerProtocol
from recordings.journal.store import Store
from server.connections.connection import Connection
from server.hosted_session import HostedSession, SessionParts
from server.monitoring.prometheus import SILENT
from server.publishing.announcements import Announcements
from server.publishing.feeds import Feeds
from server.session.clock import Clock
from server.session.machine import Machine
from server.session.sequencer import Committed
from tests.plays.hosted import UNHURRIED
from tests.plays.play import Course
from tests.plays.server_plays import remembered, trading
from tests.plays.spoiling import spoilt
from tests.plays.states_plays import Taken
from tests.simulation.disk import SimulatedDisk

HAD = 4_000_000_000
"""The last token of the seat whose frames are spoilt."""
KEPT_BYTES_MAX = 64 * 1024
"""What may be kept of the last tenth of the frames (to look at all takes ten times as long): a cache of words."""
KEPT_BYTES_MAX_ON_SOCKETS = 256 * 1024
"""Connections have more caches: 90 kB, reached after 200 of them and no more after 600."""


class Deaf(Taken):
    """A peer that takes all that is pushed, and keeps nothing."""

    def push(self, data: bytes) -> None:
        pass


class Market:
    """A market that trades, and a seat's line to it, without a socket."""

    def __init__(self) -> None:
        course = Course().trading()
        self.session = course.session
        self.session.tokens[0] = HAD
        disk = SimulatedDisk()
        store = Store.create(Path("one"), self.session.scenario, 1, "test", disk)
        feeds, clock = Feeds(self.session), Clock(course.now)
        words = Announcements(Path("one"), disk, feeds.words, feeds.private_words)
        parts = SessionParts(self.session, store, None, {}, "", feeds, clock, [], words, UNHURRIED)  # type: ignore[arg-type]
        host = HostedSession(parts, machine=Machine(aside=here, clock_s=lambda: 0.0))
        self.sequencer, self.inbox, self.gateway = host.sequencer, host.inbox, host.gateway
        self.line = host.seats.connections[0] = Connection(Deaf(), 0, Login(), SILENT)  # type: ignore[arg-type]
        self.ends = self._in()
        self.answers: Counter[str] = Counter()

    def _in(self) -> ServerProtocol:
        ends = ServerProtocol()
        ends.open = True
        return ends

    def hear(self, data: bytes) -> None:
        """A frame on a line that is in; after a fatal one the seat comes back."""
        try:
            at_once(self.gateway._on_frame(self.line, self.ends, data))
            self.answers["answered or let in"] += 1
        except ProtocolError as error:
            self.answers["closed" if error.fatal else "raised, and not closed"] += 1
            self.ends = self._in()
        happened: list[Committed] = []
        while self.inbox.waiting:
            self.answers["let in"] += 1
            self.sequencer._sequence(self.inbox._queue.get_nowait(), self.session.now, happened, [])
        assert happened == []

    def first(self, data: bytes) -> None:
        """A frame on a line that has not logged in."""
        try:
            assert isinstance(ServerProtocol().received(data), Login)
            self.answers["a login"] += 1
        except ProtocolError:
            self.answers["sent away"] += 1


async def here(work: Callable[..., Any], *args: Any) -> Any:
    """Nothing is handed aside."""
    return work(*args)


def at_once(hearing: Coroutine[Any, Any, None]) -> None:
    """Run what waits for nothing, without a loop."""
    with contextlib.suppress(StopIteration):
        hearing.send(None)
        raise AssertionError("it waits for something")


def told(data: bytes) -> None:
    """A frame as a server's, to a client."""
    line = ClientProtocol("A", "human")
    try:
        line.received(data)
    except ProtocolError:
        assert line.number == 0


@contextmanager
def nothing_kept(bytes_max: int = KEPT_BYTES_MAX) -> Iterator[None]:
    """Whatever is made meanwhile is let go of, but for so much; facts that were read are remembered, to a bound."""
    forget_facts()
    gc.collect()
    tracemalloc.start()
    try:
        yield
        forget_facts()
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] < bytes_max
    finally:
        tracemalloc.stop()


def in_memory(frames: int) -> Counter[str]:
    market, rng = Market(), random.Random(7)
    before, ways = market.session.digest(), (market.hear, market.hear, market.first, told)
    for n in range(frames * 9 // 10):
        ways[n % 4](spoilt(rng))
    with nothing_kept():
        for n in range(frames // 10):
            ways[n % 4](spoilt(rng))
    assert market.session.digest() == before
    return market.answers


def test_twenty_thousand_spoilt_frames_are_the_peers_fault_and_nothing_else() -> None:
    answers = in_memory(20_000)
    assert min(answers.values()) > 2, "all ways are gone"
    assert set(answers) == {"answered or let in", "closed", "let in", "a login", "sent away"}


@pytest.mark.full
def test_a_million_spoilt_frames_are_the_peers_fault_and_nothing_else() -> None:
    in_memory(1_000_000)


@settings(max_examples=300, deadline=None)
@given(st.randoms(use_true_random=False))
def test_whatever_can_be_made_of_the_schema_is_understood_or_refused(rng: random.Random) -> None:
    market = Market()
    before = market.session.digest()
    for way in (market.hear, market.first, told):
        way(spoilt(rng))
    assert market.session.digest() == before


# --- on a socket ------------------------------------------------------------------------------------------------


def portion(rng: random.Random) -> list[bytes]:
    """Frames for one connection: as many as a line may be wrong, those that close it at once last."""
    frames, last = [], b"{"
    while len(frames) < FAULTS_MAX - 1:
        data, ends = spoilt(rng), ServerProtocol()
        ends.open = True
        try:
            ends.received(data)
        except ProtocolError as error:
            if error.fatal:
                last = data
                continue
        if len(data) < 4_096:
            frames.append(data)
    return [*frames, last]


async def on_a_socket(host, small, frames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One connection after another to a hosted market, until its lines have heard so many frames."""
    rng, heard = random.Random(9), 0
    received = ServerProtocol.received

    def counting(self: ServerProtocol, data: bytes | str):
        nonlocal heard
        heard += self.open
        return received(self, data)

    async def until_heard(line: ClientProtocol, enough: float) -> None:
        while heard < enough:
            trader = await hosted.login(line)
            try:
                for data in portion(rng):
                    await trader.socket.send(data, text=rng.random() < 0.5 or None)
                await trader.closed()
            except ConnectionClosed:
                pass
            assert trader.socket.close_code in (4003, 1007), "every portion ends with a frame that closes"
            assert not hosted.running.done()
            hosted.traders.remove(trader)
            await trader.leave()

    monkeypatch.setattr(ServerProtocol, "received", counting)
    async with host(msgspec.structs.replace(small, period_s=36_000.0), limits=UNHURRIED) as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        hosted.host.opened.session.tokens[b1.welcome.seat] = HAD
        before = remembered(hosted.host.opened.session)
        await until_heard(b1.line, frames * 0.9)
        with nothing_kept(KEPT_BYTES_MAX_ON_SOCKETS):
            await until_heard(b1.line, frames)
        assert remembered(hosted.host.opened.session) == before
        assert isinstance(await b2.say(Bid(60)), Accepted)


async def test_spoilt_frames_on_a_socket_change_nothing(host, small, monkeypatch):
    await on_a_socket(host, small, 2_000, monkeypatch)


@pytest.mark.full
async def test_a_hundred_thousand_spoilt_frames_on_a_socket_change_nothing(host, small, monkeypatch):
    monkeypatch.setattr("tests.conftest.HOSTED_S", 3_600)
    await on_a_socket(host, small, 100_000, monkeypatch)
