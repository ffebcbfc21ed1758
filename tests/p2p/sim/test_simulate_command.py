"""`pit simulate`: it writes over nothing unasked, says how far it is without a terminal, and takes serve's lengths."""

import csv
from pathlib import Path

import pytest

from p2p.sim.shell import progress
from p2p.sim.shell.progress import Bars
from tests.plays.lab import pit

PLAY = ("simulate", "smith-1962-test-1", "--sessions", "2", "--workers", "1")


def test_tables_that_are_there_are_not_written_over_unless_that_is_said(tmp_path: Path) -> None:
    assert pit(*PLAY, "--seed", "1", "--out", "out", cwd=tmp_path).returncode == 0
    first = (tmp_path / "out" / "sessions.csv").read_bytes()
    refused = pit(*PLAY, "--seed", "2", "--out", "out", cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr.startswith("pit: 'out' has sessions.csv already; name another folder, or give --force")
    assert (tmp_path / "out" / "sessions.csv").read_bytes() == first
    assert pit(*PLAY, "--seed", "2", "--out", "out", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "out" / "sessions.csv").read_bytes() != first


def test_lengths_of_the_command_line_are_played_and_checked(tmp_path: Path) -> None:
    said = pit(*PLAY, "--period-s", "45", "--periods", "3", "--out", "out", cwd=tmp_path)
    assert "22.5 activations per trader and period" in said.stdout, "a robot looks every two seconds"
    with (tmp_path / "out" / "periods.csv").open() as file:
        assert [row["period"] for row in csv.DictReader(file)] == ["1", "2", "3"] * 2
    assert pit(*PLAY, "--period-s", "nan", cwd=tmp_path).returncode == 2


def test_without_a_terminal_progress_is_said_in_lines(monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    now_s = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now_s[0])

    def slowly():
        for item in "abcd":
            now_s[0] += 6.0
            yield item

    with Bars() as bars:
        assert list(bars.over(slowly(), "zic:*", 4)) == list("abcd")
    assert capsys.readouterr().err.splitlines() == ["50% done, 12 s left, now zic:*", "100% done, 0 s left, now zic:*"]
