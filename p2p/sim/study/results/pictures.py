"""The study's pictures, each beside a CSV of what it shows.

The run book's own tables keep their bytes. Pictures are drawn from those of keyed_tables.py, with their intervals.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes

from p2p.sim.shell.heat_map import draw_grid
from p2p.sim.shell.plotting import INTERVALS, Panels, draw_panels, picture
from p2p.sim.study.results import comparisons
from p2p.sim.study.results.frontier import FRONTIER, Row, cells, frontier_row, mean, scaling, write_csv
from p2p.sim.study.results.keyed_tables import interval_rows, ratio_rows, volatility_rows, write_keyed_tables
from p2p.sim.study.results.labelled_runs import Labelled
from p2p.sim.study.results.labels import market_words, parameter_words, rule_words
from p2p.sim.study.results.summaries import Summary

AGENTS = "number of agents N"
W_HAT = f"quoted spreads by the planner's bound, mean W_hat{INTERVALS}"
EXAMINED = "offers examined per decision"


def draw_heatmap(axes: Axes, rows: list[Row]) -> None:
    """Mean W_hat by tau (up) and N (along)."""
    taus, ns = sorted({row["tau"] for row in rows}), sorted({row["N"] for row in rows})
    value = {(row["tau"], row["N"]): row["w_hat_mean"] for row in rows}
    grid = [[value.get((tau, n), float("nan")) for n in ns] for tau in taus]
    image = draw_grid(axes, grid, [str(n) for n in ns], [f"{tau:g}" for tau in taus], lambda i, j: f"{grid[i][j]:.3f}")
    axes.invert_yaxis()
    assert axes.figure is not None
    axes.figure.colorbar(image, label="mean W_hat")


def write_figures(out: Path, labelled: Labelled) -> None:
    """All pictures and their tables."""
    _own_tables(out, labelled)
    write_keyed_tables(out, labelled)
    first = [(label, cell[0], cell) for label, runs in labelled.items() for cell in cells(runs)]
    _frontier(out, first, interval_rows(labelled))
    _over_n(out, first, interval_rows(labelled))
    _scaling(out, first)
    _ratios(out, first, ratio_rows(labelled))
    _volatility(out, first, volatility_rows(labelled))


def _own_tables(out: Path, labelled: Labelled) -> None:
    """The run book's own tables, and the heat map of band and N."""
    rows = [{**frontier_row(cell), "label": label} for label, runs in labelled.items() for cell in cells(runs)]
    write_csv(out / "frontier_overlay.csv", [*FRONTIER, "label"], rows)
    banded = [row for row in rows if row["tau"] is not None]
    write_csv(out / "heatmap_tau_N.csv", ["tau", "N", "w_hat_mean"], banded)
    if banded:
        title = "Mean W_hat of satisficers within a band"
        picture(out / "heatmap_tau_N.png", title, AGENTS, "band τ, %", lambda axes: draw_heatmap(axes, banded))
    by_label = [
        {"label": label, **line}
        for label in labelled
        for line in scaling([row for row in rows if row["label"] == label])
    ]
    write_csv(out / "scaling.csv", ["label", "agent", "N", "wall_ms_mean"], by_label)
    write_csv(out / "ratio_to_optimizer.csv", comparisons.RATIO, comparisons.ratio_rows(labelled))
    write_csv(out / "robustness.csv", comparisons.ROBUSTNESS, comparisons.robustness_rows(labelled))
    write_csv(out / "price_volatility.csv", comparisons.VOLATILITY, comparisons.volatility_rows(labelled))


Cells = list[tuple[str, Summary, list[Summary]]]
"""Label, first run, all runs of each cell, in the order of the rows made of them."""


def _panel(one: Summary) -> str:
    return f"{market_words(one)}\n{rule_words(one)}"


def _frontier(out: Path, first: Cells, rows: list[Row]) -> None:
    panels = Panels()
    for (_, one, _), row in zip(first, rows, strict=True):
        if row["examined_mean"]:
            series = panels.series(market_words(one), rule_words(one))
            series.add(row["examined_mean"], row["w_hat_mean"], row["w_hat_low"], row["w_hat_high"])
    title = "What effort buys: W_hat against offers examined, every N and parameter"
    draw_panels(out / "frontier_overlay.png", title, EXAMINED, W_HAT, panels, lines=False, share=True)


def _over_n(out: Path, first: Cells, rows: list[Row]) -> None:
    panels = Panels()
    for (_, one, _), row in zip(first, rows, strict=True):
        series = panels.series(_panel(one), parameter_words(one))
        series.add(one.N, row["w_hat_mean"], row["w_hat_low"], row["w_hat_high"])
    draw_panels(out / "robustness.png", "W_hat in each market, by rule", AGENTS, W_HAT, panels, share=True)


def _scaling(out: Path, first: Cells) -> None:
    """One line a rule: the mean over its parameters."""
    panels, times = Panels(), dict[tuple[str, str, int], list[float | None]]()
    for _, one, cell in first:
        times.setdefault((market_words(one), rule_words(one), one.N), []).extend(run.wall_ms for run in cell)
    for (market, rule, n), known in times.items():
        took_ms = mean(known)
        panels.series(market, rule).add(n, None if took_ms is None else 1e3 * took_ms)
    title = "Time of a decision (of this machine)"
    draw_panels(out / "scaling.png", title, AGENTS, "microseconds per decision", panels)


def _ratios(out: Path, first: Cells, rows: list[Row]) -> None:
    """Satisficers over the optimizers of their own market: welfare, time, offers examined."""
    by_cell = {(label, one.N, one.agent, one.mode, one.tau, one.K): one for label, one, _ in first}
    for value, title, unit in (
        (
            "w_hat_difference",
            "Satisficers' W_hat less the optimizer's in the same market, paired by seed",
            f"difference of mean W_hat{INTERVALS}",
        ),
        ("wall_ms_ratio", "How much less time satisficers take (of this machine)", "times less time"),
        ("offers_ratio", "How many fewer offers satisficers examine", "times fewer offers examined"),
    ):
        panels = Panels()
        for row in rows:
            one = by_cell[tuple(row[key] for key in ("label", "N", "agent", "mode", "tau", "K"))]
            against = f" / {row['optimizer']} optimizer" if row["optimizer"] else ""
            panels.series(f"{_panel(one)}{against}", parameter_words(one)).add(
                one.N, row[value], row.get(f"{value}_low"), row.get(f"{value}_high")
            )
        name = f"ratio_to_optimizer_{value.removesuffix('_ratio').removesuffix('_difference')}.png"
        draw_panels(out / name, title, AGENTS, unit, panels, share=value == "w_hat_difference")


def _volatility(out: Path, first: Cells, rows: list[Row]) -> None:
    panels = Panels()
    for (_, one, _), row in zip(first, rows, strict=True):
        series = panels.series(_panel(one), parameter_words(one))
        series.add(one.N, row["price_var_mean"], row["price_var_low"], row["price_var_high"])
    title = "Variance of prices within an interval, where there was trade"
    draw_panels(out / "price_volatility.png", title, AGENTS, f"variance in (c/kWh)²{INTERVALS}", panels)
