"""The sample recordings: everything that is done with a recording is done with each of them."""

import shutil
from pathlib import Path

import pytest

import recordings
from recordings.journal.sealing import seal, unseal
from recordings.journal.verification import verify
from recordings.reading.replay import read_replay
from recordings.reports.page.data import reported
from recordings.reports.page.layout import report_page
from recordings.scoring.score import score
from tests import ROOT
from tui.model.replay_player import Player

SAMPLES = ROOT / "recordings" / "samples"
NAMES = ("test-1-two-people", "call-market-cap", "energy-day")
TABLES = ("sessions", "periods", "contracts", "traders", "orders", "quotes", "messages", "schedules", "seats")


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_verifies_scores_and_has_all_its_tables(name: str) -> None:
    assert verify(SAMPLES / name).ok
    scored = score(SAMPLES / name)
    assert scored.sealed
    assert scored.whole.efficiency is not None
    tables = recordings.load(SAMPLES / name).tables()
    assert all(len(tables[one]) for one in TABLES)
    assert tables["contracts"]["quantity"].sum() == scored.whole.quantity


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_replayed_reported_and_sealed(name: str, tmp_path: Path) -> None:
    player = Player(read_replay(SAMPLES / name, seat=0))
    player.jump(player.end_at)
    assert player.ended_by_itself
    page = report_page([reported(SAMPLES / name, name)], {}, False, "0")
    assert "Theory and observation" in page
    folder = tmp_path / name
    shutil.copytree(SAMPLES / name, folder)
    seal(folder)
    assert verify(folder).ok
    unseal(folder)
    assert (folder / "journal.jsonl").read_bytes() == (SAMPLES / name / "journal.jsonl").read_bytes()


def test_two_seats_of_the_first_sample_were_played_by_people() -> None:
    scored = score(SAMPLES / "test-1-two-people")
    people = [one for one in scored.traders if one.controller == "human"]
    assert [one.seat for one in people] == [0, 1]
    assert all(one.surplus > 0 for one in people)


def test_the_page_of_samples_names_each_folder() -> None:
    page = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert {path.name for path in SAMPLES.iterdir() if path.is_dir()} == {
        line.split("`")[1] for line in page.splitlines() if line.startswith("| `")
    }
