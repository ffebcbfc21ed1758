"""kill -9 at named points of a message's way: nothing acknowledged is lost, and two recoveries agree to the byte."""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from p2p.messages import Accepted
from recordings.store import Recovered
from tests.killed import POINTS
from tests.lab import GUARD_S, Serving
from tests.test_recover import LONG, Seat

ROOT = Path(__file__).resolve().parent.parent


def killed_at(point: str, n: int, cwd: Path) -> Serving:
    (cwd / "long.toml").write_text(LONG)
    words = ["serve", str(cwd / "long.toml"), "--port", "0", "--seed", "3", "--recordings", str(cwd), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.killed", point, str(n), *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    return Serving(process, json.loads(process.stdout.readline()), cwd)


async def kill(point: str, n: int, cwd: Path) -> int:
    """Play until the server is gone; how many orders were acknowledged by then."""
    serving = killed_at(point, n, cwd)
    seats = [Seat(serving, seat) for seat in range(4)]
    async with asyncio.timeout(GUARD_S):
        await asyncio.gather(*(seat.play() for seat in seats))
    assert await asyncio.to_thread(serving.end) == -9
    recovered = Recovered(serving.recording)
    for number, seat in enumerate(seats):
        on_record = {
            event.message.token
            for _, events in recovered.played
            for event in events
            if event.to == number and isinstance(event.message, Accepted)
        }
        assert seat.accepted() <= on_record, f"{point} {n}: an acknowledged order is lost"
    recovered.reopen().close()
    journal = (serving.recording / "journal.jsonl").read_bytes()
    again = Recovered(serving.recording)
    again.reopen().close()
    assert (serving.recording / "journal.jsonl").read_bytes() == journal
    assert again.session.digest() == recovered.session.digest()
    return sum(len(seat.accepted()) for seat in seats)


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_at_a_named_point_loses_nothing_that_was_acknowledged(tmp_path: Path, point: str):
    assert await kill(point, 60, tmp_path) > 0


@pytest.mark.full
@pytest.mark.parametrize("point", POINTS)
async def test_a_thousand_kills_at_named_points_lose_nothing(tmp_path: Path, point: str):
    rng = random.Random(point)
    for k in range(143):
        folder = tmp_path / str(k)
        folder.mkdir()
        await kill(point, rng.randrange(10, 400), folder)
