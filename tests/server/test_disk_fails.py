"""The disk is full, or a write or a sync fails, at the n-th call: nothing is acknowledged from that batch on."""

import asyncio
import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from bots.reconnecting import ConnectionGoneError
from p2p.messages import Accepted, Bid, RequestStanding, Start, StartRound
from p2p.scenario.parsing import parse
from recordings.journal.store import Recovered
from server.hosted_session import DISK_FAILED, open_again, open_new
from tests.conftest import SMALL
from tests.plays.hosted import UNHURRIED, hosting
from tests.plays.lab import GUARD_S, Serving
from tests.plays.recover_plays import LONG, Seat, acknowledged
from tests.simulation.disk import FailingDisk

KINDS = {"full": ("write", errno.ENOSPC, 13), "write": ("write", errno.EIO, 0), "sync": ("sync", errno.EIO, 0)}
STOPS_S_MAX = 10.0
"""Ten times what a server may take to stop once its disk has failed."""


async def play(folder: Path, kind: str, n: int) -> tuple[FailingDisk, dict[int, set[int]], list[tuple[int, str]]]:
    """A session whose n-th call of the disk fails; what was acknowledged to each seat, and how its line was closed."""
    call, number, part = KINDS[kind]
    disk = FailingDisk(call, n + 1, number, part)
    opened = open_new(parse(SMALL), "small", 1, folder, "test", disk)
    accepted: dict[int, set[int]] = {seat: set() for seat in range(4)}
    ends: list[tuple[int, str]] = []
    async with hosting(opened, limits=UNHURRIED) as hosted, asyncio.timeout(30):
        try:
            experimenter = await hosted.experimenter()
            traders = [await hosted.join(seat) for seat in range(4)]
            await experimenter.say(Start())
            for trader in traders:
                await trader.until_told(StartRound)
            for k in range(1, n + 2):
                for trader in traders:
                    await trader.say(Bid(k) if k % 2 else RequestStanding())
        except (ConnectionClosed, ConnectionGoneError, InvalidHandshake, AssertionError, OSError):
            assert disk.failed
        status = (await asyncio.gather(hosted.running, return_exceptions=True))[0]
        assert isinstance(status, OSError)
        for trader in locals().get("traders", []):
            ends.append(await trader.closed())
            mine = accepted[trader.welcome.seat]
            mine |= {told.message.token for told in trader.told if isinstance(told.message, Accepted)}
    return disk, accepted, ends


async def holds(folder: Path, kind: str, n: int) -> None:
    disk, accepted, ends = await play(folder, kind, n)
    assert disk.after == 0, "a disk that has failed is not written to again"
    (name,) = os.listdir(folder)
    recording = folder / name
    recovered = Recovered(recording)
    assert {(seat, token) for seat, tokens in accepted.items() for token in tokens} <= acknowledged(recovered)
    for code, why in ends:
        assert (code, why[-17:]) == (1011, "trading is paused")
    async with hosting(open_again(recovered, 0)) as back:
        experimenter = await back.experimenter()
        await experimenter.until(lambda: experimenter.line.number >= experimenter.welcome.facts)
    assert Recovered(recording).sealed is not None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 2, 5, 7, 9, 14])
async def test_a_disk_that_fails_stops_the_market_and_takes_nothing_back(tmp_path: Path, kind: str, n: int):
    await holds(tmp_path / "recordings", kind, n)


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("first", range(1, 301, 50))
async def test_a_disk_that_fails_at_any_of_its_first_300_calls_takes_nothing_back(
    tmp_path: Path, first: int, kind: str
):
    for n in range(first, first + 50):
        await holds(tmp_path / str(n), kind, n)


def serve_on_a_small_disk(cwd: Path) -> "subprocess.Popen[str]":
    """`pit serve` that may write files of 30,000 bytes and no longer ones."""
    import resource

    return subprocess.Popen(
        [sys.executable, "-P", "-m", "pit", "serve", "long.toml", "--port", "0", "--seed", "3", "--json"],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000)),
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
async def test_a_server_whose_journal_can_grow_no_more_says_so_and_ends_with_its_own_status(tmp_path: Path):
    (tmp_path / "long.toml").write_text(LONG)
    process = serve_on_a_small_disk(tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    serving = Serving(process, json.loads(process.stdout.readline()), tmp_path)
    seats = [Seat(serving, seat) for seat in range(4)]
    async with asyncio.timeout(GUARD_S):
        await asyncio.gather(*(seat.play() for seat in seats))
    assert await asyncio.to_thread(process.wait, STOPS_S_MAX) == DISK_FAILED == 74
    said = process.stderr.read()
    assert "the recording cannot be written" in said
    assert f"pit serve --recover {serving.where['recording']}" in said
    process.stderr.close()
    serving.end()
    recovered = Recovered(serving.recording)
    answered = acknowledged(recovered)
    for number, seat in enumerate(seats):
        assert {(number, token) for token in seat.accepted()} <= answered
        assert seat.closed is not None
        assert (seat.closed[0], "trading is paused" in seat.closed[1]) == (1011, True)
    assert sum(len(seat.accepted()) for seat in seats) > 10
