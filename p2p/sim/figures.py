"""`python -m p2p.sim.figures`: the study's pictures, each beside a CSV of what it shows."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import click

from p2p.sim.drawing import picture
from p2p.sim.frontier import FRONTIER, Row, cells, frontier_row, mean, scaling, write_csv
from p2p.sim.overlay import Labelled, read_labelled
from p2p.sim.progress import Bars
from p2p.sim.shell import folder_for, run
from p2p.sim.summaries import Summary, summarize

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATIO = ["label", "market", "N", "mode", "tau", "K", "w_hat_ratio", "wall_ms_ratio", "offers_ratio"]
VOLATILITY = ["label", "N", "agent", "mode", "tau", "K", "price_var_mean"]
ROBUSTNESS = ["market", "agent", "mode", "N", "tau", "K", "w_hat_mean"]

EXAMPLE = (
    "Example: python -m p2p.sim.figures --manifests outputs/exp_kg_v4/manifest.json,outputs/exp_opt_v4/manifest.json "
    "--labels k_greedy,opt_greedy --out-dir outputs/analysis/figures_v4"
)


def market_of(one: Summary) -> str:
    """Mechanism, information set and cap in a few words."""
    cap = "" if one.feeder_cap_kw is None else f", cap {one.feeder_cap_kw:g} kW"
    return f"{one.mechanism}, {one.info_set}{cap}"


def examined(one: Summary) -> float | None:
    """Offers examined per decision, by whichever agent."""
    if one.offers_seen is None or one.solver_calls is None:
        return None
    return one.offers_seen + one.solver_calls


def ratio_rows(labelled: Labelled) -> list[Row]:
    """Satisficers' cells over the optimizers' at the same N, mechanism and information set (whatever the cap).

    A time or effort ratio says how many times less the satisficer needs. No rows where there are no optimizers.
    """
    every = [(label, cell) for label, runs in labelled.items() for cell in cells(runs)]
    base = {_setting(cell[0]): cell for _, cell in every if cell[0].agent == "optimizer"}
    rows = []
    for label, cell in every:
        best = base.get(_setting(cell[0]))
        if cell[0].agent != "satisficer" or best is None:
            continue
        ours = fmean(one.w_hat for one in cell)
        theirs = fmean(one.w_hat for one in best)
        rows.append(
            {
                **{name: getattr(cell[0], name) for name in ("N", "mode", "tau", "K")},
                "label": label,
                "market": market_of(cell[0]),
                "w_hat_ratio": ours / theirs if theirs else None,
                "wall_ms_ratio": _times_less([o.wall_ms for o in best], [o.wall_ms for o in cell]),
                "offers_ratio": _times_less([examined(o) for o in best], [examined(o) for o in cell]),
            }
        )
    return rows


def _setting(one: Summary) -> tuple[Any, ...]:
    return one.N, one.mechanism, one.info_set


def _times_less(theirs: list[float | None], ours: list[float | None]) -> float | None:
    a, b = mean(theirs), mean(ours)
    return a / b if a is not None and b else None


def robustness_rows(labelled: Labelled) -> list[Row]:
    """Every cell by the market it was played in."""
    return [
        {
            **{name: getattr(cell[0], name) for name in ("agent", "mode", "N", "tau", "K")},
            "market": market_of(cell[0]),
            "w_hat_mean": fmean(one.w_hat for one in cell),
        }
        for runs in labelled.values()
        for cell in cells(runs)
    ]


def volatility_rows(labelled: Labelled) -> list[Row]:
    """Mean over intervals with trades of the variance of prices in them, by cell."""
    return [
        {
            **{name: getattr(cell[0], name) for name in VOLATILITY[1:-1]},
            "label": label,
            "price_var_mean": fmean(one.price_var for one in cell),
        }
        for label, runs in labelled.items()
        for cell in cells(runs)
    ]


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


@click.command(epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--manifests", required=True, help="Manifests, with commas between; one of optimizers for the ratios.")
@click.option("--labels", help="A name for each, in the same order; by default their folders'.")
@click.option("--out-dir", required=True, help="Folder for tables and pictures.")
def figures(manifests: str, labels: str | None, out_dir: str) -> None:
    """Draw the frontier overlay, ratios to the optimizer, τ × N, scaling, robustness and price volatility."""
    read = read_labelled(manifests, labels)
    out = folder_for(Path(out_dir))
    with Bars() as bars:
        labelled = {label: summarize(manifest, bars) for label, manifest in read.items()}
    write_figures(out, labelled)


if __name__ == "__main__":
    run(figures, "figures")
