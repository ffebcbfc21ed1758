"""Too much, too slowly, too often: everybody has a bound, and the others do not notice."""

import asyncio
import contextlib
import json
import select
import socket
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from p2p.base.display_name import display_name
from p2p.messages import Accepted, Bid, Quote, RequestStanding
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Welcome
from recordings.journal.store import read_folder
from server import limits
from server.connections.rate_limits import Bucket, LoginThrottle, MessageRateLimit
from server.hosted_session import HostedSession
from server.limits import Limits
from server.session.machine import Machine
from tests.plays.hosted import UNHURRIED, hosting
from tests.plays.server_plays import trading

ROOM = Path("/proc/sys/net/core/somaxconn")
"""How many connections Linux lets wait at the door of a server."""
QUESTION = '{"directive":"request_standing","payload":{},"token":%d}'


# --- the rules, without a clock of their own ------------------------------------------------------------------------


def test_a_bucket_lets_its_burst_through_and_then_its_rate():
    bucket = Bucket(20, 40)
    assert sum(bucket.take(0.0) for _ in range(100)) == 40
    assert sum(bucket.take(k / 1024) for k in range(1, 1025)) == 20
    assert sum(bucket.take(1_000.0) for _ in range(100)) == 40, "a quiet time earns a burst, not more"


def test_a_clock_that_stands_or_steps_back_gives_nothing():
    bucket = Bucket(20, 1)
    assert bucket.take(5.0)
    assert not bucket.take(5.0)
    assert not bucket.take(4.0)


def closed_after(per_s: float, seconds: float) -> float | None:
    pace = MessageRateLimit()
    for k in range(int(per_s * seconds)):
        try:
            pace.take(k / per_s)
        except ProtocolError as error:
            if error.fatal:
                return k / per_s
    return None


def test_ten_times_the_rate_is_closed_within_three_seconds_and_twice_the_burst_is_not():
    assert closed_after(limits.DEFAULT.messages_per_s, 600) is None
    assert 2.8 < (closed_after(10 * limits.DEFAULT.messages_per_s, 5) or 0) <= 3.1
    assert (closed_after(100_000, 1) or 1) < 0.01
    assert closed_after(2 * limits.DEFAULT.messages_per_s, 20) is None


def test_a_class_behind_one_router_gets_in_and_a_guesser_does_not():
    step = LoginThrottle()
    assert all(step.allow("10.0.0.1", k / 12) for k in range(60)), "sixty joins in five seconds"
    for _ in range(int(limits.DEFAULT.wrong_burst)):
        assert step.may_try("10.0.0.1", 5.0)
        step.was_wrong("10.0.0.1", 5.0)
    assert not step.may_try("10.0.0.1", 5.0)
    assert step.may_try("10.0.0.2", 5.0)
    assert step.may_try("10.0.0.1", 7.0)
    assert sum(step.allow("10.0.0.3", 9.0) for _ in range(5_000)) == int(limits.DEFAULT.handshakes_burst)


def test_addresses_of_one_ipv6_network_are_one_and_the_memory_of_them_is_bounded():
    step = LoginThrottle()
    for k in range(int(limits.DEFAULT.wrong_burst)):
        step.was_wrong(f"2001:db8::{k:x}", 0.0)
    assert not step.may_try("2001:db8::ffff", 0.0)
    for k in range(limits.DEFAULT.addresses_max + 50):
        step.allow(f"10.{k >> 16}.{k >> 8 & 255}.{k & 255}", 0.0)
    assert len(step._known) == limits.DEFAULT.addresses_max


# --- on real sockets ------------------------------------------------------------------------------------------------


async def test_too_fast_is_answered_on_the_line_and_leaves_no_trace(host):
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        for token in range(1, 101):
            await b1.send(QUESTION % token)
        await b1.until(lambda: len(b1.faults) + len(b1.all(Accepted)) >= 100)
        kinds = {fault.code for fault in b1.faults}
        assert kinds == {"too_fast"} or kinds == {"too_fast", "token_gap"}
        assert len(b1.all(Accepted)) >= limits.DEFAULT.messages_burst
        assert isinstance(await b2.say(Bid(50)), Accepted)
        folder, accepted = hosted.host.opened.store.folder, len(b1.all(Accepted))
    envelopes = [record.envelope() for record in read_folder(folder).records()]
    assert sum(isinstance(one.message, RequestStanding) for one in envelopes) == accepted


async def test_a_flood_is_closed_and_the_seat_is_not_faster_when_it_comes_back(host):
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)

        async def flood(trader):
            try:
                for token in range(1, 20_000):
                    await trader.send(QUESTION % token)
            except ConnectionClosed:
                return

        flooding = asyncio.create_task(flood(b1))
        assert (await b1.closed())[0] == limits.FLOODED
        await flooding
        back = await hosted.login(b1.line)
        again = asyncio.create_task(flood(back))
        assert (await back.closed())[0] == limits.FLOODED
        await again
        assert len(back.faults) < 100 < len(b1.faults)
        assert isinstance(await b2.say(Bid(50)), Accepted)


async def test_wrong_codes_are_bounded_and_a_seat_that_is_known_comes_back_all_the_same(host):
    async with host(limits=Limits(wrong_burst=3, wrong_per_s=0.0)) as hosted:
        trader = await hosted.join(0)
        answers = []
        for _ in range(5):
            guess = await hosted.raw()
            await guess.send('{"directive":"login","payload":{"code":"AAAAAAAA"}}')
            answers.append(json.loads(await guess.recv())["payload"]["code"])
            await guess.wait_closed()
        assert answers == ["wrong_code"] * 3 + ["too_many_tries"] * 2
        assert guess.close_code == limits.FULL
        back = await hosted.login(trader.line)
        assert back.welcome.seat == 0


