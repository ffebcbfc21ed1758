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
from bots.load.load_orders import OpenMarket, OwnOrders, next_order
from bots.load.load_trader import LoadTrader
from bots.load.machine import LAG_EVERY_S, Spent, lateness_ms
from p2p.messages import (
    Accepted,
    Announced,
    Ask,
    Bid,
    Buy,
    Lobby,
    Quote,
    Refused,
    Replace,
    Schedule,
    Standing,
    Step,
)
from p2p.protocol.codec import encode
from p2p.protocol.frames import Fact, feed_frame
from p2p.scenario.public_rules import public_rules
from p2p.sim.library.files import load as load_scenario
from server.serve.open_session import repeated
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


@pytest.mark.parametrize(
    "scenario",
    [
        "smith-1962-test-1",
        "santa-fe-1990-base",
        "price-ceiling",
        "call-market",
        "posted-offer",
        "energy-day",
        "energy-day-call-cap",
    ],
)
def test_nearly_all_orders_of_a_load_are_accepted_in_every_institution_and_environment(scenario, tmp_path):
    words = ["--humans", "6", "--rate", "2", "--robots", "2", "--seconds", "2", "--json"]
    done = pit("load", scenario, *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["accepted"] >= 0.95 * said["orders"] > 10, said["refused"]
    assert said["refused_orders"] == sum(said["refused"].values())
    assert (said["lost"], said["gaps"], said["faults"]) == (0, 0, 0)


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
    return LoadTrader("", "CODE", 1.0, OpenMarket(), reads, random.Random(0))


async def test_facts_are_counted_as_they_would_be_read():
    plain, words = hand(), Announced("00", 'she said {"directive":"accepted"},"state":[ to all')
    facts = [fact(Lobby(1, 4)), fact(Quote("bid", 90)), fact(words), fact(Standing(90))]
    plain._reads(feed_frame(1, 9, facts, [fact(Standing(90))]))
    assert (plain.facts, plain.frames, plain.gaps, plain.faults) == (4, 1, 0, [])
    plain._reads(feed_frame(5, 9, [], [fact(Standing(91)), fact(Standing(92))]))
    assert (plain.facts, plain.frames, plain.gaps) == (4, 2, 0)
    plain._reads(feed_frame(6, 9, [fact(Lobby(2, 4))], []))
    assert plain.gaps == 1


async def test_ones_own_answer_is_read_among_others_facts_and_a_wrong_count_is_told():
    one = hand()
    one.said = {1: 0.0}
    one._reads(feed_frame(1, 9, [fact(Quote("bid", 90)), fact(Accepted(1)), fact(Quote("bid", 91))], []))
    assert (one.facts, one.accepted, one.said, one.floor.bid) == (3, [1], {}, 0)
    one._read_whole(feed_frame(4, 9, [fact(Quote("bid", 92))], []), 2, 0.0)
    assert one.faults == ["2 facts were counted where there are 1"]
    reader = hand(reads=True)
    reader._reads(feed_frame(1, 9, [fact(Quote("bid", 90))], []))
    assert reader.floor.bid == 90


async def test_a_time_is_an_accepted_orders_and_a_refused_one_is_counted_by_its_reason():
    one = hand()
    one.said = {1: 0.0, 2: 0.0}
    one._reads(feed_frame(1, 9, [fact(Accepted(1)), fact(Refused(2, "does_not_improve"))], []))
    assert (len(one.times_ms), len(one.refused_ms), dict(one.refused)) == (1, 1, {"does_not_improve": 1})


# --- its orders are such as are accepted ----------------------------------------------------------------------------


def said_next(scenario, role, own, floor=None, under_way=0):
    rules = public_rules(load_scenario(scenario))
    return next_order(rules, role, own, floor or OpenMarket(), under_way, random.Random(1))


@pytest.mark.parametrize("scenario", ["open-book", "call-market"])
def test_a_trader_replaces_their_own_resting_order_and_has_no_more_than_they_have_units_for(scenario):
    own = OwnOrders(units=1)
    assert isinstance(said_next(scenario, "buyer", own), Bid)
    assert said_next(scenario, "buyer", own, under_way=1) is None
    own.told(7, 1)
    again = said_next(scenario, "buyer", own)
    assert isinstance(again, Replace)
    assert again.order == 7
    own.said(2, again)
    assert own.free == {}
    own.answered(2, still_open=True)
    assert list(own.free) == [7]
    own.told(7, 0)
    assert own.free == {}


def test_a_seller_posts_once_a_period_and_buyers_take_when_posting_has_ended():
    own, floor = OwnOrders(units=3), OpenMarket(posting=True)
    post = said_next("posted-offer", "seller", own, floor)
    assert isinstance(post, Ask)
    own.said(1, post)
    assert said_next("posted-offer", "seller", own, floor) is None
    assert said_next("posted-offer", "buyer", OwnOrders(units=3), floor) is None
    floor.posting, floor.ask = False, 90
    assert said_next("posted-offer", "buyer", OwnOrders(units=3), floor) == Buy()
    own.scheduled(Schedule(2, "seller", (Step(5, 3),)))
    assert said_next("posted-offer", "seller", own, floor) is None
    floor.posting = True
    assert isinstance(said_next("posted-offer", "seller", own, floor), Ask)


def test_whoever_has_nothing_to_trade_says_nothing_that_would_count_as_an_order():
    assert said_next("energy-day", None, OwnOrders()) is None, "what is no order is not said, and not counted"
    assert said_next("open-book", "buyer", OwnOrders()) is None


def test_a_quote_that_could_not_improve_is_not_said():
    assert said_next("price-ceiling", "buyer", OwnOrders(units=1)).price <= 150
    assert said_next("smith-1962-test-1", "buyer", OwnOrders(units=1), OpenMarket(bid=399)) == Bid(400)
    assert said_next("smith-1962-test-1", "buyer", OwnOrders(units=1), OpenMarket(bid=400)) is None


def test_after_a_contract_no_quote_is_said_before_those_under_way_are_answered():
    floor = OpenMarket(bid=90, under_way={("A", 1), ("B", 1)})
    floor.begin_anew()
    floor.under_way.add(("C", 1))
    for code in ("A", "B"):
        assert said_next("smith-1962-test-1", "buyer", OwnOrders(units=1), floor) is None
        floor.answered(code, 1)
    assert said_next("smith-1962-test-1", "buyer", OwnOrders(units=1), floor).price < 90


def test_every_trader_of_a_load_has_units_enough_and_households_are_repeated():
    book = repeated(load_scenario("call-market"), 20, 100)
    assert (book.traders, {len(units) for units in book.environment.buyers}) == (32, {102})
    assert repeated(load_scenario("santa-fe-1990-base"), 0, 100).environment.tokens == 100
    day = repeated(load_scenario("energy-day"), 30, 100).environment
    assert (day.seats, day.pv, day.batteries) == (36, 12, 9)


@pytest.mark.parametrize("seed", range(20))
async def test_frames_are_found_however_the_stream_is_cut(seed, monkeypatch):
    rng = random.Random(seed)
    texts = [rng.randbytes(rng.choice((0, 1, 125, 126, 127, 3_000, 65_535, 65_536))) for _ in range(30)]
    stream = b"".join(Frame(Opcode.TEXT, text).serialize(mask=False) for text in texts)
    seen = []
    wire = Wire("ws://127.0.0.1:1", lambda text: seen.append(text) is None)
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
