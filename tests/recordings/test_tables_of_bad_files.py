"""Recordings that are cut, spoilt, empty or none: one clear line, and the sound part where there is one."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from recordings.commands.score import score
from recordings.commands.tables import tables
from recordings.journal.format import FILE
from tests import ROOT

SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1"
WHOLE = (SAMPLE / FILE).read_bytes()
LINES = WHOLE.splitlines(keepends=True)

BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "CR LF": (lambda: WHOLE.replace(b"\n", b"\r\n"), "its line ends are CR LF where they were LF"),
    "broken": (
        lambda: b"".join([*LINES[:60], LINES[60].replace(b'"at"', b'"ta"'), *LINES[61:]]),
        "record 60 is corrupt, and others follow it",
    ),
    "empty": (lambda: b"", "the journal has no header that can be read: it is empty"),
    "not a recording": (lambda: b"hello\n", "the journal has no header that can be read"),
}


def run(tmp_path: Path, *words: str) -> tuple[int, list[str], str]:
    """Exit status, lines of standard error without the progress, and standard output, of a command."""
    command = {"tables": tables, "score": score}[words[0]]
    done = CliRunner().invoke(command, words[1:])
    lines = [line for line in done.stderr.splitlines() if line.startswith(("Error: ", "pit: "))]
    return done.exit_code, lines, done.stdout


def stored(tmp_path: Path, data: bytes) -> str:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / FILE).write_bytes(data)
    return str(tmp_path / "one")


@pytest.mark.parametrize("what", BAD)
def test_a_spoilt_file_is_one_line_that_names_it_and_leaves_no_tables(what: str, tmp_path: Path) -> None:
    data, why = BAD[what]
    folder = stored(tmp_path, data())
    for words in (("tables", folder, "--out", str(tmp_path / "out")), ("score", folder, "--sessions", "0")):
        status, (line,), _ = run(tmp_path, *words)
        assert status != 0
        assert folder in line
        assert why in line
    assert not list((tmp_path / "out").glob("*.csv"))


def test_of_a_cut_one_the_finished_periods_are_there_and_that_is_said(tmp_path: Path) -> None:
    folder = stored(tmp_path, b"".join(LINES[:130]) + LINES[130][:40])
    status, lines, _ = run(tmp_path, "tables", folder, "--out", str(tmp_path / "out"))
    assert status == 0
    assert lines == [f"pit: {folder}: this recording was cut: its finished periods count"]
    with (tmp_path / "out" / "orders.csv").open(encoding="utf-8", newline="") as file:
        orders = list(csv.DictReader(file))
    counted = {row["period"]: row["counted"] for row in orders}
    assert counted == {"1": "1", "2": "0"}, "the period that was cut is in the orders, and does not count"
    with (tmp_path / "out" / "contracts.csv").open(encoding="utf-8", newline="") as file:
        assert {row["period"] for row in csv.DictReader(file)} == {"1"}
    status, lines, told = run(tmp_path, "score", folder, "--sessions", "0", "--json")
    assert (status, lines) == (0, ["pit: this recording was cut: its finished periods are scored"])
    assert '"sealed":false' in told


def test_one_that_ended_before_a_period_did_has_tables_with_heads_alone_and_no_score(tmp_path: Path) -> None:
    folder = stored(tmp_path, b"".join(LINES[:20]))
    assert run(tmp_path, "tables", folder, "--out", str(tmp_path / "out"))[0] == 0
    for path in (tmp_path / "out").glob("*.csv"):
        rows = path.read_text(encoding="utf-8").splitlines()
        assert rows
        assert len(rows) == 1 or path.stem in ("columns", "seats", "people"), path
    status, lines, _ = run(tmp_path, "score", folder)
    assert status == 1
    assert lines[-1].endswith("was finished: there is nothing to score")
