"""`pit load`: how a market holds under many hands. Starts a server of its own and measures order to confirmation.

People say an order at exponential times, robots as fast as a seat may. The orders are load_orders.py's: nearly all of
them are accepted. The times are the accepted orders' alone: from the frame handed to the socket to the answer read from
it, durable in between. Refused orders are counted beside them, by reason.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.experimenter import conduct
from bots.load.load_orders import OpenMarket
from bots.load.load_trader import ROBOT_PER_S, LoadError, LoadTrader
from bots.load.machine import Spent, lateness_ms, spent
from p2p.messages import End, Start
from p2p.protocol.codec import encode

JOINING = 50
"""Lines that log in at once."""
ANSWERS_S_MAX = 10.0
"""How long the last answers may take before their orders count as lost."""
START_S_MAX = 60.0
"""How long the server may take to start, and everybody to join."""

PERIOD_S = 4
"""Long beside an answer's time: an order under way when a period ends may meet a market that has changed."""
UNITS = 100
"""Units of a trader and period: above the 76 orders that a robot at the limit says in it."""


@dataclass(frozen=True)
class Measured:
    """The results of a load. Times are the people's accepted orders', in milliseconds; `lost` have no effect on record.

    Cores, facts and frames are those of the trading alone; `server_cpu_s` has the server's start and the joining too.
    The load maker's own lateness is part of every time; `others_cores` is what the rest of the machine was busy with.
    """

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
    frames_per_s: float
    faults: int
    gaps: int
    orders_per_s: float
    refused: dict[str, int]
    server_cores: float | None
    maker_cores: float
    others_cores: float | None
    maker_late_p99_ms: float
    server_us_per_fact: float | None
    server_us_per_frame: float | None
    refused_orders: int
    accepted_share: float
    refused_p99_ms: float | None


@dataclass(frozen=True)
class Trading:
    """Counts from the first order to the last answer."""

    orders_s: float
    facts: int
    frames: int
    began: Spent
    ended: Spent
    late_ms: list[float]


def quantile(times: list[float], share: float) -> float:
    """The time that so large a share of them does not exceed; NaN of none."""
    ranked = sorted(times)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else float("nan")


async def load(scenario: str, humans: int, rate: float, robots: int, seconds: float, seed: int = 1) -> Measured:
    """Start a server, put the load on it, end it, and compare its recording with the orders sent."""
    with tempfile.TemporaryDirectory(prefix="pit-load-") as folder:
        server = _serve(scenario, humans + robots, Path(folder), seed)
        try:
            assert server.stdout is not None
            line = await asyncio.to_thread(server.stdout.readline)
            if not line:
                raise LoadError("the server did not start")
            where = json.loads(line)
            floor = OpenMarket()
            codes = [one["code"] for one in where["seats"]][: humans + robots]
            hands = [
                LoadTrader(
                    where["url"],
                    code,
                    rate if n < humans else ROBOT_PER_S,
                    floor,
                    n == 0,
                    random.Random(seed * 1_000 + n),
                )
                for n, code in enumerate(codes)
            ]
            trading = await _play(hands, where, seconds, server.pid)
            cpu_s, peak_mb = await asyncio.to_thread(_waited, server)
            return _measured(hands, humans, Path(where["recording"]), trading, cpu_s, peak_mb)
        finally:
            if server.poll() is None:
                server.kill()
                server.wait()
            if server.stdout:
                server.stdout.close()


