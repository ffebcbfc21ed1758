"""Seats that change hands over real sockets: tokens, orders that stay, words that are void, races for a seat."""

import asyncio
import contextlib
import os
import sys
import threading
from pathlib import Path

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed

from bots.robots.fleet import run_fleet, run_requested
from p2p.base.units import Seat
from p2p.messages import Accepted, Bid, Cancel, HandedBack, Order, Passes, Start
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Login
from p2p.scenario.schema import Vacancies
from recordings.journal.store import Recovered, read_folder
from recordings.scoring.score import fold
from server.connections.peer import Gone
from server.hosted_session import HostedSession, open_again
from server.limits import DEFAULT
from server.serve.robot_processes import RobotProcess, RobotProcesses
from server.session.credentials import SeatCredentials
from server.session.machine import Machine
from tests.plays.hosted import GUARD_S, hosting

GRACE_S = 20.0


OPEN_BOOK = {"vacancies": Vacancies("zic", "robot", "zic", GRACE_S)}


def lent(hosted, seat):
    return ClientProtocol("", "robot", lent=hosted.host.opened.doors.lend(seat))


def on_a_book(small):
    rules = msgspec.structs.replace(small.institution, name="continuous")
    return msgspec.structs.replace(small, institution=rules, **OPEN_BOOK)


async def everybody(hosted):
    traders = [await hosted.join(seat) for seat in range(4)]
    experimenter = await hosted.experimenter()
    await experimenter.say(Start())
    return traders, experimenter


def buyer_of(traders):
    return next(one for one in traders if one.knowledge.role == "buyer")


async def replaced(hosted):
    """A buyer whose line was lost, and who has spoken into it; the robot that holds his seat, and has bid 11."""
    traders, _ = await everybody(hosted)
    for trader in traders:
        await trader.until(lambda trader=trader: trader.knowledge.public.open)
    person = buyer_of(traders)
    seat = person.welcome.seat
    person.cut()
    person.line.send(Bid(50))
    await hosted.until(lambda: seat not in hosted.host.seats.connections)
    robot = await hosted.login(lent(hosted, seat))
    await robot.say(Bid(11))
    return person, robot


async def test_a_seat_is_handed_back_in_mid_period_with_its_orders(host, small):
    async with host(on_a_book(small)) as hosted:
        traders, _ = await everybody(hosted)
        for trader in traders:
            await trader.until(lambda trader=trader: trader.knowledge.public.open)
        person = buyer_of(traders)
        seat = person.welcome.seat
        assert isinstance(await person.say(Bid(10)), Accepted)
        person.cut()
        await hosted.until(lambda: seat not in hosted.host.seats.connections)
        robot = await hosted.login(lent(hosted, seat))
        await robot.until(lambda: robot.knowledge.orders)
        assert isinstance(await robot.say(Bid(11)), Accepted)
        back = await hosted.login(person.line)
        assert back.welcome.stood_in
        await back.until_told(HandedBack)
        assert (await robot.closed())[0] == 4001
        own = sorted(back.knowledge.orders)
        assert [message.price for message in back.all(Order) if message.mine] == [11], (
            "after its last fact: the robot's"
        )
        assert isinstance(await back.say(Cancel(2)), Accepted)
        assert own == [2], "the second line folds from where the first one was cut"


async def test_what_was_said_into_a_lost_line_is_void_when_a_robot_has_held_the_seat(host, small):
    async with host(on_a_book(small)) as hosted:
        person, _ = await replaced(hosted)
        back = await hosted.login(person.line)
        assert person.line.unanswered() == []
        await back.until_told(HandedBack)
        assert isinstance(await back.say(Bid(12)), Accepted)
        bids = [r.envelope().message for r in records(hosted) if isinstance(r.envelope().message, Bid)]
        assert bids == [Bid(11), Bid(12)]


async def test_a_robot_does_not_take_the_seat_of_somebody_who_is_there(host, small):
    async with host(on_a_book(small)) as hosted:
        person = await hosted.join(1)
        line = lent(hosted, 1)
        socket = await hosted.raw()
        await socket.send(line.login(), text=True)
        fault = line.received(await socket.recv())
        assert fault.code == "seat_taken"
        assert hosted.host.seats.connections[1].peer.socket.remote_address == person.socket.local_address


