"""A recording played to all who watch: the facts are those of its replay, and nobody trades in it."""

import shutil
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from p2p.base.units import SECOND
from p2p.messages import Ended, Pause
from p2p.session.rules_versions import RULES
from pit_replay import replay
from recordings.commands.import_markets import import_markets
from recordings.journal.format import FILE, Header, JournalError, RecordChain
from recordings.reading.replay import read_replay
from server.serve.replay_run import opened_for_replay
from server.session.playback import PlayClock
from tests.plays.hosted import UNHURRIED, hosting
from tests.plays.tui_plays import small
from tests.plays.watch_plays import watching

SAMPLES = Path("recordings/samples")
SAMPLE = SAMPLES / "smith-1962-test-1"
FAST = 1_000.0


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


async def test_a_spectator_is_told_the_facts_of_the_recording_in_order_and_at_their_instants(tmp_path: Path) -> None:
    before = files(SAMPLE)
    async with hosting(opened_for_replay(SAMPLE, tmp_path, FAST), limits=UNHURRIED) as hosted:
        viewer = await hosted.login(watching())
        await viewer.until_told(Ended)
        told = [(fact.at, fact.message) for fact in viewer.told]
    recorded = [(fact.at, fact.message) for fact in read_replay(SAMPLE).told]
    assert told == recorded
    assert files(SAMPLE) == before


async def test_it_stays_after_its_end_for_those_who_come_later(tmp_path: Path) -> None:
    async with hosting(opened_for_replay(SAMPLE, tmp_path, FAST), limits=UNHURRIED) as hosted:
        await (await hosted.login(watching())).until_told(Ended)
        late = await hosted.login(watching())
        await late.until_told(Ended)
        assert not hosted.running.done()


async def test_the_experimenter_looks_on_and_whatever_they_say_is_refused(tmp_path: Path) -> None:
    async with hosting(opened_for_replay(SAMPLE, tmp_path, FAST), limits=UNHURRIED) as hosted:
        desk = await hosted.experimenter()
        desk.client.send(Pause())
        fault = await desk.fault()
        assert "played again" in fault.why


async def test_no_code_leads_to_a_seat(tmp_path: Path) -> None:
    opened = opened_for_replay(SAMPLE, tmp_path, FAST)
    assert not opened.codes
    assert not opened.doors.class_code


def test_a_recording_of_rules_that_are_not_ours_is_not_played(tmp_path: Path) -> None:
    folder = tmp_path / "rec"
    shutil.copytree(SAMPLE, folder)
    journal = folder / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b'"rules":', b'"rules":9', 1))
    with pytest.raises(JournalError):
        opened_for_replay(folder, tmp_path, 1.0)


def test_a_published_market_is_not_played_since_no_rules_make_its_contracts_again(tmp_path: Path) -> None:
    head = "market,period,time_s,trader,side,value,price,contract,contract_price\n"
    (tmp_path / "orders.csv").write_text(f"{head}a,1,1,anna,buyer,9,8,c,8\na,1,2,bert,seller,5,6,c,6\n")
    imported = CliRunner().invoke(import_markets, ["orders", str(tmp_path / "orders.csv"), "--out", str(tmp_path)])
    assert imported.exit_code == 0, imported.output
    with pytest.raises(JournalError, match="published"):
        opened_for_replay(tmp_path / "a", tmp_path, 1.0)


@pytest.mark.parametrize("more", [("--host", "0.0.0.0", "--insecure-lan"), ("--mqtt", "embedded")])
def test_a_session_without_spectators_is_played_on_this_machine_alone(tmp_path: Path, more: tuple[str, ...]) -> None:
    scenario = replace(small(), spectators="none")
    chain = RecordChain()
    header = Header("r", RULES, 1, msgspec.to_builtins(scenario), "0", "2026-01-01T00:00:00+00:00")
    recording, work = tmp_path / "recording", tmp_path / "work"
    recording.mkdir()
    work.mkdir()
    (recording / FILE).write_bytes(chain.header(header))
    assert opened_for_replay(recording, work, 1.0).session.scenario.spectators == "open"
    said = CliRunner().invoke(replay, [str(recording), "--serve", "--port", "0", *more])
    assert (said.exit_code, "on this machine alone" in said.output) == (1, True)


def test_the_clock_runs_to_the_next_record_and_no_further() -> None:
    clock = PlayClock(1e9)
    assert clock.on_way_to(10 * SECOND, skip=False) <= 1.0
    assert clock.on_way_to(20 * SECOND, skip=False) < 1.0
    assert 0 <= clock.now() <= 20 * SECOND


def test_a_stopped_clock_is_not_sat_out() -> None:
    clock = PlayClock(1.0)
    assert clock.on_way_to(600 * SECOND, skip=True) == 1.0
    assert 599 * SECOND <= clock.now() <= 600 * SECOND
