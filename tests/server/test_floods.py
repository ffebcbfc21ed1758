"""Too much, too slowly, too often: everybody has a bound, and the others do not notice."""

import asyncio
import contextlib
import json
import select
import socket
from dataclasses import replace
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import cast

import click
import msgspec
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from p2p.base.display_name import display_name
from p2p.messages import Accepted, Bid, Contracts, Quote, RequestStanding
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Login, Welcome
from recordings.journal.store import read_folder
from server import limits
from server.connections.address_turns import AddressTurns
from server.connections.doorway import Visitor
from server.connections.login_desk import LoginDesk
from server.connections.peer import Peer
from server.hosted_session import HostedSession
from server.limits import Limits
from server.serve.command import _within
from server.session.credentials import SeatCredentials, Who
from server.session.machine import Machine
from tests.plays.hosted import UNHURRIED, hosting
from tests.plays.server_plays import trading

ROOM = Path("/proc/sys/net/core/somaxconn")
"""How many connections Linux lets wait at the door of a server."""
UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
WATCH = Frame(Opcode.TEXT, b'{"directive":"login","payload":{"spectator":true}}').serialize(mask=True)
PONGS = Frame(Opcode.PONG, b"").serialize(mask=True) * 1_000
PINGS = Frame(Opcode.PING, b"x").serialize(mask=True) * 1_000
FRAGMENTS = (
    Frame(Opcode.TEXT, b"", fin=False).serialize(mask=True)
    + Frame(Opcode.CONT, b"", fin=False).serialize(mask=True) * 1_000
)
QUESTION = '{"directive":"request_standing","payload":{},"token":%d}'


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


async def test_beside_those_who_guess_whoever_is_right_is_in_at_once(host):
    """Their address has used up its wrong codes, and their answers are held back for longer than the test lasts."""
    async with host(limits=Limits(wrong_burst=3, wrong_per_s=0.0, wrong_s_max=3_600.0)) as hosted:
        guesses = [await hosted.raw() for _ in range(8)]
        for guess in guesses:
            await guess.send('{"directive":"login","payload":{"code":"AAAAAAAA"}}')
        answers = [json.loads(await guess.recv())["payload"]["code"] for guess in guesses[:3]]
        assert answers == ["wrong_code"] * 3
        trader = await hosted.join(0)
        back = await hosted.login(trader.line)
        assert back.welcome.seat == 0
        assert [guess.state.name for guess in guesses[3:]] == ["OPEN"] * 5


async def test_neither_a_code_nor_a_token_that_is_known_waits_for_the_hashes_of_others(opened):
    """As of a server that looks at nothing aside any more."""
    release = asyncio.Event()

    async def stuck(work, *words):
        if work == opened.doors.who:
            await release.wait()
        return await asyncio.to_thread(work, *words)

    async with hosting(opened, HostedSession(opened, machine=Machine(aside=stuck))) as hosted:
        opened.doors._given.pop("3")  # a code of a server before this one: of it the slow hash alone is known
        guess = await hosted.raw()
        await guess.send('{"directive":"login","payload":{"code":"AAAAAAAA"}}')
        trader = await hosted.join(0)
        assert (await hosted.login(trader.line)).welcome.seat == 0
        release.set()
        assert json.loads(await guess.recv())["payload"]["code"] == "wrong_code"
        assert (await hosted.join(3)).welcome.seat == 3


async def guessed(desk: LoginDesk, address: str, code: str) -> str | Who:
    try:
        return await desk.identify(cast(Peer, SimpleNamespace(address=address)), Login(code=code))
    except ProtocolError as error:
        return error.code


async def test_after_a_recovery_a_right_code_waits_for_no_guesses_of_another_address(tmp_path):
    _, codes, _ = SeatCredentials.create(tmp_path, range(4))
    looked_up: list[str] = []

    async def aside(work, login):
        looked_up.append(login.code)
        await asyncio.sleep(0)
        return work(login)

    desk = LoginDesk(SeatCredentials.load(tmp_path), Machine(aside=aside), Limits(wrong_s_max=0.0))
    crowd = [asyncio.create_task(guessed(desk, "10.0.0.1", f"AAAA{k:04}")) for k in range(80)]
    crowd += [asyncio.create_task(guessed(desk, f"2001:db8::{k}", f"BBBB{k:04}")) for k in range(80)]
    await asyncio.sleep(0)
    assert await guessed(desk, "10.0.0.2", codes[3]) == 3
    assert len(looked_up) < 10, "two or three that had begun, and each other address's next"
    assert set(await asyncio.gather(*crowd)) == {"wrong_code"}
    assert await guessed(desk, "10.0.0.1", codes[2]) == 2


