"""`pit load`: how a market holds under many hands. Starts a server of its own and measures order to confirmation.

People say an order at exponential times, robots as fast as a seat may. An order improves the standing quote of its
side, so that most of them are told to everybody; others are refused, which is answered and recorded as well.
The times are the trader's: from the frame handed to the socket to the answer read from it, durable in between.
"""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from p2p.line import FEED_BYTES_MAX, ClientLine, FactRead, FeedRead, Welcome
from p2p.messages import Accepted, Ask, Bid, End, Message, Quote, Refused, Schedule, Standing, Start
from p2p.wire import Said, encode, message_of

ROBOT_PER_S = 19.0
"""Just below what the server lets a seat say, so that no answer is `too_fast`."""
ANSWERS_S_MAX = 10.0
"""How long the last answers may take before their orders count as lost."""
START_S_MAX = 60.0
"""How long the server may take to start, and everybody to join."""
ANSWERS = {"accepted": Accepted, "refused": Refused}

_said = msgspec.json.Decoder(Said)
_feed = msgspec.json.Decoder(FeedRead)
_fact = msgspec.json.Decoder(FactRead)


class LoadError(Exception):
    """The load could not be made; the server's own words."""


@dataclass
class Floor:
    """What all lines know of the market: one of them reads the quotes for all, and what is said is reckoned with."""

    bid: int = 0
    ask: int = 0
    tick: int = 1


@dataclass
class Hand:
    """One seat's line, read as cheaply as can be: its own answers in full, the rest counted."""

    code: str
    per_s: float
    floor: Floor
    reads: bool
    rng: random.Random
    facts: int = 0
    gaps: int = 0
    faults: list[str] = field(default_factory=list)
    said: dict[int, float] = field(default_factory=dict)
    times_ms: list[float] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    schedule: Schedule | None = None

    async def join(self, url: str) -> None:
        """Log in."""
        self.line = ClientLine(self.code, "robot")
        self.socket: ClientConnection = await connect(
            url, compression=None, proxy=None, max_size=FEED_BYTES_MAX, ping_interval=None, close_timeout=1
        )
        await self.socket.send(self.line.login(), text=True)
        welcome = self.line.received(await self.socket.recv())
        if not isinstance(welcome, Welcome):
            raise LoadError(f"the server did not let a line in: {welcome}")
        self.seat = welcome.seat

    async def read(self) -> None:
        """Take in frames until the line is closed."""
        try:
            async for data in self.socket:
                self._read(data)
        except ConnectionClosed:
            return

    def _read(self, data: bytes | str) -> None:
        now = time.perf_counter()
        said = _said.decode(data)
        if said.directive != "feed":
            self.faults.append(bytes(said.payload).decode())
            return
        feed = _feed.decode(said.payload)
        self.gaps += bool(feed.facts) and feed.first != self.facts + 1
        self.facts += len(feed.facts)
        for raw in feed.facts:
            head = bytes(memoryview(raw)[:26])
            if b'"quote"' in head and not self.reads:
                continue
            self._see(_fact.decode(raw), now)

    def _see(self, fact: FactRead, now: float) -> None:
        if fact.directive not in ("accepted", "refused", "quote", "contract", "standing", "start_round", "schedule"):
            return
        match message_of(fact.directive, fact.payload):
            case Accepted(token=token) | Refused(token=token) as answer:
                self.times_ms.append((now - self.said.pop(token)) * 1e3)
                if isinstance(answer, Accepted):
                    self.accepted.append(token)
                else:
                    self.refused[answer.reason] += 1
            case Schedule() as schedule:
                self.schedule = schedule
            case Quote(side="bid", price=price):
                self.floor.bid = max(self.floor.bid, price or 0)
            case Quote(price=price):
                self.floor.ask = min(self.floor.ask or price or 0, price or 0)
            case Standing():
                pass
            case _:
                self.floor.bid = self.floor.ask = 0

    async def trade(self, until: float) -> None:
        """Say orders until a time of the performance counter."""
        due = time.perf_counter() + self.rng.uniform(0, 1 / self.per_s)
        while due < until:
            await asyncio.sleep(due - time.perf_counter())
            pause_s = self.rng.expovariate(self.per_s) if self.per_s < ROBOT_PER_S else 1 / self.per_s
            due = max(due + pause_s, time.perf_counter())
            if len(self.said) < 60:
                await self.say(self._order())

    async def say(self, message: Message) -> None:
        """Say a message, and note when."""
        self.line.pending.clear()
        token, data = self.line.say(message)
        self.said[token] = time.perf_counter()
        await self.socket.send(data, text=True)

    def _order(self) -> Message:
        """One that improves the standing quote, whatever the seat's values: what counts is that all are told."""
        rules = self.line.welcome.rules if self.line.welcome else None
        assert rules is not None, "a hand trades when it has joined"
        away = self.rng.randrange(5) * rules.tick
        if self.schedule is not None and self.schedule.role == "seller":
            ask = self.floor.ask - rules.tick if self.floor.ask else rules.price_max - away
            self.floor.ask = max(rules.price_min, ask)
            return Ask(self.floor.ask)
        bid = self.floor.bid + rules.tick if self.floor.bid else rules.price_min + away
        self.floor.bid = min(rules.price_max, bid)
        return Bid(self.floor.bid)


@dataclass
class Measured:
    """What a load came to. Times are the people's, in milliseconds; `lost` were said and have no effect on record."""

    orders: int
    lost: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    server_cpu_s: float | None
    peak_mb: float | None
    robots_p99_ms: float | None
    accepted: int
    facts_per_s: float
    faults: int
    gaps: int
    orders_per_s: float
    refused: dict[str, int]