async def test_codes_that_are_guessed_at_the_same_time_are_no_more_than_one_after_another(host):
    async with host(limits=Limits(wrong_burst=8, wrong_per_s=0.0)) as hosted:
        guesses = [await hosted.raw() for _ in range(40)]
        for guess in guesses:
            await guess.send('{"directive":"login","payload":{"code":"AAAAAAAA"}}')
        answers = [json.loads(await guess.recv())["payload"]["code"] for guess in guesses]
        assert answers.count("wrong_code") == 8
        assert answers.count("too_many_tries") == 32


async def test_sixty_right_joins_at_once_from_one_address_pass(host, small):
    async with host(msgspec.structs.replace(small, markets=15)) as hosted:
        traders = await asyncio.gather(*(hosted.join(seat) for seat in range(60)))
        assert [trader.welcome.seat for trader in traders] == list(range(60))


@pytest.mark.skipif(not ROOM.exists() or int(ROOM.read_text()) < 500, reason="this system keeps no such number waiting")
async def test_a_session_that_comes_back_in_one_moment_finds_room_before_the_door(host):
    """However busy the server is: it does not take a step here."""
    async with host() as hosted:
        port = int(hosted.url.rsplit(":", 1)[1])
        with contextlib.ExitStack() as stack:
            back = [stack.enter_context(socket.socket()) for _ in range(400)]
            for one in back:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            asked = select.poll()
            for one in back:
                asked.register(one, select.POLLOUT)
            assert len(asked.poll(0)) == 400


async def test_too_many_connections_from_an_address_are_refused_at_the_door(host):
    async with host(limits=Limits(handshakes_burst=2, handshakes_per_s=0.0)) as hosted:
        await hosted.raw()
        await hosted.raw()
        with pytest.raises(InvalidStatus, match="429"):
            await hosted.raw()


async def test_who_says_nothing_is_sent_away_at_each_stage(host):
    async with host(limits=Limits(login_s_max=0.05)) as hosted, asyncio.timeout(10):
        port = int(hosted.url.rsplit(":", 1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HT")
        assert await reader.read() == b"", "half a request is worth no answer"
        writer.close()
        silent = await hosted.raw()
        await silent.wait_closed()
        assert silent.close_code == limits.FULL, "his network may be slow: he may come again"
        await hosted.until(lambda: hosted.host.gateway._connections == 0)


async def test_nobody_is_sent_away_because_the_server_is_slow_to_look_at_his_code(opened):
    async def busy(*words):
        await asyncio.sleep(0.2)  # the machine has other work, for four times as long as a login may take to come
        return await asyncio.to_thread(*words)

    slow = HostedSession(replace(opened, limits=Limits(login_s_max=0.05)), machine=Machine(aside=busy))
    async with hosting(opened, slow) as hosted:
        assert (await hosted.join(2)).welcome.seat == 2


async def stalled(hosted, line):
    """A line whose peer has a small buffer and does not read beyond its welcome."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    plain.connect(("127.0.0.1", int(hosted.url.rsplit(":", 1)[1])))
    plain.setblocking(False)
    connection = await connect(hosted.url, sock=plain, compression=None, max_queue=1, ping_interval=None, proxy=None)
    await connection.send(line.login(), text=True)
    assert isinstance(line.received(await connection.recv()), Welcome)
    return connection


@pytest.mark.parametrize(("limit", "why"), [({"send_s_max": 0.1}, "slow"), ({"behind_facts_max": 20}, "behind")])
async def test_one_that_never_reads_is_cut_and_comes_back_whole_and_delays_nobody(host, small, limit, why):
    narrow = replace(UNHURRIED, send_bytes_max=1_000, kernel_bytes_max=2_048, **limit)
    rules = msgspec.structs.replace(small.institution, price_max=100_000)
    async with host(msgspec.structs.replace(small, institution=rules), limits=narrow) as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        seat, lines = b1.welcome.seat, hosted.host.seats.connections
        b1.cut()
        await hosted.until(lambda: seat not in lines)
        connection = await stalled(hosted, b1.line)
        had, line = b1.line.number, lines[seat]
        price = 0
        async with asyncio.timeout(25):
            while lines.get(seat) is line:
                price += 1
                assert isinstance(await b2.say(Bid(price)), Accepted)
                assert line.peer.buffered() < 1 << 20
        assert hosted.host.files.deliveries[seat].cut == {why: 1}
        connection.transport.abort()
        back = await hosted.login(b1.line)
        await back.until(lambda: back.line.number >= back.welcome.facts)
        assert [told.number for told in back.told] == list(range(had + 1, back.line.number + 1))
        assert [quote.price for quote in back.all(Quote)] == list(range(1, price + 1))


async def test_names_are_shown_without_control_characters_and_markup(host):
    assert display_name("Ada\x1b[31m <b>L</b>\u202e\n", 40) == "Ada31m bL/b"
    async with host() as hosted:
        await hosted.login(ClientProtocol(hosted.codes[0], "human", name="\x1b]0;x\x07Ada"))
        assert hosted.host.files.people == {"0": "0;xAda"}
