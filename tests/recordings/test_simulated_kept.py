"""Simulated sessions kept as recordings: they verify, and have the tables written while they were played."""

import csv
from pathlib import Path

import pytest

import recordings
from p2p.agents.invocation import AgentFailed
from p2p.sim.simulation.batch import SessionSpec, play
from recordings.journal.simulated import KeptIn
from tests.plays.lab import pit
from tests.plays.play import small

ORDER = ("session_key", "market", "period", "contract", "seat")
OTHERWISE = ("session", "activations", "recording", "bound_foresight")
"""Columns in which a session that is played and its recording differ, as docs/tables.md says."""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        found = [{key: cell for key, cell in row.items() if key not in OTHERWISE} for row in csv.DictReader(file)]
    return sorted(found, key=lambda row: [row.get(key, "").rjust(30) for key in ORDER])


def test_a_kept_session_has_the_tables_of_the_session_that_was_played(tmp_path: Path) -> None:
    words = (
        "--agents",
        "zip:11,zic:11",
        "--sessions",
        "2",
        "--out",
        "played",
        "--recordings",
        "kept",
        "--workers",
        "1",
    )
    done = pit("simulate", "smith-1962-test-1", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    kept = sorted((tmp_path / "kept").iterdir())
    assert [recordings.load(folder).verify().ok for folder in kept] == [True, True]
    done = pit("tables", *(str(folder) for folder in kept), "--out", "read", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("sessions", "periods", "contracts", "traders"):
        assert rows(tmp_path / "played" / f"{name}.csv") == rows(tmp_path / "read" / f"{name}.csv")
    with (tmp_path / "read" / "orders.csv").open(encoding="utf-8", newline="") as file:
        orders = list(csv.DictReader(file))
    assert {row["agent"] for row in orders} == {"zip", "zic"}
    assert {row["provenance"] for row in orders} == {"simulated"}
    assert kept[0].stat().st_mode & 0o077 == 0


def test_a_session_that_fails_leaves_no_recording(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(
        "from p2p.agents import Agent\n\nclass Bad(Agent):\n    def decide(self, view, rng):\n        return 1 / 0\n",
        encoding="utf-8",
    )
    cast = (f"{tmp_path / 'bad.py'}:Bad",) * 4
    with pytest.raises(AgentFailed):
        play(SessionSpec(1, small(), cast, 1, 1, keeper=KeptIn(tmp_path / "kept", "test")))
    assert list((tmp_path / "kept").iterdir()) == []