async def test_a_robot_with_the_seats_own_code_does_not_push_a_person_out_either(host, small):
    async with host(small) as hosted:
        person = await hosted.join(1)
        (closed,) = await run_fleet(hosted.url, [(hosted.codes[1], "zic")])
        assert (closed.code, closed.why) == (
            4001,
            "a person trades on this seat; a robot can have it when they have left it",
        )
        person.cut()
        await hosted.until(lambda: 1 not in hosted.host.seats.connections)
        assert (await hosted.join(1, "robot")).welcome.seat == 1


class Slow:
    """A robot's end of a line, which logs in and is slow to close."""

    address = "127.0.0.1"

    def __init__(self, login: bytes) -> None:
        self._login: bytes | None = login
        self.welcome, self.closing, self.let_go, self._over = (asyncio.Event() for _ in range(4))

    async def recv(self) -> bytes:
        if self._login is not None:
            login, self._login = self._login, None
            return login
        await self._over.wait()
        raise Gone

    def push(self, data: bytes) -> None:
        self.welcome.set()

    def buffered(self) -> int:
        return 0

    def abort(self) -> None:
        self._over.set()

    async def close(self, code: int, why: str) -> None:
        self.closing.set()
        await self.let_go.wait()
        self._over.set()

    def round_trip_s(self) -> float:
        return 0.0


async def test_a_robot_that_waits_for_another_to_leave_does_not_take_the_seat_from_its_owner(host, small):
    async with host(on_a_book(small)) as hosted:
        gateway, session = hosted.host.gateway, hosted.host.opened.session
        first, second = (Slow(lent(hosted, 1).login()) for _ in range(2))
        second.let_go.set()
        attending = [asyncio.create_task(gateway.serve_connection(first))]
        await first.welcome.wait()
        attending.append(asyncio.create_task(gateway.serve_connection(second)))
        await first.closing.wait()
        await hosted.join(1)
        first.let_go.set()
        await asyncio.gather(*attending)
        assert session.roster.present[1] == "human"
        assert session.roster.stand_ins.seats == set()


async def test_only_a_robot_says_that_it_passes(host, small):
    async with host(small) as hosted:
        person = await hosted.join(1)
        _, data = person.line.send(Passes("slow"))
        await person.send(data)
        assert (await person.fault()).code == "not_yours"


def test_what_is_lent_does_not_wait_for_a_disk_that_others_wait_for(tmp_path: Path) -> None:
    doors, _, _ = SeatCredentials.create(tmp_path, range(2))
    writing, written = threading.Event(), threading.Event()

    def slow() -> None:
        with doors._saving:
            writing.set()
            written.wait()

    owner = threading.Thread(target=slow)
    owner.start()
    writing.wait()
    found: list[Seat | None] = []

    def lends() -> None:
        found.append(doors.stands_in(Login(resume=doors.lend(1))))
        found.append(doors.known(Login(resume=doors.issue(0))))
        doors.take_back(1)

    loop = threading.Thread(target=lends, daemon=True)
    loop.start()
    loop.join(timeout=GUARD_S)
    written.set()
    owner.join()
    assert found == [1, 0]


async def test_a_person_takes_his_seat_from_a_robot_that_has_it(host, small):
    async with host(small) as hosted:
        robot = await hosted.join(1, "robot")
        await hosted.join(1)
        assert (await robot.closed())[0] == 4001


async def test_a_token_that_was_lent_is_void_when_the_owner_is_back(host, small):
    async with host(on_a_book(small)) as hosted:
        line = lent(hosted, 1)
        person = await hosted.join(1)
        person.cut()
        await hosted.until(lambda: 1 not in hosted.host.seats.connections)
        socket = await hosted.raw()
        await socket.send(line.login(), text=True)
        assert line.received(await socket.recv()).code == "wrong_code"


async def test_the_owners_own_tokens_stay_good_while_a_robot_holds_the_seat(host, small):
    async with host(on_a_book(small)) as hosted:
        person = await hosted.join(1)
        person.cut()
        await hosted.until(lambda: 1 not in hosted.host.seats.connections)
        await hosted.login(lent(hosted, 1))
        back = await hosted.login(person.line)
        assert back.welcome.seat == 1


