"""The tables and the plot of a tournament: `ranking.csv`, `pairs.csv`, `tournament.png`.

Columns: agent (or a, b), gains with the ends of their 95 % intervals in shares of a trader's part of the maximum
surplus, the number of sessions (of balanced groups: pairs of mirrored ones). In a test `one in many`, `gain_b` is what
a B in A's seat gained among its own.
"""

import csv
from pathlib import Path
from typing import Any

from p2p.sim.tables.estimate import Estimate
from p2p.sim.tournament.tournament import Pair, Place

DIGITS = 6


def _cells(name: str, mean: Estimate) -> dict[str, Any]:
    ends = {f"{name}_low": mean.low, f"{name}_high": mean.high}
    return {name: mean.mean} | ends


def ranking_rows(ranking: list[Place]) -> list[dict[str, Any]]:
    """A row for each agent, the best first."""
    return [
        {"rank": n, "agent": p.agent}
        | _cells("gain", p.gain)
        | {"beaten": p.beaten}
        | _cells("efficiency_alone", p.alone)
        for n, p in enumerate(ranking, start=1)
    ]


def pair_rows(pairs: list[Pair]) -> list[dict[str, Any]]:
    """A row for each test of each pair."""
    return [
        {"test": p.test, "a": p.a, "b": p.b, "n": p.difference.n}
        | _cells("gain_a", p.gain_a)
        | _cells("gain_b", p.gain_b)
        | _cells("difference", p.difference)
        for p in pairs
    ]


def write_tournament(folder: Path, ranking: list[Place], pairs: list[Pair]) -> None:
    """Write both tables and the plot."""
    _write(folder / "ranking.csv", ranking_rows(ranking))
    _write(folder / "pairs.csv", pair_rows(pairs))
    _plot(folder / "tournament.png", ranking, pairs)


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    beside = path.with_suffix(".new")
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow([_cell(value) for value in row.values()])
    beside.replace(path)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:.{DIGITS}f}" if isinstance(value, float) else value


def _plot(path: Path, ranking: list[Place], pairs: list[Pair]) -> None:
    """Left: gains in balanced groups with their intervals. Right: what one of a row gains among many of a column."""
    from matplotlib.figure import Figure

    names = [place.agent for place in ranking]
    figure = Figure(figsize=(4 + 1.2 * len(names), 1.5 + 0.6 * len(names)), layout="constrained")
    left, right = figure.subplots(1, 2)
    for row, place in enumerate(ranking):
        gain = place.gain
        left.plot([gain.low or gain.mean, gain.high or gain.mean], [row, row], color="0.4")
        left.plot([gain.mean], [row], "o", color="C0")
    left.axvline(1, color="0.8", linewidth=1)
    left.set_yticks(range(len(names)), names)
    left.invert_yaxis()
    left.set_xlabel("gain in balanced groups, 1: an equal part of all")
    found = {(p.a, p.b): p.difference for p in pairs if p.test == "one in many"}
    grid = [[found[a, b].mean if a != b else 0.0 for b in names] for a in names]
    most = max(abs(value) for line in grid for value in line) or 1.0
    right.imshow(grid, cmap="RdBu", vmin=-most, vmax=most)
    for row, a in enumerate(names):
        for column, b in enumerate(names):
            if a != b:
                clear = (found[a, b].low or 0) > 0 or (found[a, b].high or 0) < 0
                text = f"{found[a, b].mean:+.2f}{'' if clear else '?'}"
                right.text(column, row, text, ha="center", va="center", fontsize=8)
    right.set_xticks(range(len(names)), names, rotation=45, ha="right")
    right.set_yticks(range(len(names)), names)
    right.set_title("what one (row) gains more among many (column)", fontsize=9)
    figure.savefig(path, dpi=120)
