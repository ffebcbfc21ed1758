"""Sessions one after another in one process: what one of them took, the next one finds given back.

Each is a whole one on real sockets, in short: robots, a person whose line is cut and who comes back, spectators, an
experimenter. Counted after each: descriptors, tasks and threads (but for those that the loop keeps for whatever is
handed aside), which must be as many as before, and the memory that is held, which must be what it was after the first
few sessions, but for a little: there are caches that fill slowly.
"""

import asyncio
import gc
import os
import threading
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from bots.robots.fleet import run_fleet
from p2p.messages import Announce, Bid, Ended, StartRound
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import forget_facts
from p2p.scenario.schema import Scenario
from p2p.sim.library.files import load
from server.hosted_session import open_new
from tests.plays.hosted import Hosted, Trader, hosting

SETTLED = 5
"""After so many sessions all caches are full, one would think."""
KEPT_BYTES_MAX = 16 * 1024
"""What a session may leave for good. One that is not let go of is more than a megabyte."""


@dataclass(frozen=True)
class Held:
    """What the process holds."""

    descriptors: int
    tasks: int
    threads: int
    memory_bytes: int


def held() -> Held:
    """What is held now, less the facts that a process remembers having read: they are bounded by their number."""
    forget_facts()
    gc.collect()
    descriptors = len(os.listdir("/dev/fd")) if os.path.isdir("/dev/fd") else 0
    threads = sum(not one.name.startswith("asyncio_") for one in threading.enumerate())
    return Held(descriptors, len(asyncio.all_tasks()), threads, tracemalloc.get_traced_memory()[0])


async def person(hosted: Hosted, seat: int) -> None:
    """Says quotes, loses the line in the first period, comes back, stays to the end."""
    trader: Trader = await hosted.join(seat)
    await trader.until_told(StartRound)
    await trader.say(Bid(50))
    trader.cut()
    back = await hosted.login(trader.line)
    await back.until_told(Ended)
    await back.closed()


async def spectator(hosted: Hosted) -> None:
    line = ClientProtocol("", "human")
    line.watched = 0
    trader = await hosted.login(line)
    await trader.until_told(Ended)
    await trader.closed()


async def experimenter(hosted: Hosted) -> None:
    trader = await hosted.experimenter()
    await trader.say(Announce("Welcome."))
    await trader.until_told(Ended)
    await trader.closed()


async def play(scenario: Scenario, seed: int, folder: Path) -> None:
    """One session, from its lobby to its seal."""
    opened = open_new(scenario, "soak", seed, folder, "test")
    async with hosting(opened) as hosted:
        words = [(hosted.codes[seat], "zic") for seat in range(1, scenario.seats)]
        work = (
            experimenter(hosted),
            spectator(hosted),
            spectator(hosted),
            person(hosted, 0),
            run_fleet(hosted.url, words),
        )
        await asyncio.gather(*work)
        assert await hosted.running == 0


async def soak(sessions: int, folder: Path) -> list[Held]:
    """What is held after each session; scenarios take turns."""
    after = []
    for seed in range(sessions):
        scenario = load(("smith-1962-test-1", "open-book", "call-market")[seed % 3])
        scaled = msgspec.structs.replace(
            scenario,
            periods=2,
            period_s=1.0,
            break_s=0.1,
            robots=msgspec.structs.replace(scenario.robots, reaction_mean_s=0.1),
        )
        await play(scaled, seed, folder)
        after.append(held())
    return after


def alike(one: Held, other: Held) -> bool:
    return (one.descriptors, one.tasks, one.threads) == (other.descriptors, other.tasks, other.threads)


async def test_a_session_gives_back_descriptors_tasks_and_threads(tmp_path: Path) -> None:
    before, first, second = held(), *await soak(2, tmp_path)
    assert alike(before, first)
    assert alike(before, second)


@pytest.mark.full
async def test_after_twenty_sessions_nothing_has_grown(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        before, after = held(), await soak(20, tmp_path)
    finally:
        tracemalloc.stop()
    assert all(alike(before, one) for one in after)
    grown_bytes = after[-1].memory_bytes - after[SETTLED - 1].memory_bytes
    assert grown_bytes < KEPT_BYTES_MAX * (len(after) - SETTLED), [one.memory_bytes for one in after]