def quantile(times: list[float], share: float) -> float:
    """The time that so large a share of them does not exceed; NaN of none."""
    ranked = sorted(times)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")


async def load(scenario: str, humans: int, rate: float, robots: int, seconds: float, seed: int = 1) -> Measured:
    """Start a server, put the load on it, end it, and hold its recording against what was said."""
    with tempfile.TemporaryDirectory(prefix="pit-load-") as folder:
        server = _serve(scenario, humans + robots, Path(folder), seed)
        try:
            assert server.stdout is not None
            line = await asyncio.to_thread(server.stdout.readline)
            if not line:
                raise LoadError("the server did not start")
            where = json.loads(line)
            floor = Floor()
            codes = [one["code"] for one in where["seats"]][: humans + robots]
            hands = [
                Hand(code, rate if n < humans else ROBOT_PER_S, floor, n == 0, random.Random(seed * 1_000 + n))
                for n, code in enumerate(codes)
            ]
            took_s = await _play(hands, where, seconds)
            cpu_s, peak_mb = await asyncio.to_thread(_waited, server)
            return _measured(hands, humans, Path(where["recording"]), took_s, cpu_s, peak_mb)
        finally:
            if server.poll() is None:
                server.kill()
                server.wait()
            if server.stdout:
                server.stdout.close()


def _serve(scenario: str, seats: int, folder: Path, seed: int) -> "subprocess.Popen[bytes]":
    """Periods of two seconds without a pause, so that there is always something to trade."""
    words = ["--port", "0", "--json", "--seats", str(seats), "--recordings", str(folder), "--seed", str(seed)]
    words += ["--period-s", "2", "--break-s", "0", "--periods", "1000"]
    command = [sys.executable, "-P", "-m", "pit", "serve", scenario, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


async def _play(hands: list[Hand], where: dict[str, Any], seconds: float) -> float:
    """Everybody joins, trades, and waits for the last answers; how long the trading took, in seconds."""
    async with asyncio.timeout(START_S_MAX):
        for start in range(0, len(hands), 50):
            await asyncio.gather(*(hand.join(where["url"]) for hand in hands[start : start + 50]))
        conductor = Hand(where["control"], 1.0, Floor(), False, random.Random(0))
        await conductor.join(where["url"])
    reading = [asyncio.create_task(hand.read()) for hand in (*hands, conductor)]
    await conductor.say(Start())
    await _until(lambda: all(hand.schedule for hand in hands), START_S_MAX)
    began = time.perf_counter()
    await asyncio.gather(*(hand.trade(began + seconds) for hand in hands))
    took_s = time.perf_counter() - began
    await _until(lambda: not any(hand.said for hand in hands), ANSWERS_S_MAX)
    await conductor.say(End())
    async with asyncio.timeout(START_S_MAX):
        await asyncio.gather(*reading)
    return took_s


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds, or so long."""
    until = time.perf_counter() + seconds
    while not holds() and time.perf_counter() < until:  # noqa: ASYNC110 (it is asked of many lines at once)
        await asyncio.sleep(0.01)


def _waited(server: "subprocess.Popen[bytes]") -> tuple[float | None, float | None]:
    """The processor time (s) and the most memory (MB) of the server, from its start to its end."""
    try:
        import resource
    except ImportError:  # not on Windows
        server.wait(START_S_MAX)
        return None, None
    server.wait(START_S_MAX)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return used.ru_utime + used.ru_stime, used.ru_maxrss / unit


def _measured(
    hands: list[Hand], humans: int, recording: Path, took_s: float, cpu_s: float | None, peak_mb: float | None
) -> Measured:
    on_record = _on_record(recording)
    lost = sum(len(hand.said) for hand in hands)
    lost += sum((hand.seat, token) not in on_record for hand in hands for token in hand.accepted)
    people = [t for hand in hands[:humans] for t in hand.times_ms]
    robots = [t for hand in hands[humans:] for t in hand.times_ms]
    orders = len(people) + len(robots) + sum(len(hand.said) for hand in hands)
    return Measured(
        orders=orders,
        lost=lost,
        p50_ms=round(quantile(people or robots, 0.5), 2),
        p99_ms=round(quantile(people or robots, 0.99), 2),
        max_ms=round(max(people or robots, default=float("nan")), 2),
        server_cpu_s=None if cpu_s is None else round(cpu_s, 2),
        peak_mb=None if peak_mb is None else round(peak_mb, 1),
        robots_p99_ms=round(quantile(robots, 0.99), 2) if robots and people else None,
        accepted=sum(len(hand.accepted) for hand in hands),
        facts_per_s=round(sum(hand.facts for hand in hands) / took_s),
        faults=sum(len(hand.faults) for hand in hands),
        gaps=sum(hand.gaps for hand in hands),
        orders_per_s=round(orders / took_s, 1),
        refused=dict(sum((hand.refused for hand in hands), Counter())),
    )


def _on_record(recording: Path) -> set[tuple[int, int]]:
    """The seat and token of every message in the journal."""
    found = set()
    with (recording / "journal.jsonl").open("rb") as lines:
        for line in lines:
            message = json.loads(line).get("message", {})
            if message.get("token"):
                found.add((message["from"], message["token"]))
    return found


def as_json(measured: Measured) -> str:
    """The figures in one line."""
    return encode(measured).decode()
