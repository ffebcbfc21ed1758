"""A whole lab in simulated time: the real session, sequencer, store, gateway, lines; a network and a disk that fail.

Everything that happens is drawn from one seed: who says what and when, how long frames and syncs take, which links are
cut and when the power fails. A seed that fails is printed, and plays again the same. `python -m tests.simulation.world
SEEDS [FIRST]` plays any number.
"""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from p2p.line import ClientLine, Fault, Login, Told, Welcome, feed_frame
from p2p.messages import (
    Accepted,
    Announce,
    Ask,
    Bid,
    Buy,
    Ended,
    Message,
    Open,
    Pause,
    Paused,
    Refused,
    RequestContracts,
    RequestStanding,
    Resume,
    Sell,
    Start,
)
from p2p.session import Session
from p2p.units import GATEWAY
from p2p.wire import Envelope
from recordings.store import Recovered, Store, read_folder
from server.announcements import Announcements
from server.clock import Clock
from server.feeds import Feeds
from server.host import Host, Opened, resumed
from server.peer import Gone
from tests.play import small
from tests.simulation.disk import SimulatedDisk
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Link

FOLDER = Path("recordings") / "one"
SCENARIO = small(period_s=4.0, break_s=1.0, periods=2, start="experimenter")
EXPERIMENTER = "experimenter"


class PowerFails(Exception):
    """The machine is gone."""


class SimulatedClock(Clock):
    """As the server's, on the simulated loop."""

    def _us(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e6)

    def start(self) -> None:
        self._started_us = self._us()

    def now(self) -> int:
        return self._start if self._started_us is None else self._start + self._us() - self._started_us


class Doors:
    """Codes are the seats' names here; tests/test_server.py has the real ones."""

    def who(self, login: Login) -> int | str | None:
        name = login.resume or login.code
        return name if name == EXPERIMENTER else int(name)

    def token(self, who: int | str) -> str:
        return str(who)


async def _at_once(work, *words):
    await asyncio.sleep(0)
    return work(*words)


@dataclass
class Client:
    """A seat's client: says things at random, some several times, comes back when cut, remembers all it is told."""

    world: "World"
    name: str
    rng: Random
    told: list[Told] = field(default_factory=list)
    link: Link | None = None
    done: bool = False

    def __post_init__(self) -> None:
        self.line = ClientLine(self.name, "robot")
        self.acting = asyncio.create_task(self._act())

    async def run(self) -> None:
        while not self.done:
            try:
                await self._connection()
            except Gone:
                await asyncio.sleep(self.rng.uniform(0.01, 0.3))
        self.acting.cancel()

    async def _connection(self) -> None:
        self.link = link = self.world.connect(self)
        await link.client.send(self.line.login())
        while True:
            received = self.line.received(await link.client.recv())
            if isinstance(received, Welcome):
                for pending in self.line.unanswered():
                    await link.client.send(pending)
            elif isinstance(received, Fault):
                assert received.code in ("token_gap", "too_fast", "closing"), received
                if received.code == "too_fast":
                    link.end()
            else:
                self._see(received)

    def _see(self, told: list[Told]) -> None:
        self.told += told
        for one in told:
            if isinstance(one.message, Ended):
                self.done = True
            if self.name == EXPERIMENTER and isinstance(one.message, Paused):
                self._say(Resume())

    async def _act(self) -> None:
        while True:
            await asyncio.sleep(self.rng.expovariate(2.0 if self.name == EXPERIMENTER else 6.0))
            if self.line.session and len(self.line.pending) < 10:
                self._say(self._word())

    def _word(self) -> Message:
        if self.name == EXPERIMENTER:
            return self.rng.choices((Start(), Resume(), Pause(), Announce("x")), (10, 6, 1, 1))[0]
        price = self.rng.randrange(1, 200)
        words = (Bid(price), Ask(price), Buy(), Sell(), Buy(price), RequestStanding(), RequestContracts())
        return self.rng.choice(words)

    def _say(self, message: Message) -> None:
        _, data = self.line.say(message)
        if self.link and not self.link.cut and self.line.number:
            for _ in range(self.rng.choice((1, 1, 1, 2, 5))):
                self.link.client.push(data)


