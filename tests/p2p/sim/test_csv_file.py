"""Cells of every table that is written as CSV: no formula, no escape sequence, numbers as they are."""

import csv
from pathlib import Path

import pytest

from p2p.base.safe_text import table_cell
from p2p.sim.shell.csv_file import csv_file, write_csv
from p2p.sim.study.results.frontier import write_csv as write_study
from p2p.sim.tables.estimate import Estimate
from p2p.sim.tournament.tables import write_tournament
from p2p.sim.tournament.tournament import Pair, Place

FORMULAS = ["=1+1", "+1+cmd", "-1+cmd", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1+1", "\x1b]0;title\x07=1"]
ONE = Estimate(1.0, None, None, 2)


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_a_text_in_the_tables_of_sessions_tournaments_and_the_study(formula: str, tmp_path: Path) -> None:
    write_csv(tmp_path / "a.csv", ["x"], [[formula]])
    with csv_file(tmp_path / "b.csv", ["x"]) as add:
        add([[formula]])
    write_study(tmp_path / "c.csv", ["label"], [{"label": formula}])
    pairs = [
        Pair(test, a, b, ONE, ONE, ONE) for test in ("one in many",) for a, b in ((formula, "zic"), ("zic", formula))
    ]
    write_tournament(tmp_path, [Place(formula, ONE, 0, ONE), Place("zic", ONE, 0, ONE)], pairs)
    written = [cells(tmp_path / f"{name}.csv")[1][0] for name in "abc"]
    written += [cells(tmp_path / "ranking.csv")[1][1], cells(tmp_path / "pairs.csv")[1][1]]
    assert len(set(written)) == 1
    assert written[0].startswith("'")
    assert written[0].isprintable()


def test_a_number_is_no_formula() -> None:
    for number in ("-0.5", "+3", "-1e-05", "12"):
        assert table_cell(number) == number
    assert table_cell("-1-2") == "'-1-2"


def test_a_table_that_fails_half_way_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(path, ["x"], [["old"]])
    with pytest.raises(ZeroDivisionError), csv_file(path, ["x"]) as add:
        add([[1 // n] for n in (1, 0)])
    assert cells(path) == [["x"], ["old"]]
    assert [one.name for one in tmp_path.iterdir()] == ["a.csv"]


def test_names_with_signs_of_mathematics_are_drawn_as_they_stand(tmp_path: Path) -> None:
    names = ["zic/a=$\\frac$", "é" * 200]
    pairs = [Pair("one in many", a, b, ONE, ONE, ONE) for a, b in (names, names[::-1])]
    write_tournament(tmp_path, [Place(name, ONE, 0, ONE) for name in names], pairs)
    assert (tmp_path / "tournament.png").stat().st_size > 1_000
