"""The study's pictures, each beside a CSV of what it shows."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from pathlib import Path

from matplotlib.axes import Axes

from p2p.sim.study.results.comparisons import (
    RATIO,
    ROBUSTNESS,
    VOLATILITY,
    ratio_rows,
    robustness_rows,
    volatility_rows,
)
from p2p.sim.study.results.frontier import FRONTIER, Row, cells, frontier_row, scaling, write_csv
from p2p.sim.study.results.labelled_runs import Labelled
from p2p.sim.study.results.plotting import picture


def _draw_frontier(axes: Axes, rows: list[Row]) -> None:
    for label in dict.fromkeys(row["label"] for row in rows):
        mine = [row for row in rows if row["label"] == label and row["wall_ms_mean"]]
        axes.plot([row["wall_ms_mean"] for row in mine], [row["w_hat_mean"] for row in mine], "o", label=label)
    axes.set_xscale("log")


def _draw_by_n(axes: Axes, rows: list[Row], names: tuple[str, ...], value: str) -> None:
    """One line for each combination of `names`, over N."""
    ordered = sorted(rows, key=lambda row: (*(str(row[name]) for name in names), row["N"]))
    for key, group in groupby(ordered, key=lambda row: tuple(row[name] for name in names)):
        mine = [row for row in group if row[value] is not None]
        text = ", ".join(f"{word:g}" if isinstance(word, float) else str(word) for word in key if word is not None)
        axes.plot([row["N"] for row in mine], [row[value] for row in mine], "o-", label=text)


def draw_heatmap(axes: Axes, rows: list[Row]) -> None:
    """Mean W_hat by tau (up) and N (along)."""
    taus, ns = sorted({row["tau"] for row in rows}), sorted({row["N"] for row in rows})
    value = {(row["tau"], row["N"]): row["w_hat_mean"] for row in rows}
    grid = [[value.get((tau, n), float("nan")) for n in ns] for tau in taus]
    axes.grid(visible=False)
    image = axes.imshow(grid, origin="lower", aspect="auto")
    axes.set_xticks(range(len(ns)), [str(n) for n in ns])
    axes.set_yticks(range(len(taus)), [f"{tau:g}" for tau in taus])
    for i, line in enumerate(grid):
        for j, w in enumerate(line):
            axes.text(j, i, f"{w:.3f}", ha="center", va="center", color="white")
    assert axes.figure is not None
    axes.figure.colorbar(image, label="mean W_hat")


def write_figures(out: Path, labelled: Labelled) -> None:
    """All pictures and their tables."""
    _frontier_figures(out, labelled)
    _ratio_figures(out, labelled)
    robust = robustness_rows(labelled)
    write_csv(out / "robustness.csv", ROBUSTNESS, robust)
    lines = ("market", "agent", "mode", "tau", "K")
    picture(
        out / "robustness.png",
        "Robustness",
        "N",
        "mean W_hat",
        lambda axes: _draw_by_n(axes, robust, lines, "w_hat_mean"),
    )
    volatility = volatility_rows(labelled)
    write_csv(out / "price_volatility.csv", VOLATILITY, volatility)
    picture(
        out / "price_volatility.png",
        "Variance of prices within an interval",
        "N",
        "(c/kWh)²",
        lambda axes: _draw_by_n(axes, volatility, ("label", "tau", "K"), "price_var_mean"),
    )


def _frontier_figures(out: Path, labelled: Labelled) -> None:
    """Frontier overlay, heat map of tau and N, scaling."""
    rows = [{**frontier_row(cell), "label": label} for label, runs in labelled.items() for cell in cells(runs)]
    write_csv(out / "frontier_overlay.csv", [*FRONTIER, "label"], rows)
    picture(
        out / "frontier_overlay.png",
        "W_hat against time",
        "ms per decision",
        "mean W_hat",
        lambda axes: _draw_frontier(axes, rows),
    )
    banded = [row for row in rows if row["tau"] is not None]
    write_csv(out / "heatmap_tau_N.csv", ["tau", "N", "w_hat_mean"], banded)
    if banded:
        picture(out / "heatmap_tau_N.png", "Mean W_hat", "N", "τ, %", lambda axes: draw_heatmap(axes, banded))
    by_label = [
        {"label": label, **line}
        for label in labelled
        for line in scaling([row for row in rows if row["label"] == label])
    ]
    write_csv(out / "scaling.csv", ["label", "agent", "N", "wall_ms_mean"], by_label)
    picture(
        out / "scaling.png",
        "Time of a decision",
        "N",
        "ms per decision",
        lambda axes: _draw_by_n(axes, by_label, ("label",), "wall_ms_mean"),
    )


def _ratio_figures(out: Path, labelled: Labelled) -> None:
    """Satisficers over optimizers: welfare, time, offers examined."""
    rows = ratio_rows(labelled)
    write_csv(out / "ratio_to_optimizer.csv", RATIO, rows)
    for value, unit in (
        ("w_hat", "W_hat over the optimizer's"),
        ("wall_ms", "times less time"),
        ("offers", "times fewer offers examined"),
    ):
        if rows:
            name = f"ratio_to_optimizer_{value}.png"
            picture(out / name, "Satisficers beside the optimizer", "N", unit, partial(_draw_ratio, rows, value))


def _draw_ratio(rows: list[Row], value: str, axes: Axes) -> None:
    _draw_by_n(axes, rows, ("label", "tau", "K"), f"{value}_ratio")