class World:
    """One seed's lab."""

    def __init__(self, seed: int, power: float = 0.01, cuts_s: float = 0.7) -> None:
        self.seed, self.power, self.cuts_s = seed, power, cuts_s
        self.rng = Random(seed)
        self.disk = SimulatedDisk(self._tick)
        self.host: Host | None = None
        self.losses = self.cuts = 0
        self.attending: set[asyncio.Task[None]] = set()
        self.clients: list[Client] = []

    # --- the machine ------------------------------------------------------------------------------------------------

    def _tick(self, call: str) -> None:
        if self.host and call in ("write", "sync") and self.rng.random() < self.power:
            raise PowerFails

    def _open(self) -> Opened:
        if self.disk.files:
            recovered = Recovered(FOLDER, self.disk)
            session, feeds = recovered.session, Feeds(recovered.session)
            words = Announcements(FOLDER, self.disk, feeds.words)
            for at, events in recovered.played:
                feeds.publish(at, events)
            store, first = recovered.reopen(), resumed(session)
        else:
            session = Session(SCENARIO, self.seed)
            store, feeds = Store.create(FOLDER, SCENARIO, self.seed, "test", self.disk), Feeds(session)
            words, first = Announcements(FOLDER, self.disk, feeds.words), [Envelope(GATEWAY, Open())]
        return Opened(session, store, Doors(), {}, "", feeds, SimulatedClock(session.now), first, words)

    async def _serve(self) -> bool:
        """Host the session until it ends (True) or the power fails."""
        host = Host(self._open())
        host.gateway.aside, host.gateway.chance = _at_once, Random(self.rng.random())
        host.sequencer.on_disk = self._on_disk
        self.host = host
        try:
            await host.sequencer.run(host.opened.first)
            await host._close(4000, "the session is over")
        except PowerFails:
            self.losses += 1
            self.host = None
            for task in self.attending:
                task.cancel()
            for client in self.clients:
                if client.link:
                    client.link.end()
            self.disk = self.disk.after_power_loss(self.rng)
            self.disk.tick = self._tick
            return False
        self.host = None
        return True

    async def _on_disk(self, write, data: bytes) -> None:
        await asyncio.sleep(self.rng.choice((0.0005, 0.002, 0.03)))
        write(data)

    # --- the network ------------------------------------------------------------------------------------------------

    def connect(self, client: Client) -> Link:
        link = Link(self.rng)
        if self.host is None:
            raise Gone
        task = asyncio.create_task(self.host.gateway.attend(link.server))
        self.attending.add(task)
        task.add_done_callback(self.attending.discard)
        return link

    async def _cut_links(self) -> None:
        while True:
            await asyncio.sleep(self.rng.expovariate(1 / self.cuts_s))
            link = self.rng.choice(self.clients).link
            if link and not link.cut:
                self.cuts += 1
                link.end()

    # --- a life -----------------------------------------------------------------------------------------------------

    async def play(self) -> None:
        names = [EXPERIMENTER, *(str(seat) for seat in range(SCENARIO.seats))]
        self.clients = [Client(self, name, Random(f"{self.seed}/{name}")) for name in names]
        running = [asyncio.create_task(client.run()) for client in self.clients]
        cutting = asyncio.create_task(self._cut_links())
        while not await self._serve():  # noqa: ASYNC110 (the machine is off for a while)
            await asyncio.sleep(self.rng.uniform(0.01, 0.5))
        cutting.cancel()
        for client, task in zip(self.clients, running, strict=True):
            client.acting.cancel()
            task.cancel()
        for task in self.attending:
            task.cancel()
        await asyncio.gather(*running, *self.attending, return_exceptions=True)
        for task in running:
            if task.done() and not task.cancelled() and task.exception():
                raise task.exception()  # type: ignore[misc]

    def check(self) -> None:
        """Whatever anybody was told is on record, at that number, and once; the record runs again to the same state."""
        found = self.disk.after_power_loss(self.rng, keep=False)
        recovered = Recovered(FOLDER, found)
        assert recovered.sealed is not None
        assert recovered.sealed.digest == recovered.session.digest().hex()
        assert recovered.session.phase == "ended"
        feeds = Feeds(recovered.session)
        Announcements(FOLDER, found, feeds.words)
        for at, events in recovered.played:
            feeds.publish(at, events)
        for client in self.clients:
            viewer = client.name if client.name == EXPERIMENTER else int(client.name)
            on_record = ClientLine("", "robot")
            whole = feeds.after(viewer, 0, 1 << 30)
            expected = on_record.received(feed_frame(1, 0, whole, []))
            assert [one.number for one in client.told] == list(range(1, len(client.told) + 1)), client.name
            assert client.told == expected[: len(client.told)], client.name
            answers = [one.message.token for one in client.told if isinstance(one.message, Accepted | Refused)]
            assert answers == list(range(1, len(answers) + 1)), client.name

    def trace(self) -> list[tuple[int, bytes, tuple[bytes, ...]]]:
        return [(one.at, one.message, one.events) for one in read_folder(FOLDER, self.disk).records()]


def play(seed: int, power: float = 0.01, cuts_s: float = 0.7) -> World:
    """One seed, played and checked; an exception names the seed."""
    loop = SimulatedLoop()
    try:

        async def life() -> World:
            world = World(seed, power, cuts_s)
            async with asyncio.timeout(3_600):
                await world.play()
            return world

        world = loop.run_until_complete(life())
        world.check()
        return world
    except Exception as error:
        error.add_note(f"seed {seed}: python -m tests.simulation.world 1 {seed}")
        raise
    finally:
        loop.close()


if __name__ == "__main__":
    seeds, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for number in range(first, first + seeds):
        lived = play(number)
        print(f"seed {number}: {len(lived.trace())} records, {lived.losses} losses of power, {lived.cuts} cuts")
