"""kill -9 in the middle of trading: nothing acknowledged is lost, and the session comes back paused."""

import asyncio
from pathlib import Path

import pytest

from p2p.base.units import EXPERIMENTER, GATEWAY
from p2p.messages import Accepted, Bid, Pause, Paused
from p2p.messages.envelope import Envelope
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault
from p2p.scenario.parsing import parse
from p2p.session.session import Session
from recordings.journal.format import JournalError
from recordings.journal.store import Recovered, Store, read_folder, run_again
from server.hosted_session import open_again, open_new
from server.serve.open_session import opened_again
from tests.conftest import SMALL
from tests.plays.hosted import hosting
from tests.plays.lab import Serving, journal_reaches, pit, serve
from tests.plays.recover_plays import LONG, Seat, acknowledged
from tests.plays.server_plays import trading
from tests.plays.trader import Trader


async def play_until_killed(serving: Serving, lines: int) -> list[Seat]:
    seats = [Seat(serving, seat) for seat in range(4)]
    playing = [asyncio.create_task(seat.play()) for seat in seats]
    await asyncio.to_thread(journal_reaches, serving.recording, lines)
    serving.kill()
    await asyncio.gather(*playing)
    return seats


@pytest.mark.parametrize("lines", [30 + 6 * k for k in range(20)])
async def test_kill_9_loses_no_acknowledged_order(tmp_path: Path, lines: int):
    (tmp_path / "long.toml").write_text(LONG)
    serving = serve("long.toml", "--port", "0", "--seed", "3", cwd=tmp_path)
    seats = await play_until_killed(serving, lines)
    recovered = Recovered(serving.recording)
    assert any(seat.accepted() for seat in seats)
    answered = acknowledged(recovered)
    for number, seat in enumerate(seats):
        assert {(number, token) for token in seat.accepted()} <= answered
    again = Recovered(serving.recording)
    assert again.session.digest() == recovered.session.digest()


def test_a_session_is_taken_up_by_its_journal_as_by_its_folder(tmp_path: Path):
    opened = open_new(parse(SMALL), "one", 1, tmp_path, "test")
    opened.store.close()
    again, _ = opened_again(opened.store.folder / "journal.jsonl", "")
    assert again.store.folder == opened.store.folder
    again.store.close()


async def test_a_session_comes_back_paused_with_the_time_that_was_left(tmp_path: Path):
    (tmp_path / "long.toml").write_text(LONG)
    serving = serve("long.toml", "--port", "0", "--seed", "3", cwd=tmp_path)
    (seat, *_) = await play_until_killed(serving, 60)
    before = Recovered(serving.recording).session
    left_us = before.deadline() - before.now

    back = serve("--recover", str(serving.recording), cwd=tmp_path)
    assert back.where["url"] == serving.where["url"]
    assert f"(paused): 0 contracts, {left_us / 1e6:.1f} s left" in back.ctl("status").stdout
    had = seat.line.number
    trader = await Trader.login(back.where["url"], seat.line)
    await trader.until(lambda: trader.line.number >= trader.welcome.facts)
    assert [one.number for one in trader.told] == list(range(had + 1, trader.line.number + 1))
    assert Paused(left_us) in trader.all(Paused)
    assert back.ctl("resume").returncode == 0
    trader.client.send(Bid(900_000))
    await trader.until(lambda: not trader.line.pending)
    await trader.leave()
    assert back.ctl("end").returncode == 0
    assert back.end() == 0
    assert pit("verify", str(serving.recording), cwd=tmp_path).stdout.startswith("OK")


async def test_a_robots_seat_has_a_new_code_after_a_crash_and_its_old_ones_are_void(tmp_path: Path):
    async with hosting(open_new(parse(SMALL), "small", 1, tmp_path, "test")) as hosted:
        person, robot = await hosted.join(0), await hosted.join(3, "robot")
        folder, old_code = hosted.host.opened.store.folder, hosted.codes[3]
    opened = open_again(Recovered(folder), robots=1)
    assert opened.codes.keys() == {3}
    async with hosting(opened) as hosted:
        for line in (robot.line, ClientProtocol(old_code, "robot")):
            socket = await hosted.raw()
            await socket.send(line.login(), text=True)
            answer = line.received(await socket.recv())
            assert isinstance(answer, Fault)
            assert answer.code == "wrong_code"
        assert (await hosted.login(person.line)).welcome.seat == 0
        assert (await hosted.join(3, "robot")).welcome.seat == 3


async def test_who_takes_up_a_session_of_robots_without_any_is_told_how_many_there_were(tmp_path: Path, capsys):
    async with hosting(open_new(parse(SMALL), "small", 1, tmp_path, "test")) as hosted:
        await hosted.join(0)
        await hosted.join(3, "robot")
        folder = hosted.host.opened.store.folder
    for bots, told in (("zic:1", False), ("", True)):
        again, _ = opened_again(folder, bots)
        again.store.close()
        assert ("1 seat was a robot's: --bots AGENT:1 beside --recover" in capsys.readouterr().err) == told


