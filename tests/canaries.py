"""Markets whose private numbers can be told from all others, and a lab in simulated time that keeps every byte it says.

Every price of a scenario, its tick too, is taken a million times; every private value gets, beside that, a mark of its
own between two ticks. Prices are whole ticks, whoever says them and whatever he was thinking of: so no price, and no
difference of a value from a price, can be mistaken for another value, and whatever has a value's mark comes from it.
Households' tariffs are drawn between the ticks; to what each of them uses and to what its panels make the same large
number is added, of which the net that it trades knows nothing. Instants are smaller than any of these.
"""

import asyncio
import io
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import msgspec

from bots.client import Client, Happening
from bots.robot import Robot
from p2p.environments.days import Days
from p2p.environments.neighbourhood import Prosumers, Range
from p2p.line import ClientLine
from p2p.messages import Bid, Forecast, Message, Metered, Open, RequestContracts, RequestStanding, Schedule
from p2p.scenario import InducedValues, Scenario
from p2p.session import Session
from p2p.units import GATEWAY, PRICE_MAX, Seat
from p2p.wire import Envelope
from recordings.journal import Reading
from recordings.store import Store, read_folder
from server.announcements import Announcements
from server.feeds import Feeds, Viewer, spectator
from server.host import Host, Opened
from server.metrics import counted
from server.peer import Gone
from tests.simulation import world
from tests.simulation.disk import SimulatedDisk
from tests.simulation.loop import SimulatedLoop
from tests.simulation.network import End, Link

TICK = 1_000_000
INSTANTS_MAX = 40_000_000
"""No session of these goes on for so long (in microseconds), and no canary is smaller."""
PRIVATE = {"schedule", "forecast", "metered", "accepted", "refused", "contracts", "set_battery", "set_reservation"}
"""What is said to one seat alone."""
FOLDER = Path("recordings") / "one"

# --- numbers ----------------------------------------------------------------------------------------------------


def marked(scenario: Scenario, period_s: float, looks: float) -> Scenario:
    """The same market with canaries for values, in two short periods of so many looks of each robot."""
    rules, table = scenario.institution, scenario.environment
    controls = {name: getattr(rules.terms, name) for name in ("price_ceiling", "price_floor")}
    scaled = {name: price * TICK for name, price in controls.items() if price is not None}
    rules = msgspec.structs.replace(
        rules,
        price_min=rules.price_min * TICK,
        price_max=rules.price_max * TICK,
        tick=rules.tick * TICK,
        terms=msgspec.structs.replace(rules.terms, **scaled),
    )
    return msgspec.structs.replace(
        scenario,
        institution=rules,
        environment=_induced(table) if isinstance(table, InducedValues) else _tariffs(table),
        periods=2,
        period_s=period_s,
        break_s=0.2,
        start="when_full",
        robots=msgspec.structs.replace(scenario.robots, reaction_mean_s=period_s / looks),
    )


def _induced(values: InducedValues) -> InducedValues:
    marks = iter(Random(5).sample(range(100_001, 500_000), 1_000))

    def of(traders: Iterable[Iterable[int]]) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(value * TICK + next(marks) for value in trader) for trader in traders)

    shifts = tuple(
        msgspec.structs.replace(one, from_period=2, buyers=one.buyers * TICK, sellers=one.sellers * TICK)
        for one in values.shifts
    )
    return msgspec.structs.replace(values, buyers=of(values.buyers), sellers=of(values.sellers), shifts=shifts)


def _tariffs(table: Prosumers) -> Prosumers:
    ranges = {name: getattr(table, name) for name in ("buy", "feed_in", "flexible_value")}
    between = {name: Range(one.low * TICK + 1, one.high * TICK - 1) for name, one in ranges.items() if one is not None}
    return msgspec.structs.replace(table, **between)


