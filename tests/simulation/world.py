"""A whole lab in simulated time: the real session, sequencer, store, gateway, lines; a machine and a network that fail.

Everything that happens is drawn from one seed: who says what and when, how long frames and syncs take, which links are
cut and which clients read nothing for a while, when the power fails, the disk is full, a sync fails, the process sleeps
or is told to stop. A seed that fails is printed, and plays again the same. `python -m tests.simulation.world
SEEDS [FIRST]` plays any number.
"""

import asyncio
import errno
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from p2p.base.units import EXPERIMENTER, GATEWAY
from p2p.messages import Message, Open
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import ProtocolError
from p2p.session.session import Session
from recordings.journal.format import FILE as JOURNAL
from recordings.journal.format import Record
from recordings.journal.store import Recovered, Store
from server.connections.peer import Gone
from server.hosted_session import HostedSession, SessionParts, recovery_messages
from server.limits import Limits
from server.publishing.announcements import Announcements
from server.publishing.feeds import Feeds
from server.session.clock import Clock
from server.session.machine import Machine
from tests.simulation.client import WATCHER, Client
from tests.simulation.disk import SimulatedDisk
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import Link
from tests.simulation.robots import Robots
from tests.simulation.seats import Person, SimulatedDoors, scenario_of
from tests.simulation.stages import StageExperimenter, Student, staged
from tests.simulation.truth import records_of, time_was_kept, told_is_on_record
from tests.simulation.truth_of_pay import answers_reached_nobody_else, pay_is_counted_again
from tests.simulation.truth_of_seats import seats_were_kept

FOLDER = Path("recordings") / "one"


@dataclass(frozen=True)
class Faults:
    """How often things go wrong: chances (at each write or sync, at each frame), and mean times in seconds between."""

    power: float = 0.007
    disk: float = 0.003
    restless: float = 0.01
    cut_s: float = 0.7
    stand_s: float = 3.0
    sleep_s: float = 6.0
    stop_s: float = 8.0


RESTLESS = Limits(logins_burst=1e9, lists_burst=1e9)
"""Everybody comes and goes here, and asks for all contracts, as often as they like."""


NONE = Faults(0.0, 0.0, 0.0, 1e9, 1e9, 1e9, 1e9)
SLEEPY = replace(NONE, cut_s=Faults.cut_s, sleep_s=2.0)
"""Nothing happens but that lines are cut and the machine sleeps, often."""


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

    def awake_or_not_us(self) -> int:
        return self._us()


async def at_once(work, *words):
    await asyncio.sleep(0)
    return work(*words)


def simulated(on_disk, chance: Random) -> Machine:
    """A machine whose threads are none, and whose clock is the simulated loop's."""
    return Machine(aside=at_once, on_disk=on_disk, chance=chance)


def opening(seed: int) -> Open:
    """One seed in four deals as trading starts, to those who are there by then or to all."""
    return Open("start", "drop" if seed % 8 else "robots") if seed % 4 == 0 else Open()