async def test_an_address_of_many_wrong_codes_is_looked_up_when_no_other_waits():
    turns, order = AddressTurns(1, lambda address: address == "guesser", Random(1)), list[str]()

    async def look_up(address: str) -> None:
        await turns.turn_of(address)
        order.append(address)
        await asyncio.sleep(0)
        turns.give_back()

    await turns.turn_of("first")
    crowd = [asyncio.create_task(look_up(one)) for one in ["guesser"] * 5 + ["a", "b"] * 2]
    gone = asyncio.create_task(look_up("a"))
    await asyncio.sleep(0)
    gone.cancel()
    turns.give_back()
    await asyncio.gather(*crowd)
    assert order == ["a", "b", "a", "b"] + ["guesser"] * 5


async def test_a_seat_that_logs_in_again_and_again_is_told_to_wait(host):
    async with host(limits=Limits(logins_burst=3, logins_per_s=0.0)) as hosted:
        for _ in range(3):
            await hosted.join(0)
        again = await hosted.raw()
        await again.send(ClientProtocol(hosted.codes[0], "human").login(), text=True)
        assert json.loads(await again.recv())["payload"]["code"] == "too_many_logins"
        await again.wait_closed()
        assert again.close_code == limits.FULL
        assert (await hosted.join(1)).welcome.seat == 1


async def test_whoever_asks_for_all_contracts_again_and_again_is_told_to_wait(host):
    async with host(limits=Limits(lists_burst=2, lists_per_s=0.0)) as hosted:
        _, (b1, *_) = await trading(hosted)
        for token in range(1, 4):
            await b1.send((QUESTION % token).replace("standing", "contracts"))
        assert (await b1.fault()).code == "too_fast"
        await b1.until_told(Contracts, 2)


@pytest.mark.parametrize("before", [b"", WATCH], ids=["before login", "of a spectator"])
@pytest.mark.parametrize("spare", [PONGS, PINGS, FRAGMENTS], ids=["pongs", "pings", "fragments"])
async def test_frames_that_fill_no_queue_are_counted_and_their_connection_is_cut(host, before, spare):
    async with host() as hosted:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(hosted.url.rpartition(":")[2]))
        writer.write(UPGRADE + before + spare)
        async with asyncio.timeout(10):
            answered = await reader.read()  # to its end: without a bound there is none
        assert b" 101 " in answered
        assert b"too many frames" in answered
        assert answered.count(b"\x8a\x01") <= 200, "no more pings are answered than a piece has beyond the bound"
        writer.close()


async def test_bytes_come_no_faster_than_their_pace_and_the_others_do_not_wait(host):
    """Here a connection has a thousand bytes, and then none."""
    async with host(limits=Limits(bytes_burst=1_000, bytes_per_s=0.0)) as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        for token in range(1, 31):
            await b1.send(QUESTION % token)
        await b1.until_told(Accepted)
        for price in range(50, 54):
            assert isinstance(await b2.say(Bid(price)), Accepted)
        assert 0 < hosted.host.fanout.token(b1.welcome.seat) < 20
        assert b1.faults == []