async def test_robots_that_come_too_late_shut_no_door_to_those_who_have_codes(host, small):
    async with host(on_a_book(small)) as hosted:
        desk, late = hosted.host.desk, Slow(b"")
        for _ in range(int(DEFAULT.wrong_burst) + 1):
            with pytest.raises(ProtocolError, match="no seat has this code"):
                await desk.identify(late, Login(resume="0" * 32))
        assert (await hosted.join(1)).welcome.seat == 1


async def test_a_server_that_comes_back_knows_in_whose_place_a_robot_was(host, small):
    async with host(on_a_book(small)) as hosted:
        person, robot = await replaced(hosted)
    recovered = Recovered(hosted.host.opened.store.folder)
    assert recovered.session.digest() == hosted.host.opened.session.digest()
    async with hosting(open_again(recovered, 0)) as again:
        assert again.host.opened.session.roster.stand_ins.seats == {person.welcome.seat}
        socket = await again.raw()
        await socket.send(robot.line.login(), text=True)
        assert robot.line.received(await socket.recv()).code == "wrong_code", "what was lent was the old server's"
        back = await again.login(person.line)
        assert back.welcome.stood_in
        assert (person.line.unanswered(), back.welcome.token) == ([], 1)
        await back.until_told(HandedBack)
        assert again.host.opened.session.roster.stand_ins.seats == set()


async def test_robots_that_are_being_started_anew_when_it_is_over_are_ended_too():
    robots = RobotProcesses(lambda: dict(os.environ))
    died = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await died.wait()
    robots.all[""] = one = RobotProcess("", process=died)
    robots.call("lent 1", "stand-in 00 zic", "zic")
    await robots.end(over=False)
    assert one.process is not died
    assert one.process.returncode is not None


async def test_a_fleet_takes_calls_while_it_plays(host, small, tmp_path):
    brief = msgspec.structs.replace(small, period_s=0.4, break_s=0.05, **OPEN_BOOK)
    async with host(brief) as hosted:
        doors, codes = hosted.host.opened.doors, hosted.codes
        calls = tmp_path / "calls"
        lines = [f"{codes[seat]} zic" for seat in (0, 1)] + [f"stand-in {doors.lend(seat)} zic" for seat in (2, 3)]
        calls.write_text("\n".join([*lines, "", ""]), encoding="utf-8")
        experimenter = await hosted.experimenter()
        with calls.open(encoding="utf-8") as file:
            playing = asyncio.create_task(run_requested(hosted.url, file))
            await experimenter.until(lambda: experimenter.knowledge.public.seats_taken == 4)
            await experimenter.say(Start())
            assert await playing == []
        assert await hosted.running == 0
        outcome = fold(read_folder(hosted.host.opened.store.folder))
        assert len(outcome.scores()) == 2


async def test_the_experimenter_is_told_of_a_robot_that_fails_and_nobody_else(host, small):
    async with host(small) as hosted:
        robot, other = await hosted.join(0, "robot"), await hosted.join(1)
        experimenter = await hosted.experimenter()
        await robot.say(Passes("slow"))
        assert await experimenter.until_told(Passes) == Passes("slow", seat=0)
        await experimenter.say(Start())
        await other.until(lambda: other.knowledge.public.open)
        assert other.all(Passes) == []
        assert robot.all(Passes) == []


def records(hosted):
    return read_folder(Path(hosted.host.opened.store.folder)).records()


async def test_of_two_who_log_in_on_a_seat_at_once_the_one_who_has_it_has_the_token_that_is_good(opened):
    """The older one's token is still on its way to the disk when the newer one has the seat."""
    held, release = asyncio.Event(), asyncio.Event()

    async def slow_at_first(work, *words):
        if not held.is_set():
            held.set()
            await release.wait()
        return await asyncio.to_thread(work, *words)

    async with hosting(opened, HostedSession(opened, machine=Machine(aside=slow_at_first))) as hosted:
        older = await hosted.raw()
        await older.send(ClientProtocol(hosted.codes[0], "human").login(), text=True)
        async with asyncio.timeout(GUARD_S):
            await held.wait()
        newer = await hosted.join(0)
        release.set()
        with contextlib.suppress(ConnectionClosed):
            await older.recv()
        newer.cut()
        assert (await hosted.login(newer.line)).welcome.seat == 0