class World:
    """One seed's lab."""

    def __init__(self, seed: int, faults: Faults, with_stages: bool = False) -> None:
        self.seed, self.faults, self.with_stages = seed, faults, with_stages
        self.scenario = staged(seed) if with_stages else scenario_of(seed)
        self.rng = Random(seed)
        self.disk = SimulatedDisk(self._tick)
        self.host: HostedSession | None = None
        self.begun = False
        self.happened: Counter[str] = Counter()
        self.recoveries: list[int] = []
        """How many records were found each time; what was found before and is gone again was never made durable."""
        self.attending: dict[asyncio.Task[None], None] = {}  # in order: a set of tasks has another in each process
        self.clients: list[Client] = []
        self.wrong: list[BaseException] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.over: asyncio.Future[None]
        self.tokens: dict[str, str] = {}
        self.slept_s = 0.0
        self.slept: list[tuple[int, int]] = []
        """Each sleep of a server that ran, by its session's clock."""
        self.robots = Robots(self) if self.scenario.takes_over else None

    # --- the machine ------------------------------------------------------------------------------------------------

    def _tick(self, call: str) -> None:
        """Before a call of the disk: now and then it fails, in a recovery too. After that the journal is left alone."""
        chance = self.rng.random()
        if not self.begun:
            return
        journals = call in ("write", "sync")
        assert not (journals and self.disk.failed), "a disk that has failed is not asked again"
        if chance < self.faults.power and (journals or self.host is None):
            raise PowerFails
        if self.faults.power < chance < self.faults.power + self.faults.disk:
            self.disk.failed |= journals
            self.happened[f"failed {call}s"] += 1
            raise OSError(errno.EIO if call == "sync" else errno.ENOSPC, "the disk fails")

    def _salt(self) -> str:
        """Drawn by seed, so that a seed plays the same again."""
        return self.rng.randbytes(16).hex()

    def _open(self) -> SessionParts:
        if self.disk.files:
            recovered = Recovered(FOLDER, self.disk)
            session, feeds = recovered.session, Feeds(recovered.session)
            if self.robots:
                self.robots.taken.clear()
                self.robots.heard(event for _, events in recovered.played for event in events)
                again = self.robots.rng.random() < 0.2 and Recovered(FOLDER, self.disk).session
                assert not again or again.digest() == session.digest(), "recovered twice, two sessions"
            words = Announcements(FOLDER, self.disk, feeds.words, feeds.private_words)
            words.private.salt = words.answers.salt = self._salt
            for at, events in recovered.played:
                feeds.publish(at, events)
            found = len(recovered.played)
            self.recoveries = [*(one for one in self.recoveries if one <= found), found]
            store, first = recovered.reopen(), recovery_messages(session)
        else:
            session = Session(self.scenario, self.seed)
            store, feeds = Store.create(FOLDER, self.scenario, self.seed, "test", self.disk), Feeds(session)
            words = Announcements(FOLDER, self.disk, feeds.words, feeds.private_words)
            words.private.salt = words.answers.salt = self._salt
            first = [Envelope(GATEWAY, opening(self.seed))]
        doors = SimulatedDoors(self.scenario.seats, self.tokens)
        return SessionParts(session, store, doors, {}, "", feeds, SimulatedClock(session.now), first, words, RESTLESS)

    async def _serve(self) -> bool:
        """Host the session until it ends (True), or is stopped, or the disk or the power fails."""
        try:
            opened = self._open()
            host = HostedSession(opened, machine=simulated(self._on_disk, Random(self.rng.random())))
            self.host, self.begun = host, True
            if self.with_stages:
                host.sequencer._draw = Random(self.rng.random()).choice  # else a seed would not play the same again
            if self.robots:
                self.robots.begin(host)
            await host._sequence()
            if host.opened.session.phase == "ended":
                return True
            self.happened["stops"] += 1
        except OSError:
            self._gone()
        except PowerFails:
            self.happened["losses of power"] += 1
            self._gone()
            self.disk = self.disk.after_power_loss(self.rng)
            self.disk.tick = self._tick
        finally:
            self.host, self.disk.failed = None, False
            if self.robots:
                self.robots.end()
        return False

    def _gone(self) -> None:
        """The process is no more, nor is what hung on it."""
        for task in self.attending:
            task.cancel()
        for client in self.clients:
            if client.link:
                client.link.end()

    async def _on_disk(self, write: Callable[[bytes], None], data: bytes) -> None:
        await asyncio.sleep(self.rng.choice((0.0005, 0.002, 0.03)))
        write(data)

    # --- the network, and what happens by chance --------------------------------------------------------------------

    def connect(self) -> Link:
        link = Link(self.rng)
        if self.host is None:
            raise Gone
        task = asyncio.create_task(self.host.gateway.serve_connection(link.server))
        self.attending[task] = None
        task.add_done_callback(self._attended)
        return link

    def _attended(self, task: "asyncio.Task[None]") -> None:
        """A connection has ended on the server's side, and never by an error of ours."""
        self.attending.pop(task, None)
        self._ended(task)

    async def _now_and_then(self, mean_s: float, what: str, do: Callable[[], bool]) -> None:
        while True:
            await asyncio.sleep(self.rng.expovariate(1 / mean_s))
            self.happened[what] += do()

    def _chances(self) -> list[Coroutine[Any, Any, None]]:
        one = self.faults
        return [
            self._now_and_then(one.cut_s, "cuts", self._cut),
            self._now_and_then(one.stand_s, "stands", self._stand),
            self._now_and_then(one.sleep_s, "sleeps", self._sleep),
            self._now_and_then(one.stop_s, "asked to stop", self._stop),
        ]

    def awake_s(self) -> float:
        """A clock that stands while the process sleeps."""
        return asyncio.get_running_loop().time() - self.slept_s

    def _somebody(self) -> Client:
        return self.rng.choice([client for client in self.clients if not client.done] or self.clients)

    def _cut(self) -> bool:
        link = self._somebody().link
        if link is None or link.cut:
            return False
        link.end()
        return True

    def _stand(self) -> bool:
        link = self._somebody().link
        if link is None or link.cut:
            return False
        link.stand(self.rng.choice((0.5, 2.0, 8.0)))
        return True

    def _sleep(self) -> bool:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        seconds = self.rng.choice((0.1, 0.3, 1.0, 3.0, 10.0))
        began = self.host.opened.clock.now() if self.host else None
        loop.sleep_through(seconds)
        self.slept_s += seconds
        if self.host and began is not None and self.host.opened.clock.runs:
            self.slept.append((began, self.host.opened.clock.now()))
        return True

    def _stop(self) -> bool:
        if self.host is None:
            return False
        self.host.stop()
        return True

    # --- a life -----------------------------------------------------------------------------------------------------

    async def play(self) -> None:
        names = [EXPERIMENTER, *(str(seat) for seat in range(self.scenario.seats)), WATCHER]
        self.clients = [self._client(name, Random(f"{self.seed}/{name}")) for name in names]
        self.over = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().set_exception_handler(self._missed)
        for work in (self._lives(), *self._chances(), *(client.run() for client in self.clients)):
            self.begin(work)
        for client in self.clients:
            client.acting.add_done_callback(self._ended)
        await self.over
        living = [*self.tasks, *(client.acting for client in self.clients), *self.attending]
        for task in living:
            task.cancel()
        await asyncio.gather(*living, return_exceptions=True)
        for error in self.wrong:
            raise error

    async def _lives(self) -> None:
        while not await self._serve():  # noqa: ASYNC110 (the machine is off for a while)
            await asyncio.sleep(self.rng.uniform(0.01, 0.5))
        if not self.over.done():
            self.over.set_result(None)

    def begin(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Something that goes on beside the rest, and that ends all if it fails."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        self.tasks.append(task)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and task.exception():
            self._fails(task.exception())

    def _missed(self, loop: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
        """Nobody waited for it. (Whoever stood at the door of a server that is gone does not hear that it closes.)"""
        if not isinstance(what.get("exception"), ProtocolError):
            self._fails(what.get("exception"))

    def _fails(self, error: BaseException | None) -> None:
        """Something has gone wrong, be it where nobody waits for it: the first such thing is what is told."""
        self.wrong.append(error or RuntimeError("something failed"))
        if not self.over.done():
            self.over.set_result(None)

    def _client(self, name: str, rng: Random) -> Client:
        restless = self.faults.restless
        if self.with_stages and name != WATCHER:
            kind = StageExperimenter if name == EXPERIMENTER else Student
            return kind(self.connect, name, rng, restless)
        if self.robots and name.isdigit():
            seat, taken = int(name), self.robots.taken
            return Person(self.connect, name, rng, restless, seat, awake_s=self.awake_s, taken=lambda: taken[seat])
        return Client(self.connect, name, rng, restless, hasty=0.5 if self.robots else 1.0)

    def check(self) -> None:
        """Hold what everybody was told, and when alarms rang, against what is on the disk and was synced."""
        found = self.disk.after_power_loss(self.rng, keep=False)
        told_is_on_record(Recovered(FOLDER, found), self.clients)
        records = records_of(found, FOLDER)
        time_was_kept(Session(self.scenario, self.seed), records, self.recoveries)
        if self.robots:
            self.happened.update(seats_were_kept(Session(self.scenario, self.seed), records))
        if self.with_stages:
            pay_is_counted_again(Session(self.scenario, self.seed), records)
            journal = found.read(FOLDER / JOURNAL)
            self.happened["explained"] += answers_reached_nobody_else(records, journal, self.clients)

    def said(self) -> list[Message]:
        """All messages on the disk: those that were handed in, and the events of each."""
        played = Recovered(FOLDER, self.disk.after_power_loss(self.rng, keep=False)).played
        handed_in = [record.envelope().message for record in self.records()]
        return [*handed_in, *(event.message for _, events in played for event in events)]

    def stages_at_recovery(self) -> list[str]:
        """The kind of the stage that ran at each recovery that was kept."""
        session, kinds = Session(self.scenario, self.seed), []
        for record in self.records():
            if record.n - 1 in self.recoveries and session.staging.number >= 0:
                kinds.append(str(self.scenario.stage[session.staging.number].__struct_config__.tag))
            session.handle(record.envelope(), record.at)
        return kinds

    def records(self) -> list[Record]:
        """All that is on the disk."""
        return records_of(self.disk, FOLDER)

    def trace(self) -> list[tuple[int, bytes, tuple[bytes, ...]]]:
        return [(one.at, one.message, one.events) for one in records_of(self.disk, FOLDER)]


def play(seed: int, faults: Faults = Faults(), with_stages: bool = False) -> World:
    """One seed, played and checked; an exception names the seed."""
    loop = SimulatedLoop()
    try:

        async def life() -> World:
            world = World(seed, faults, with_stages)
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


def main() -> None:
    seeds, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    total: Counter[str] = Counter()
    for number in range(first, first + seeds):
        lived = play(number)
        total += lived.happened + Counter(records=len(lived.trace()))
        if seeds <= 20 or (number - first + 1) % 100 == 0:
            print(f"to seed {number}: " + ", ".join(f"{count} {what}" for what, count in total.items()), flush=True)


if __name__ == "__main__":
    main()
