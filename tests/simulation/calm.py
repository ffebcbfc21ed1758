"""A lab in simulated time in which no machine fails, with robots on its lines: it keeps every byte that it says."""

import asyncio
import contextlib
import io
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random
from typing import Any

from websockets.exceptions import ConnectionClosedError

from bots.client import Client, Socket
from bots.reconnecting import ConnectionGoneError, Happening
from bots.robots.robot import Robot
from p2p.base.units import EXPERIMENTER, GATEWAY, PRICE_MAX, Seat
from p2p.messages import Bid, Message, Open, RequestContracts, RequestStanding
from p2p.messages.envelope import Envelope
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Login
from p2p.scenario.schema import Scenario
from p2p.session.session import Session
from recordings.journal.format import JournalReader
from recordings.journal.store import Store, read_folder
from server.connections.peer import Gone
from server.hosted_session import HostedSession, SessionParts
from server.monitoring.prometheus import counted
from server.publishing.announcements import Announcements
from server.publishing.feeds import Feeds, Viewer, spectator
from tests.plays.canaries import mark_households
from tests.plays.hosted import UNHURRIED
from tests.simulation import world
from tests.simulation.disk import SimulatedDisk
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import End, Link

FOLDER = Path("recordings") / "one"


class Wire:
    """A simulated link's end, as much of a socket as the client needs."""

    def __init__(self, end: End) -> None:
        self.end, self.post = end, end.push

    async def recv(self) -> bytes:
        try:
            return await self.end.recv()
        except Gone as gone:
            raise ConnectionClosedError(None, None) from gone


class SimulatedClient(Client):
    """The one client of every trader, on the simulated network; it comes back at once."""

    def __init__(self, lab: "Lab", seat: Seat) -> None:
        super().__init__("", str(seat), "robot", opener=self._opened)
        self.lab, self.seat = lab, seat
        self.link: Link | None = None

    def now(self) -> int:
        return self.line.now

    @contextlib.asynccontextmanager
    async def _opened(self, url: str, tls: ssl.SSLContext | None) -> AsyncIterator[Socket]:
        self.link = self.lab.connect(self.seat)
        yield Wire(self.link.client)

    async def happenings(self) -> AsyncIterator[Happening]:
        while True:
            try:
                async for happening in self.connection():
                    yield happening
                raise AssertionError(f"the server was wrong: {self.closed}")
            except ConnectionGoneError:
                await asyncio.sleep(0.01)


class Doors:
    """Codes are the seats' names here, and nobody's words: they are not looked for in what is said."""

    def known(self, login: Login) -> int | str | None:
        name = login.resume or login.code
        return name if name == EXPERIMENTER else int(name)

    def tries_class_code(self, login: Login) -> bool:
        return False

    def issue(self, who: int | str) -> str:
        return str(who)

    def save(self) -> None:
        pass

    def stands_in(self, login: Login) -> None:
        return None

    def take_back(self, seat: int) -> None:
        return None


class Lab:
    """A session, hosted in simulated time. `said` has every byte that left for each viewer, over all his lines."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.rng = scenario, Random(seed)
        self.session = Session(scenario, seed)
        mark_households(self.session)
        self.disk = SimulatedDisk()
        store, feeds = Store.create(FOLDER, scenario, seed, "test", self.disk), Feeds(self.session)
        words = Announcements(FOLDER, self.disk, feeds.words, feeds.private_words)
        first, clock = [Envelope(GATEWAY, Open())], world.SimulatedClock(0)
        opened = SessionParts(self.session, store, Doors(), {}, "", feeds, clock, first, words, UNHURRIED)  # type: ignore[arg-type]
        self.log = io.StringIO()
        machine = world.simulated(world.at_once, Random(seed))
        self.host = HostedSession(opened, metrics=counted(), log=self.log, machine=machine)
        self.said: dict[Viewer, list[bytes]] = defaultdict(list)
        self.tasks: list[asyncio.Task[Any]] = []

    def connect(self, viewer: Viewer) -> Link:
        """A link for a viewer, with an ear at its server's end."""
        link = Link(self.rng)
        push, close, said = link.server.push, link.server.close, self.said[viewer]

        def heard(data: bytes) -> None:
            said.append(data)
            push(data)

        async def closed(code: int, why: str) -> None:
            said.append(f"{code} {why}".encode())
            await close(code, why)

        link.server.push, link.server.close = heard, closed  # type: ignore[method-assign]
        self.begin(self.host.gateway.serve_connection(link.server))
        return link

    def begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(self._fails)
        self.tasks.append(task)

    def _fails(self, task: asyncio.Task[Any]) -> None:
        """A line that fails ends the session: nobody would wait for it in vain."""
        if not task.cancelled() and task.exception() is not None:
            self.host.stop()

    async def watch(self, market: int) -> None:
        """A spectator's line, to its end."""
        link = self.connect(spectator(market)).client
        line = ClientProtocol("", "human")
        line.watched = market
        link.push(line.login())
        with contextlib.suppress(Gone):
            while True:
                await link.recv()

    async def play(self) -> None:
        """Sequence to the session's end; then whoever is still there is sent away."""
        await self.host._sequence()
        for task in self.tasks:
            task.cancel()
        done = await asyncio.gather(*self.tasks, return_exceptions=True)
        wrong = [one for one in done if isinstance(one, Exception)]
        assert wrong == [], wrong

    def elsewhere(self) -> bytes:
        """What is neither on a line nor in the journal: the log, the metrics, the files beside the journal."""
        files = [file.data for path, file in self.disk.files.items() if path.name != "journal.jsonl"]
        return b"\n".join([self.log.getvalue().encode(), self.host.metrics.page() or b"", *files])

    def reading(self) -> JournalReader:
        return read_folder(FOLDER, self.disk)


async def pester(lab: Lab, clients: list[SimulatedClient]) -> None:
    """Somebody asks, says what is refused, or loses his line: until all can be back before the session's end."""
    length_s = lab.scenario.periods * (lab.scenario.period_s + lab.scenario.break_s)
    while asyncio.get_running_loop().time() < 0.8 * length_s:
        await asyncio.sleep(lab.rng.expovariate(6.0))
        client = lab.rng.choice(clients)
        if client.link and lab.rng.random() < 0.2:
            client.link.end()
        elif client.connected and not client.line.pending:
            words: list[Message] = [RequestStanding(), RequestContracts(), Bid(lab.rng.randrange(PRICE_MAX))]
            client.send(lab.rng.choice(words))


def played(scenario: Scenario, cast: list[str], seed: int) -> Lab:
    """A session of robots, each on a line of its own, with a spectator on each market."""
    loop = SimulatedLoop()
    try:

        async def life() -> Lab:
            lab, clients = Lab(scenario, seed), []
            for market in range(scenario.markets):
                lab.begin(lab.watch(market))
            for seat, word in enumerate(cast):
                robot = Robot("", "", word)
                robot.client = SimulatedClient(lab, seat)
                clients.append(robot.client)
                lab.begin(robot.run())
            lab.begin(pester(lab, clients))
            await lab.play()
            return lab

        return loop.run_until_complete(life())
    finally:
        loop.close()