async def test_questions_about_the_server_take_nothing_from_those_who_come(host):
    async with host(
        limits=Limits(
            handshakes_burst=1, handshakes_per_s=0.0, health_burst=3, health_per_s=0.0, closing_s=60.0, login_s_max=60.0
        )
    ) as hosted:
        port, answers = int(hosted.url.rpartition(":")[2]), []
        for _ in range(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answers.append((await reader.read()).split()[1])
            writer.close()
        assert answers == [b"200"] * 3 + [b"429"] * 2
        await hosted.until(lambda: not hosted.host.arrivals._open)  # whoever has the answer and goes, is gone
        assert (await hosted.join(0)).welcome.seat == 0


async def test_sixty_right_joins_at_once_from_one_address_pass(host, small):
    async with host(msgspec.structs.replace(small, markets=15)) as hosted:
        traders = await asyncio.gather(*(hosted.join(seat) for seat in range(60)))
        assert [trader.welcome.seat for trader in traders] == list(range(60))


async def test_connections_that_ask_for_nothing_are_no_objects_of_the_library_and_no_tasks(host):
    async with host(limits=Limits(silent_max=20, waiting_max=20)) as hosted:
        port = int(hosted.url.rpartition(":")[2])
        with contextlib.ExitStack() as stack:
            for half in [b"", b"G", b"GET / HTTP/1.1\r\nHost: localhost\r\n"] * 30:
                one = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                one.sendall(half)
                await hosted.until(lambda: hosted.host.arrivals.waiting)
            await hosted.until(lambda: hosted.host.arrivals.waiting == 20)
            assert {type(one) for one in hosted.host.arrivals._open} == {Visitor}
            assert not any("handler" in task.get_coro().__qualname__ for task in asyncio.all_tasks())
            assert (await hosted.join(0)).welcome.seat == 0
            assert hosted.host.arrivals.waiting <= 20


async def test_a_crowd_is_accepted_at_a_pace_and_whoever_was_before_it_is_in(host):
    async with host(limits=Limits(accepts_burst=12, accepts_per_s=0.0)) as hosted:
        port = int(hosted.url.rpartition(":")[2])
        trader = await hosted.join(0)
        with contextlib.ExitStack() as stack:
            for _ in range(40):
                stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            await hosted.until(lambda: hosted.host.arrivals.waiting == 11)
            await trader.send(QUESTION % 1)
            await trader.until_told(Accepted)
            assert hosted.host.arrivals.waiting == 11


async def test_whoever_goes_while_waiting_for_a_turn_is_nobodys_competitor(host):
    async with host(limits=Limits(handshakes_burst=1, handshakes_per_s=0.0)) as hosted:
        await hosted.join(0)
        with contextlib.ExitStack() as stack:
            port = int(hosted.url.rpartition(":")[2])
            for _ in range(20):
                stack.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(UPGRADE + WATCH)
            await hosted.until(lambda: hosted.host.arrivals.waiting == 20)
        await hosted.until(lambda: not hosted.host.arrivals.waiting)
        handshakes = hosted.host.desk.throttle._of("127.0.0.1").handshakes
        await hosted.until(lambda: not handshakes._waiting)


async def test_what_is_said_in_pieces_before_the_door_is_heard_whole(host):
    async with host() as hosted:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(hosted.url.rpartition(":")[2]))
        for byte in UPGRADE:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(0)
        writer.write(WATCH)
        async with asyncio.timeout(10):
            answered = await reader.readuntil(b'"welcome"')
        assert b" 101 " in answered
        writer.close()


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
        await asyncio.sleep(1.0)  # the machine has other work, for twice as long as a login may take to come
        return await asyncio.to_thread(*words)

    slow = HostedSession(replace(opened, limits=Limits(login_s_max=0.5)), machine=Machine(aside=busy))
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
    assert display_name("Ada\x1b[31m <b>L</b>\u202e\n", 40) == "Ada bL/b"
    async with host() as hosted:
        await hosted.login(ClientProtocol(hosted.codes[0], "human", name="\x1b]0;x\x07Ada"))
        assert hosted.host.files.people == {"0": "Ada"}


def test_a_shell_that_allows_too_few_files_is_told_so_and_with_few_there_is_room_for_few():
    with pytest.raises(click.ClickException, match="12 files; a session needs 64: ulimit -n 4096"):
        _within(12)
    few, many = _within(256), _within(4_096)
    assert (few.open_max, few.waiting_max, few.silent_max) == (208, 104, 52)
    assert many == limits.DEFAULT


async def test_a_system_that_refuses_descriptors_is_a_line_and_not_a_thousand(host, capsys):
    async with host() as hosted:
        refused = {"message": "socket.accept() out of system resource", "exception": OSError(24, "Too many open files")}
        for _ in range(1_000):
            asyncio.get_running_loop().call_exception_handler(refused)
        assert (await hosted.join(0)).welcome.seat == 0
    assert capsys.readouterr().err.count("\n") == 1