def mark_households(session: Session) -> None:
    """To each household's load and PV of every interval the same large number, its own."""
    numbers = iter(Random(6).sample(range(500_000_001, 800_000_000, 7), 1_000))
    for market in session.markets:
        days = getattr(market.environment, "days", None)
        if isinstance(days, Days):
            for seat, one in days.households.items():
                more = next(numbers) / (days.rules.interval_min // 5)
                load, pv = (tuple(wh + more for wh in whs) for whs in (one.load_wh, one.pv_wh))
                days.households[seat] = type(one)(one.connection, one.storage, load, pv)


def numbers_in(data: bytes) -> set[int]:
    """The whole numbers that are written there, signs aside, as metrics write them too (3.25e+08)."""
    found = re.findall(rb"(?<![\w.])\d+(?:\.\d+)?(?:e\+\d+)?(?![\w.])", data)
    read = [float(one) if b"." in one or b"e" in one else int(one) for one in found]
    return {int(one) for one in read if one == int(one)}


def between_ticks(numbers: Iterable[int]) -> set[int]:
    """Those of the size of a price that are none."""
    return {number for number in numbers if INSTANTS_MAX <= number <= 2 * PRICE_MAX and number % TICK}


def secrets(reading: Reading) -> dict[Seat, set[int]]:
    """What each seat was told of itself, by the record: the numbers of its schedules, forecasts and meters."""
    found: dict[Seat, set[int]] = defaultdict(set)
    for record in reading.records():
        assert record.at < INSTANTS_MAX
        for event in record.read_events():
            if isinstance(event.message, Schedule | Forecast | Metered):
                assert isinstance(event.to, int)
                steps = getattr(event.message, "steps", ())
                numbers = [abs(one) for one in msgspec.structs.astuple(event.message) if type(one) is int]
                numbers += [step.value for step in steps]
                assert all(step.value % TICK for step in steps), "no price is a canary"
                found[event.to] |= {number for number in numbers if number >= INSTANTS_MAX}
    return found


# --- the lab ----------------------------------------------------------------------------------------------------


class OpenDoors(world.Doors):
    """Doors that nobody's robot was lent a key to."""

    def stands_in(self, login: object) -> None:
        return None

    def take_back(self, seat: Seat) -> None:
        return None


class Wire:
    """A simulated link's end, as much of a socket as the client needs."""

    protocol = SimpleNamespace(close_exc=Gone())

    def __init__(self, end: End) -> None:
        self.end = end

    async def send(self, data: bytes, text: bool | None = None) -> None:
        await self.end.send(data)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            try:
                yield await self.end.recv()
            except Gone:
                return


class SimulatedClient(Client):
    """The one client of every trader, on the simulated network; it comes back at once."""

    def __init__(self, lab: "Lab", seat: Seat) -> None:
        super().__init__("", str(seat), "robot")
        self.lab, self.seat = lab, seat
        self.link: Link | None = None

    def now(self) -> int:
        return self.line.now

    async def happenings(self) -> AsyncIterator[Happening]:
        while True:
            self.link = self.lab.connect(self.seat)
            try:
                async for happening in self._connection(Wire(self.link.client)):  # type: ignore[arg-type]
                    yield happening
            except Gone:
                await asyncio.sleep(0.01)


class Lab:
    """A session, hosted in simulated time. `said` has every byte that left for each viewer, over all his lines."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.rng = scenario, Random(seed)
        self.session = Session(scenario, seed)
        mark_households(self.session)
        self.disk = SimulatedDisk()
        store, feeds = Store.create(FOLDER, scenario, seed, "test", self.disk), Feeds(self.session)
        words = Announcements(FOLDER, self.disk, feeds.words)
        first, clock = [Envelope(GATEWAY, Open())], world.SimulatedClock(0)
        opened = Opened(self.session, store, OpenDoors(), {}, "", feeds, clock, first, words)  # type: ignore[arg-type]
        self.log = io.StringIO()
        self.host = Host(opened, metrics=counted(), log=self.log)
        self.host.gateway.aside, self.host.gateway.chance = world._at_once, Random(seed)
        self.host.sequencer.on_disk = world._at_once
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
        self.begin(self.host.gateway.attend(link.server))
        return link

    def begin(self, work: Any) -> None:
        self.tasks.append(asyncio.create_task(work))

    async def watch(self, market: int) -> None:
        """A spectator's line, to its end."""
        line = ClientLine("", "human")
        line.watched = market
        wire = Wire(self.connect(spectator(market)).client)
        await wire.send(line.login())
        async for _ in wire:
            pass

    async def play(self) -> None:
        """Sequence to the session's end; then whoever is still there is sent away."""
        await self.host._sequence()
        for task in self.tasks:
            task.cancel()
        done = await asyncio.gather(*self.tasks, return_exceptions=True)
        wrong = [one for one in done if isinstance(one, Exception)]
        assert wrong == []

    def elsewhere(self) -> bytes:
        """What is neither on a line nor in the journal: the log, the metrics, the files beside the journal."""
        files = [file.data for path, file in self.disk.files.items() if path.name != "journal.jsonl"]
        return b"\n".join([self.log.getvalue().encode(), self.host.metrics.page() or b"", *files])

    def reading(self) -> Reading:
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
            client.say(lab.rng.choice(words))


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
