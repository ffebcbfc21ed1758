"""`pit load` puts its load on a server of its own, and says what came of it."""

import asyncio
import json
import random
import time

import pytest
from websockets.frames import Frame, Opcode

from bots.load import fast_websocket as load_wire
from bots.load.fast_websocket import Wire
from bots.load.load import quantile
from bots.load.load_trader import LoadTrader, OpenMarket
from bots.load.machine import LAG_EVERY_S, Spent, lateness_ms
from p2p.messages import Accepted, Announced, Lobby, Quote, Standing
from p2p.protocol.codec import encode
from p2p.protocol.frames import Fact, feed_frame
from tests.plays.lab import pit


def test_a_load_is_measured_and_nothing_of_it_is_lost(tmp_path):
    words = ["--humans", "4", "--rate", "5", "--robots", "2", "--seconds", "1", "--json"]
    done = pit("load", "smith-1962-test-1", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {"orders", "lost", "p50_ms", "p99_ms", "max_ms", "server_cpu_s", "peak_mb"} <= set(said)
    assert said["orders"] > 20
    assert (said["lost"], said["gaps"], said["faults"]) == (0, 0, 0)
    assert 0 < said["p50_ms"] <= said["p99_ms"] <= said["max_ms"]
    assert said["facts_per_s"] >= said["frames_per_s"] > 0
    assert said["maker_cores"] > 0
    assert list(tmp_path.iterdir()) == []


def test_a_load_of_nobody_and_of_no_scenario_is_refused(tmp_path):
    nobody = pit("load", "smith-1962-test-1", "--humans", "0", cwd=tmp_path)
    assert (nobody.returncode, "needs --humans or --robots" in nobody.stderr) == (2, True)
    nothing = pit("load", "nowhere", cwd=tmp_path)
    assert (nothing.returncode, "did not start" in nothing.stderr) == (2, True)


def test_a_quantile_is_a_time_that_was_measured():
    times = [float(k) for k in range(1, 101)]
    assert (quantile(times, 0.5), quantile(times, 0.99), quantile([7.0], 0.99)) == (51.0, 100.0, 7.0)


# --- the load maker reads as little as it can, and counts right -----------------------------------------------------


def fact(message):
    return encode(Fact(message.directive, "institution", "agents", 1, message))


def hand(reads=False):
    one = LoadTrader("CODE", 1.0, OpenMarket(), reads, random.Random(0))
    one._welcomed = asyncio.get_running_loop().create_future()
    return one


async def test_facts_are_counted_as_they_would_be_read():
    plain, words = hand(), Announced("00", 'she said {"directive":"accepted"},"state":[ to all')
    facts = [fact(Lobby(1, 4)), fact(Quote("bid", 90)), fact(words), fact(Standing(90))]
    plain._read(feed_frame(1, 9, facts, [fact(Standing(90))]))
    assert (plain.facts, plain.frames, plain.gaps, plain.faults) == (4, 1, 0, [])
    plain._read(feed_frame(5, 9, [], [fact(Standing(91)), fact(Standing(92))]))
    assert (plain.facts, plain.frames, plain.gaps) == (4, 2, 0)
    plain._read(feed_frame(6, 9, [fact(Lobby(2, 4))], []))
    assert plain.gaps == 1


async def test_ones_own_answer_is_read_among_others_facts_and_a_wrong_count_is_told():
    one = hand()
    one.said = {1: 0.0}
    one._read(feed_frame(1, 9, [fact(Quote("bid", 90)), fact(Accepted(1)), fact(Quote("bid", 91))], []))
    assert (one.facts, one.accepted, one.said, one.floor.bid) == (3, [1], {}, 0)
    one._read_whole(feed_frame(4, 9, [fact(Quote("bid", 92))], []), 2, 0.0)
    assert one.faults == ["2 facts were counted where there are 1"]
    reader = hand(reads=True)
    reader._read(feed_frame(1, 9, [fact(Quote("bid", 90))], []))
    assert reader.floor.bid == 90


@pytest.mark.parametrize("seed", range(20))
async def test_frames_are_found_however_the_stream_is_cut(seed, monkeypatch):
    rng = random.Random(seed)
    texts = [rng.randbytes(rng.choice((0, 1, 125, 126, 127, 3_000, 65_535, 65_536))) for _ in range(30)]
    stream = b"".join(Frame(Opcode.TEXT, text).serialize(mask=False) for text in texts)
    seen = []
    wire = Wire("ws://127.0.0.1:1", seen.append)
    wire.opened.set_result(None)
    while stream:
        size = rng.choice((1, 2, 7, 500, 40_000))
        piece, stream = stream[:size], stream[size:]
        load_wire._buffer[: len(piece)] = piece
        wire.buffer_updated(len(piece))
    assert seen == texts


async def test_a_loop_that_is_held_up_is_at_least_so_late():
    async with lateness_ms() as late:
        while not late:  # noqa: ASYNC110 (it is asked often)
            await asyncio.sleep(0)
        count, began = len(late), time.perf_counter()
        sum(range(1_000_000))
        held_up_ms = (time.perf_counter() - began) * 1e3
        while len(late) == count:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert late[count] >= held_up_ms - LAG_EVERY_S * 1e3


def test_cores_are_processor_seconds_a_second_and_others_are_the_rest():
    began, ended = Spent(10.0, 1.0, 5.0, 100.0), Spent(12.0, 1.5, 6.0, 103.0)
    assert ended.cores(began) == (0.5, 0.25, 0.75)
    assert Spent(12.0, 1.5, None, None).cores(Spent(10.0, 1.0, None, None)) == (None, 0.25, None)
