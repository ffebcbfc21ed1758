"""Recordings outlive their format: samples of every format are read, verified, scored, replayed and converted."""

import json
from pathlib import Path

import msgspec
import pytest

import recordings
from p2p.scenario.conversion import SCENARIO_FORMAT
from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import parse
from recordings.journal import conversion
from recordings.journal.format import JournalError, RecordChain
from recordings.journal.store import read_folder
from recordings.reading.replay import read_replay
from tests import ROOT
from tests.plays.lab import pit

FORMATS = ROOT / "recordings" / "samples" / "formats"
SAMPLES = sorted(FORMATS.glob("*/*"))
each = pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.name}")


def test_every_format_there_has_been_has_samples_of_itself() -> None:
    assert {int(path.parent.name) for path in SAMPLES} == set(range(1, conversion.JOURNAL_FORMAT + 1))
    for sample in SAMPLES:
        header = json.loads((sample / "journal.jsonl").read_bytes().splitlines()[0])
        assert header["format"] == int(sample.parent.name)


@each
def test_a_recording_of_any_format_is_run_again_scored_and_replayed(sample: Path) -> None:
    recording = recordings.load(sample)
    assert recording.sealed
    assert recording.verify().ok
    assert recording.verify().run_again
    assert ("format 1" in recording.verify().sentence) == (sample.parent.name == "01")
    assert len(recording.periods) == 2
    assert 0 < recording.score().whole.efficiency <= 1
    for seat in (None, 0, recording.scenario.seats - 1):
        assert read_replay(sample, seat).told
    assert set(recording.traders["information"]) <= {"quotes", "ticker", "book"}


@each
def test_the_same_session_in_every_format_says_the_same(sample: Path) -> None:
    newest = recordings.load(FORMATS / f"{conversion.JOURNAL_FORMAT:02}" / sample.name)
    mine = recordings.load(sample)
    assert mine.scenario == newest.scenario
    assert mine.events().equals(newest.events())


@each
def test_it_is_converted_into_a_journal_of_todays_format(sample: Path, tmp_path: Path) -> None:
    said = pit("convert", str(sample), "--out", str(tmp_path / "new"), cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert f"format {int(sample.parent.name)} → {conversion.JOURNAL_FORMAT}" in said.stdout
    converted = read_folder(tmp_path / "new")
    assert converted.format_written == conversion.JOURNAL_FORMAT
    assert recordings.load(tmp_path / "new").verify().ok
    assert recordings.load(tmp_path / "new").messages().equals(recordings.load(sample).messages())
    again = pit("convert", str(sample), "--out", str(tmp_path / "new"), cwd=tmp_path)
    assert again.returncode == 2
    assert again.stderr.strip().endswith("is there already: name a new folder")


def journal(tmp_path: Path, **changes: object) -> Path:
    """A journal of a header alone, with changes."""
    sample = read_folder(SAMPLES[0])
    plain = {**msgspec.to_builtins(sample.header), **changes}
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "journal.jsonl").write_bytes(RecordChain()._line(msgspec.json.encode(plain)))
    return tmp_path


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (conversion.JOURNAL_FORMAT + 1, "made by a newer lab; this one reads up to"),
        (0, "which is no number of one"),
        ("two", "which is no number of one"),
        (True, "which is no number of one"),
    ],
)
def test_a_newer_format_or_none_is_refused_in_one_line(number: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=said):
        recordings.load(journal(tmp_path / "one", format=number))


def test_every_step_of_the_chain_is_there_and_none_is_left_out() -> None:
    assert list(conversion.STEPS) == list(range(1, conversion.JOURNAL_FORMAT))


SCENARIO = """
title = "Two"
periods = 1
period_s = 10
information = "standing"
{more}
[institution]
price_min = 1
price_max = 200
[environment]
buyers = [[100]]
sellers = [[50]]
"""


def test_an_older_scenario_file_says_what_it_said() -> None:
    assert parse(SCENARIO.format(more="")).information == "quotes"
    assert parse(SCENARIO.format(more="format = 1")).information == "quotes"


def test_a_scenario_of_todays_format_uses_todays_words() -> None:
    with pytest.raises(ScenarioError, match="information"):
        parse(SCENARIO.format(more=f"format = {SCENARIO_FORMAT}"))
    assert parse(SCENARIO.format(more="format = 2").replace("standing", "quotes")).information == "quotes"


@pytest.mark.parametrize("number", ["3", "0", '"2"', "true"])
def test_a_scenario_of_another_format_is_refused_with_its_line(number: str) -> None:
    with pytest.raises(ScenarioError, match=r"scenario:6: format: "):
        parse(SCENARIO.format(more=f"format = {number}"))
