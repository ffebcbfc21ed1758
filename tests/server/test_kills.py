"""kill -9 at random moments and at named points of a message's way, eight people trading.

Nothing acknowledged is lost, whatever anybody was told is on record, and two recoveries agree to the byte.
"""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from p2p.base.units import Seat as SeatNumber
from p2p.messages import Accepted
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import NumberedFact, feed_frame
from recordings.journal.store import Recovered
from server.publishing.feeds import Feeds
from tests import ROOT
from tests.plays.killed import POINTS
from tests.plays.lab import GUARD_S, Serving
from tests.plays.recover_plays import LONG, Seat

EIGHT = LONG.replace("[[120, 90], [100]]", "[[120, 90], [100], [95], [80]]").replace(
    "[[40, 70], [60]]", "[[40, 70], [60], [55], [50]]"
)
SEATS = 8
BLOCK, BLOCKS = 25, 5
"""Kills of one point in one test, and such tests with `full`: 8 points x 25 x 5 = 1,000."""


def killed_at(point: str, n: int, cwd: Path) -> Serving:
    (cwd / "eight.toml").write_text(EIGHT)
    words = ["serve", str(cwd / "eight.toml"), "--port", "0", "--seed", "3", "--recordings", str(cwd), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.plays.killed", point, str(n), *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    return Serving(process, json.loads(process.stdout.readline()), cwd)


def on_record(recovered: Recovered, seat: SeatNumber) -> list[NumberedFact]:
    """All that a seat is told by a server that has come back."""
    feeds = Feeds(recovered.session)
    for at, events in recovered.played:
        feeds.publish(at, events)
    told = ClientProtocol("", "robot").received(feed_frame(1, 0, feeds.after(seat, 0, 1 << 30), []))
    assert isinstance(told, list)
    return told


async def kill(point: str, n: int, cwd: Path) -> int:
    """Play until the server is gone; how many orders were acknowledged by then."""
    serving = killed_at(point, n, cwd)
    seats = [Seat(serving, seat) for seat in range(SEATS)]
    try:
        async with asyncio.timeout(GUARD_S):
            await asyncio.gather(*(seat.play() for seat in seats))
        assert await asyncio.to_thread(serving.end) == -9
    finally:
        if serving.process.poll() is None:
            serving.kill()
    recovered = Recovered(serving.recording)
    for number, seat in enumerate(seats):
        recorded = on_record(recovered, number)
        tokens = {told.message.token for told in recorded if isinstance(told.message, Accepted)}
        assert seat.accepted() <= tokens, f"{point} {n}: an acknowledged order is lost"
        assert seat.told == recorded[: len(seat.told)], f"{point} {n}: seat {number} was told what is not on record"
    recovered.reopen().close()
    journal = (serving.recording / "journal.jsonl").read_bytes()
    again = Recovered(serving.recording)
    again.reopen().close()
    assert (serving.recording / "journal.jsonl").read_bytes() == journal
    assert again.session.digest() == recovered.session.digest()
    return sum(len(seat.accepted()) for seat in seats)


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, point: str):
    assert await kill(point, 60, tmp_path) > 0


@pytest.mark.full
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("block", range(BLOCKS))
async def test_a_thousand_kills_lose_nothing(tmp_path: Path, point: str, block: int):
    rng = random.Random(f"{point}/{block}")
    acknowledged = 0
    for k in range(BLOCK):
        folder = tmp_path / str(k)
        folder.mkdir()
        acknowledged += await kill(point, rng.randrange(30, 400), folder)
    assert acknowledged > 10 * BLOCK
    print(f"{BLOCK} kills, {point}: {acknowledged} orders acknowledged, 0 lost")
