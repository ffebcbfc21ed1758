"""The disk is full, or a write or a sync fails, at the n-th call: nothing is acknowledged from that batch on."""

import asyncio
import errno
import os
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from p2p.line import ClientLine
from p2p.messages import Accepted, Bid, RequestStanding, Start, StartRound
from p2p.scenario import parse
from recordings.store import Recovered
from server.host import open_again, open_new
from tests.conftest import SMALL
from tests.hosted import hosting
from tests.simulation.disk import FailingDisk

KINDS = {"full": ("write", errno.ENOSPC, 13), "write": ("write", errno.EIO, 0), "sync": ("sync", errno.EIO, 0)}


async def play(folder: Path, kind: str, n: int) -> tuple[FailingDisk, dict[int, set[int]], list[int | None]]:
    """A session whose n-th call of the disk fails; what was acknowledged to each seat, and how its line was closed."""
    call, number, part = KINDS[kind]
    disk = FailingDisk(call, n + 1, number, part)
    opened = open_new(parse(SMALL), "small", 1, folder, "test", disk)
    accepted: dict[int, set[int]] = {seat: set() for seat in range(4)}
    codes: list[int | None] = []
    async with hosting(opened) as hosted, asyncio.timeout(30):
        try:
            experimenter = await hosted.experimenter()
            traders = [await hosted.join(seat) for seat in range(4)]
            await experimenter.say(Start())
            for trader in traders:
                await trader.until_told(StartRound)
            for k in range(1, n + 2):
                for trader in traders:
                    await trader.say(Bid(k) if k % 2 else RequestStanding())
        except (ConnectionClosed, InvalidHandshake, AssertionError, OSError):
            assert disk.failed
        status = (await asyncio.gather(hosted.running, return_exceptions=True))[0]
        assert isinstance(status, OSError)
        for trader in locals().get("traders", []):
            codes.append((await trader.closed())[0])
            mine = accepted[trader.welcome.seat]
            mine |= {told.message.token for told in trader.told if isinstance(told.message, Accepted)}
    return disk, accepted, codes


async def holds(folder: Path, kind: str, n: int) -> None:
    disk, accepted, codes = await play(folder, kind, n)
    assert disk.after == 0, "a disk that has failed is not written to again"
    (name,) = os.listdir(folder)
    recording = folder / name
    recovered = Recovered(recording)
    on_record = {
        (event.to, event.message.token)
        for _, events in recovered.played
        for event in events
        if isinstance(event.message, Accepted)
    }
    assert {(seat, token) for seat, tokens in accepted.items() for token in tokens} <= on_record
    assert all(code == 1011 for code in codes), "clients are told that trading is paused"
    async with hosting(open_again(recovered, 0)) as back:
        line = ClientLine("", "human")
        experimenter = await back.experimenter()
        assert line.number == 0
        await experimenter.until(lambda: experimenter.line.number >= experimenter.welcome.facts)
    assert Recovered(recording).sealed is not None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [1, 2, 5, 7, 9, 14])
async def test_a_disk_that_fails_stops_the_market_and_takes_nothing_back(tmp_path: Path, kind: str, n: int):
    await holds(tmp_path / "recordings", kind, n)


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
async def test_a_disk_that_fails_at_any_of_its_first_300_calls_takes_nothing_back(tmp_path: Path, kind: str):
    for n in range(1, 301):
        await holds(tmp_path / str(n), kind, n)
