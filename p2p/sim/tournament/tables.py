"""The tables and the plot of a tournament: `ranking.csv`, `pairs.csv`, `tournament.png`.

Columns: agent (or a, b), gains, the number of sessions (of balanced groups: pairs of mirrored ones). Gains come with
the ends of their 95 % intervals, in shares of a trader's part of the maximum surplus. In a test `one in many`, `gain_b`
is what a B in A's seat gained among its own.
"""

from pathlib import Path
from typing import Any

from p2p.sim.shell.csv_file import write_csv
from p2p.sim.shell.heat_map import draw_grid, picture_text
from p2p.sim.shell.plotting import COLOURS, MARKERS, new_figure, save
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
    write_csv(path, rows[0], [[_decimals(value) for value in row.values()] for row in rows])


def _decimals(value: Any) -> Any:
    return f"{value:.{DIGITS}f}" if isinstance(value, float) else value


def _plot(path: Path, ranking: list[Place], pairs: list[Pair]) -> None:
    """Left: gains in balanced groups with their intervals. Right: what one of a row gains among many of a column."""
    names = [place.agent for place in ranking]
    shown = [picture_text(name) for name in names]
    longest = max(map(len, shown))
    size = 6 + 0.16 * longest + 1.3 * len(names), 2.2 + 0.1 * longest + 0.6 * len(names)
    figure = new_figure(*size)
    left, right = figure.subplots(1, 2)
    intervals = ", with 95 % intervals" if any(place.gain.low is not None for place in ranking) else ""
    for row, place in enumerate(ranking):
        gain = place.gain
        if gain.low is not None and gain.high is not None:
            left.plot([gain.low, gain.high], [row, row], color="0.4", marker="|", markersize=8)
        left.plot([gain.mean], [row], MARKERS[0], color=COLOURS[0])
    left.axvline(1, color="0.6", linewidth=1, linestyle="--")
    left.set_yticks(range(len(names)), shown)
    left.invert_yaxis()
    left.set_title(f"Gain in balanced groups{intervals}", fontsize="medium")
    left.set_xlabel("gain per trader; 1: an equal part of the maximum surplus")
    found = {(p.a, p.b): p.difference for p in pairs if p.test == "one in many"}
    most = max(abs(one.mean) for one in found.values()) or 1.0
    grid = [[found[a, b].mean if a != b else float("nan") for b in names] for a in names]
    image = draw_grid(right, grid, shown, shown, lambda row, column: _sure(found[names[row], names[column]]), most)
    right.tick_params(axis="x", rotation=45)
    right.set_xlabel("the many")
    right.set_ylabel("the one")
    few = (
        "too few sessions for intervals"
        if all(one.low is None for one in found.values())
        else "?: the interval holds 0"
    )
    right.set_title(f"What one gains more than one of the many\nin its seat ({few})", fontsize="medium")
    figure.colorbar(image, ax=right, label="difference of gains")
    save(figure, path)


def _sure(difference: Estimate) -> str:
    """A difference; with a question mark where its interval holds 0."""
    low, high = difference.low, difference.high
    unsure = low is not None and high is not None and low <= 0 <= high
    return f"{difference.mean:+.2f}{' ?' if unsure else ''}"
