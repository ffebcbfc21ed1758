"""What `pit serve` does round a session when something round it fails: the session is none the worse for it."""

import asyncio
import contextlib
import io
import os
import signal
import sys
from collections.abc import Iterator

import click
import pytest

from bots.robots.robot import Robot
from p2p.messages import Accepted, Bid, Passes
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Welcome
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from recordings.journal.store import Recovered, read_folder, run_again
from server.connections.transport import Transport
from server.hosted_session import SessionParts
from server.serve.robot_processes import RobotProcess, RobotProcesses
from server.serve.serve_run import ServeRun
from server.session.notices import SeatNotices
from tests.plays.hosted import GUARD_S
from tests.plays.server_plays import trading


@contextlib.contextmanager
def unheard() -> Iterator[None]:
    """A standard error that nobody reads any more, as of a terminal that was closed."""
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", buffering=1)
    try:
        with contextlib.redirect_stderr(stream):
            yield
    finally:
        with contextlib.suppress(BrokenPipeError):
            stream.close()


async def test_a_terminal_that_is_closed_stops_no_market(host) -> None:
    async with host() as hosted:
        hosted.host.listeners.append(SeatNotices().heard)
        _, (buyer, *_) = await trading(hosted)
        seat = buyer.welcome.seat
        buyer.cut()
        await hosted.until(lambda: seat not in hosted.host.seats.connections)
        robot = await hosted.login(ClientProtocol(hosted.codes[seat], "robot"))
        with unheard():
            assert isinstance(await robot.say(Passes("raised")), Accepted)
            assert isinstance(await robot.say(Bid(50)), Accepted)
        assert not hosted.running.done()


async def test_a_session_that_was_stopped_by_closing_its_terminal_ends_without_a_complaint(
    opened: SessionParts,
) -> None:
    hosting = ServeRun(opened, [], as_json=False)
    with unheard(), contextlib.redirect_stdout(sys.stderr):
        hosting._say_end()


async def test_a_connection_that_fails_by_the_servers_fault_is_said_and_the_others_trade_on(host, capsys) -> None:
    def full() -> None:
        raise OSError(28, "No space left on device")

    async with host() as hosted:
        _, (buyer, *_) = await trading(hosted)
        hosted.host.log.out = log = io.StringIO()
        hosted.host.opened.doors.save = full
        for _ in range(2):
            socket = await hosted.raw()
            await socket.send(ClientProtocol(hosted.codes[3], "human").login(), text=True)
            await socket.wait_closed()
            assert socket.close_code == 1011
        assert isinstance(await buyer.say(Bid(50)), Accepted)
    said = capsys.readouterr().err
    assert said.count("by the server's fault") == said.count("No space left on device") == 1
    assert log.getvalue().count('"failed"') == 2
    assert hosted.codes[3] not in said + log.getvalue()


def test_a_robot_that_nobody_hears_says_to_the_session_that_it_passes(small: Scenario) -> None:
    robot = Robot("ws://127.0.0.1:9", "AAAAAAAA", "zic")
    robot.client.line._welcomed(Welcome("play", 0, "token", 0, 0, public_rules(small, "book", to_robot=True)))
    with unheard():
        robot._pass("raised", "its agent has failed")
    assert len(robot.client.line.pending) == 1


async def test_a_session_that_cannot_begin_says_why_and_is_sealed(opened: SessionParts, monkeypatch) -> None:
    async def refused(*words: str, **more: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("asyncio.create_subprocess_exec", refused)
    with pytest.raises(click.ClickException, match=r"cannot begin.*Resource.*--recover"):
        await ServeRun(opened, ["zic"], as_json=True).run("127.0.0.1", 0)
    assert Recovered(opened.store.folder).sealed is not None


@pytest.mark.skipif(os.name == "nt", reason="Windows asks no process whether it heeds")
async def test_robots_that_heed_nothing_do_not_hold_up_the_end() -> None:
    """Among them is anybody's code."""
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    robots = RobotProcesses(dict)
    pipe = asyncio.subprocess.PIPE
    one = await asyncio.create_subprocess_exec(sys.executable, "-c", deaf, stdout=pipe)
    robots.all[""] = RobotProcess("", process=one)
    assert one.stdout is not None
    await one.stdout.readline()
    await asyncio.wait_for(robots.end(over=False), GUARD_S)
    assert one.returncode == -signal.SIGKILL


async def test_no_robots_are_started_when_those_before_them_have_been_ended() -> None:
    """A broker is told the last words meanwhile, and a seat's grace may run out."""
    robots = RobotProcesses(dict)
    one = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    robots.all[""] = process = RobotProcess("", process=one)
    await robots.end(over=False)
    robots.call("lent 1", "stand-in 00 zic", "zic")
    assert process.watching is None


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "ws://127.0.0.1:8765"),
        ("lab.example", "ws://lab.example:8765"),
        ("0.0.0.0", "ws://127.0.0.1:8765"),
        ("::1", "ws://[::1]:8765"),
        ("::", "ws://[::1]:8765"),
        ("2001:db8::7", "ws://[2001:db8::7]:8765"),
    ],
)
def test_the_address_that_is_said_can_be_joined(host: str, url: str) -> None:
    assert Transport().url(host, 8765) == url


async def test_a_batch_that_is_being_written_when_the_server_stops_is_written_whole_before_the_seal(host) -> None:
    """The session and the chain have it already: a recording without it would have a seal that does not hold."""
    async with host() as hosted:
        _, (b1, *_) = await trading(hosted)
        sequencer, folder = hosted.host.sequencer, hosted.host.opened.store.folder
        on_disk, writing, disk_is_back = sequencer._on_disk, asyncio.Event(), asyncio.Event()

        async def held_up(write, data):
            writing.set()
            await disk_is_back.wait()
            await on_disk(write, data)

        sequencer._on_disk = held_up
        b1.client.send(Bid(50))
        await writing.wait()
        hosted.host.stop()
        for _ in range(10):
            await asyncio.sleep(0)
        disk_is_back.set()
        assert await hosted.running == 0
    reading = read_folder(folder)
    _, played = run_again(reading)
    assert reading.sealed
    assert [event.message for event in played[-1][1] if isinstance(event.message, Accepted)] == [Accepted(1)]
