"""The end of a server: whoever does not take his last facts, or says nothing, does not hold it up."""

import asyncio
import signal
import socket
import subprocess
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from p2p.messages import Accepted, Bid
from p2p.protocol.client_connection import ClientProtocol
from recordings.journal.store import Recovered
from server.hosted_session import SessionParts, open_new
from server.limits import Limits
from tests.conftest import SMALL
from tests.plays.hosted import UNHURRIED, hosting
from tests.plays.lab import serve
from tests.plays.server_plays import trading
from tests.plays.slow_readers_plays import seat_of

FOREVER_S = 3_600.0
"""A patience that no test has: what waits for it to end fails."""


@pytest.fixture
def climbing(small, tmp_path: Path) -> SessionParts:
    """A market in which prices may rise for long."""
    rules = msgspec.structs.replace(small.institution, price_max=1_000_000)
    scenario = msgspec.structs.replace(small, institution=rules, period_s=FOREVER_S, no_loss="none")
    return open_new(scenario, "climbing", 1, tmp_path / "recordings", "test")


async def test_a_server_that_stops_waits_for_no_slow_reader(climbing: SessionParts) -> None:
    narrow = replace(UNHURRIED, send_bytes_max=1_000, kernel_bytes_max=2_048, send_s_max=FOREVER_S)
    async with hosting(climbing, limits=narrow) as hosted:
        _, (buyer, other, *_) = await trading(hosted)
        other.cut()
        await hosted.until(lambda: other.welcome.seat not in hosted.host.seats.connections)
        slow = await seat_of(hosted, other.line)
        peer, price = hosted.host.seats.connections[other.welcome.seat].peer, 0
        while peer.buffered() <= 1_000:
            price += 1
            assert isinstance(await buyer.say(Bid(price)), Accepted)
        hosted.host.stop()
        code, _ = await buyer.closed()
        assert code == 1001, "whoever reads is told"
        assert await asyncio.wait_for(hosted.running, 10) == 0
        slow.socket.close()


async def test_nor_for_a_connection_that_says_nothing(opened: SessionParts) -> None:
    async with hosting(opened, limits=Limits(login_s_max=FOREVER_S)) as hosted:
        _, writer = await asyncio.open_connection("127.0.0.1", int(hosted.url.rpartition(":")[2]))
        await hosted.raw()
        hosted.host.stop()
        assert await asyncio.wait_for(hosted.running, 10) == 0
        writer.close()


async def test_who_comes_back_does_not_wait_for_his_older_line_out_of_reach(opened: SessionParts) -> None:
    """As of a terminal whose network was lost: its end of that line answers nothing any more."""
    async with hosting(opened, limits=Limits(closing_s=FOREVER_S)) as hosted:
        lost = await seat_of(hosted, ClientProtocol(hosted.codes[0], "human"))
        back = await hosted.join(0)
        assert back.welcome.seat == 0
        lost.socket.close()
        await hosted.until(lambda: not hosted.host.gateway._closings)


async def test_an_assertion_of_ours_stops_the_server_though_somebody_waits_at_the_door(opened: SessionParts) -> None:
    def wrong(*said: object) -> None:
        raise AssertionError("a bug of ours")

    async with hosting(opened) as hosted:
        trader = await hosted.join(0)
        opened.session.handle = wrong
        newcomer = await hosted.raw()
        await newcomer.send(ClientProtocol(hosted.codes[1], "human").login(), text=True)
        with pytest.raises(AssertionError, match="a bug of ours"):
            await asyncio.wait_for(hosted.running, 10)
        assert await trader.closed() == (1011, "the server has failed; the session can be taken up again")


def test_a_server_that_is_ended_with_such_a_connection_has_nothing_to_complain_of(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", cwd=tmp_path)
    with socket.create_connection(("127.0.0.1", int(serving.where["url"].rpartition(":")[2]))):
        serving.process.terminate()
        try:
            assert serving.end() == 0
        except subprocess.TimeoutExpired:
            serving.kill()
            raise
    complaints = (tmp_path / "serve.err").read_text().splitlines()
    assert [line for line in complaints if not line.startswith("pit: ")] == []


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows tells no process that its terminal is closed")
def test_a_terminal_that_is_closed_is_a_stop_and_no_crash(tmp_path: Path) -> None:
    """Also where the tests themselves were told to outlive theirs."""
    (tmp_path / "small.toml").write_text(SMALL)
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        serving = serve("small.toml", "--port", "0", cwd=tmp_path)
    finally:
        signal.signal(signal.SIGHUP, before)
    serving.process.send_signal(signal.SIGHUP)
    assert serving.end() == 0
    assert Recovered(serving.recording).sealed is not None


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows tells no process that its terminal is closed")
def test_unless_the_server_was_told_to_outlive_it(tmp_path: Path) -> None:
    """As nohup tells it."""
    (tmp_path / "small.toml").write_text(SMALL)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        serving = serve("small.toml", "--port", "0", cwd=tmp_path)
    finally:
        signal.signal(signal.SIGHUP, before)
    serving.process.send_signal(signal.SIGHUP)
    assert serving.ctl("status").returncode == 0
    serving.process.terminate()
    assert serving.end() == 0