def _serve(scenario: str, seats: int, folder: Path, seed: int) -> "subprocess.Popen[bytes]":
    """Short periods without a pause, and units enough, so that there is always something to trade."""
    words = ["--port", "0", "--json", "--seats-min", str(seats), "--recordings", str(folder), "--seed", str(seed)]
    words += ["--period-s", str(PERIOD_S), "--break-s", "0", "--periods", "1000", "--on-gap", "resume"]
    words += ["--units", str(UNITS)]
    command = [sys.executable, "-P", "-m", "pit", "serve", scenario, "--no-class-code", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


async def _play(hands: list[LoadTrader], where: dict[str, Any], seconds: float, server: int) -> Trading:
    """Everybody joins, trades, and waits for the last answers."""
    async with asyncio.timeout(START_S_MAX):
        for start in range(0, len(hands), JOINING):
            await asyncio.gather(*(hand.join() for hand in hands[start : start + JOINING]))
        if not _begins_by_itself(hands, len(where["seats"])):
            await conduct(where["url"], where["control"], "start", Start())
    await _until(lambda: all(hand.told for hand in hands), START_S_MAX)
    facts, frames = sum(hand.facts for hand in hands), sum(hand.frames for hand in hands)
    began = spent(server)
    async with lateness_ms() as late_ms:
        await asyncio.gather(*(hand.trade(began.at_s + seconds) for hand in hands))
        orders_s = max(seconds, time.perf_counter() - began.at_s)
        await _until(lambda: not any(hand.said for hand in hands), ANSWERS_S_MAX)
    ended = spent(server)
    facts, frames = sum(hand.facts for hand in hands) - facts, sum(hand.frames for hand in hands) - frames
    await conduct(where["url"], where["control"], "end", End())
    async with asyncio.timeout(START_S_MAX):
        await asyncio.gather(*(hand.ended for hand in hands))
    return Trading(orders_s, facts, frames, began, ended, late_ms)


def _begins_by_itself(hands: list[LoadTrader], seats: int) -> bool:
    """Whether the hands have taken all seats, which starts most scenarios."""
    welcome = hands[0].client.line.welcome
    return len(hands) == seats and welcome is not None and welcome.rules.starts_when_full


async def _until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds, or so long."""
    until = time.perf_counter() + seconds
    while not holds() and time.perf_counter() < until:  # noqa: ASYNC110 (it is asked of many lines at once)
        await asyncio.sleep(0.01)


def _waited(server: "subprocess.Popen[bytes]") -> tuple[float | None, float | None]:
    """The processor time (s) and the most memory (MB) of the server, from its start to its end; TimeoutError."""
    if not hasattr(os, "wait4"):  # Windows
        server.wait(START_S_MAX)
        return None, None
    until = time.monotonic() + START_S_MAX
    while not (ended := os.wait4(server.pid, os.WNOHANG))[0]:
        if time.monotonic() > until:
            raise TimeoutError("the server did not end")
        time.sleep(0.02)
    server.returncode = os.waitstatus_to_exitcode(ended[1])
    used = ended[2]
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return used.ru_utime + used.ru_stime, used.ru_maxrss / unit


def _measured(
    hands: list[LoadTrader], humans: int, recording: Path, trading: Trading, cpu_s: float | None, peak_mb: float | None
) -> Measured:
    on_record = _on_record(recording)
    lost = sum(len(hand.said) for hand in hands)
    lost += sum((hand.seat, token) not in on_record for hand in hands for token in hand.accepted)
    people = [t for hand in hands[:humans] for t in hand.times_ms]
    robots = [t for hand in hands[humans:] for t in hand.times_ms]
    refused_ms = [t for hand in hands for t in hand.refused_ms]
    answered = len(people) + len(robots) + len(refused_ms)
    orders = answered + sum(len(hand.said) for hand in hands)
    server, maker, others = trading.ended.cores(trading.began)
    took_s = trading.ended.at_s - trading.began.at_s
    return Measured(
        orders=orders,
        lost=lost,
        p50_ms=round(quantile(people or robots, 0.5), 2),
        p99_ms=round(quantile(people or robots, 0.99), 2),
        max_ms=round(max(people or robots, default=float("nan")), 2),
        server_cpu_s=_rounded(cpu_s, 2),
        peak_mb=_rounded(peak_mb, 1),
        robots_p99_ms=round(quantile(robots, 0.99), 2) if robots and people else None,
        accepted=sum(len(hand.accepted) for hand in hands),
        facts_per_s=round(trading.facts / took_s),
        frames_per_s=round(trading.frames / took_s),
        faults=sum(len(hand.faults) for hand in hands),
        gaps=sum(hand.gaps for hand in hands),
        orders_per_s=round(orders / trading.orders_s, 1),
        refused=dict(sum((hand.refused for hand in hands), Counter())),
        server_cores=_rounded(server, 3),
        maker_cores=round(maker, 3),
        others_cores=_rounded(others, 3),
        maker_late_p99_ms=round(quantile(trading.late_ms, 0.99), 2),
        server_us_per_fact=_each_us(server, trading.facts / took_s),
        server_us_per_frame=_each_us(server, trading.frames / took_s),
        refused_orders=len(refused_ms),
        accepted_share=round((answered - len(refused_ms)) / answered, 4) if answered else float("nan"),
        refused_p99_ms=round(quantile(refused_ms, 0.99), 2) if refused_ms else None,
    )


def _rounded(figure: float | None, digits: int) -> float | None:
    return None if figure is None else round(figure, digits)


def _each_us(cores: float | None, per_s: float) -> float | None:
    """Microseconds of a processor for each of so many a second."""
    return None if cores is None or not per_s else round(cores / per_s * 1e6, 2)


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