async def test_a_welcome_tells_no_token_that_is_not_on_record_yet(host):
    async with host() as hosted:
        experimenter, _ = await trading(hosted)
        sequencer, session = hosted.host.sequencer, hosted.host.opened.session
        on_disk, disk_is_back = sequencer._on_disk, asyncio.Event()

        async def held_up(write, data):
            await disk_is_back.wait()
            await on_disk(write, data)

        sequencer._on_disk = held_up
        await experimenter.socket.send(experimenter.line.send(Pause())[1], text=True)
        await hosted.until(lambda: session.token(EXPERIMENTER) == 2)
        again = await hosted.experimenter()
        assert again.welcome.token == 1
        disk_is_back.set()
        await again.until(lambda: Accepted(2) in again.all(Accepted))


async def test_sigterm_seals_the_recording_and_it_can_be_taken_up_again(tmp_path: Path):
    (tmp_path / "long.toml").write_text(LONG)
    serving = serve("long.toml", "--port", "0", cwd=tmp_path)
    assert serving.ctl("start").returncode == 0
    serving.process.terminate()
    assert serving.end() == 0
    assert pit("verify", str(serving.recording), cwd=tmp_path).returncode == 0
    back = serve("--recover", str(serving.recording), "--port", "0", cwd=tmp_path)
    assert "(paused)" in back.ctl("status").stdout
    assert back.ctl("end").returncode == 0
    assert back.end() == 0
    ended = pit("serve", "--recover", str(serving.recording), cwd=tmp_path)
    assert (ended.returncode, "has ended" in ended.stderr) == (2, True)


@pytest.mark.parametrize("lines", [30 + 4 * k for k in range(8)])
async def test_sigterm_in_the_middle_of_trading_leaves_a_whole_recording(tmp_path: Path, lines: int):
    (tmp_path / "long.toml").write_text(LONG)
    serving = serve("long.toml", "--port", "0", "--seed", "3", cwd=tmp_path)
    seats = [Seat(serving, seat) for seat in range(4)]
    playing = [asyncio.create_task(seat.play()) for seat in seats]
    await asyncio.to_thread(journal_reaches, serving.recording, lines)
    serving.process.terminate()
    assert await asyncio.to_thread(serving.end) == 0
    await asyncio.gather(*playing)
    recovered = Recovered(serving.recording)
    assert recovered.sealed is not None
    assert recovered.sealed.digest == recovered.session.digest().hex()
    answered = acknowledged(recovered)
    for number, seat in enumerate(seats):
        assert {(number, token) for token in seat.accepted()} <= answered
        assert seat.closed == (1001, "the server stops; the session can be taken up again")


def test_a_torn_tail_is_cut_and_a_wrong_middle_refuses(tmp_path: Path):
    scenario = parse(SMALL)
    session = Session(scenario, 1)
    store = Store.create(tmp_path / "one", scenario, 1, "test")
    from p2p.messages import Joined, Open

    for message in (Open(), *(Joined(seat, "robot") for seat in range(4))):
        envelope = Envelope(GATEWAY, message)
        store.append(store.line(envelope, 0, session.handle(envelope, 0)))
    store.close()
    path = tmp_path / "one" / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-10])
    recovered = Recovered(tmp_path / "one")
    assert (len(recovered.played), recovered.debris > 0) == (4, True)
    recovered.reopen().close()
    assert path.read_bytes() == whole[: whole.rindex(b"\n", 0, -1) + 1]
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], lines[2].replace(b"joined", b"jointd"), *lines[3:]]))
    with pytest.raises(JournalError, match="record 2 is corrupt"):
        Recovered(tmp_path / "one")


def test_a_journal_says_where_it_first_differs_when_run_again(tmp_path: Path):
    scenario = parse(SMALL)
    store = Store.create(tmp_path / "one", scenario, 1, "test")
    from p2p.messages import Open

    envelope = Envelope(GATEWAY, Open())
    store.append(store.line(envelope, 0, []))
    store.seal(b"")
    with pytest.raises(JournalError, match="record 1 differs"):
        run_again(read_folder(tmp_path / "one"))
    verified = pit("verify", str(tmp_path / "one"), cwd=tmp_path)
    assert (verified.returncode, "record 1 differs" in verified.stdout) == (1, True)


def test_serve_says_in_one_line_of_json_all_that_a_script_needs(tmp_path: Path):
    (tmp_path / "long.toml").write_text(LONG)
    serving = serve("long.toml", "--port", "0", cwd=tmp_path)
    assert {"url", "control", "seats", "recording"} <= set(serving.where)
    assert [one["seat"] for one in serving.where["seats"]] == [0, 1, 2, 3]
    assert all(len(one["code"]) == 8 for one in serving.where["seats"])
    assert serving.ctl("end").returncode == 0
    assert serving.end() == 0
