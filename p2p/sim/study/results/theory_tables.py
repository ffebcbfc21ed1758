"""Acceptance, diminishing returns in τ and K, and what an examined offer costs in time."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from p2p.sim.study.results.frontier import Row, cells, mean, write_csv
from p2p.sim.study.results.labelled_runs import Labelled, cell_rows
from p2p.sim.study.results.plotting import picture
from p2p.sim.study.results.summaries import Moments, Summary

ACCEPTANCE = ["label", "N", "agent", "mode", "tau", "K", "accepted"]


RETURNS = [
    "label",
    "N",
    "mode",
    "value",
    "w_hat_mean",
    "w_hat_step",
    "offers_seen_mean",
    "offers_step",
    "w_hat_per_offer",
]


REGRESSION = ["label", "N", "agent", "mode", "decisions", "slope_ms_per_offer", "intercept_ms", "r2"]


def acceptance_rows(labelled: Labelled) -> list[Row]:
    """The share of decisions that accepted an offer, by cell."""
    return cell_rows(labelled, "accepted", lambda runs: mean(one.accepted for one in runs))


def returns_rows(labelled: Labelled, parameter: str) -> list[Row]:
    """W_hat and offers examined as tau or K rises, with first differences: what the next step buys and costs."""
    rows: list[Row] = []
    for label, runs in labelled.items():
        with_value = [cell for cell in cells(runs) if getattr(cell[0], parameter) is not None]
        for _, group in groupby(with_value, key=lambda cell: (cell[0].N, cell[0].agent, cell[0].mode)):
            before: Row | None = None
            for cell in group:
                before = _return_row(label, parameter, cell, before)
                rows.append(before)
    return rows


def _return_row(label: str, parameter: str, cell: list[Summary], before: Row | None) -> Row:
    row: Row = {
        "label": label,
        "N": cell[0].N,
        "mode": cell[0].mode,
        "value": getattr(cell[0], parameter),
        "w_hat_mean": mean(one.w_hat for one in cell),
        "offers_seen_mean": mean(one.offers_seen for one in cell),
        "w_hat_step": None,
        "offers_step": None,
        "w_hat_per_offer": None,
    }
    if before is not None:
        row["w_hat_step"] = row["w_hat_mean"] - before["w_hat_mean"]
        if row["offers_seen_mean"] is not None and before["offers_seen_mean"] is not None:
            row["offers_step"] = offers = row["offers_seen_mean"] - before["offers_seen_mean"]
            row["w_hat_per_offer"] = row["w_hat_step"] / offers if offers else None
    return row


def regression(moments: Moments) -> tuple[float | None, float | None, float | None]:
    """Slope, intercept and R² of time on offers examined, by least squares; None where offers never vary."""
    n = moments.n
    if not n:
        return None, None, None
    sxx = moments.xx - moments.x * moments.x / n
    sxy = moments.xy - moments.x * moments.y / n
    syy = moments.yy - moments.y * moments.y / n
    if sxx <= 0:
        return None, None, None
    slope = sxy / sxx
    return slope, (moments.y - slope * moments.x) / n, sxy * sxy / (sxx * syy) if syy > 0 else None


def regression_rows(labelled: Labelled) -> list[Row]:
    """A regression over all decisions of a label, agent, mode and N."""
    rows: list[Row] = []
    for label, runs in labelled.items():
        groups: dict[tuple[Any, ...], Moments] = {}
        for one in sorted(runs, key=lambda one: one.N):
            key = one.N, one.agent, one.mode
            groups[key] = groups.get(key, Moments()) + one.moments
        for (n, agent, mode), moments in groups.items():
            slope, intercept, r2 = regression(moments)
            rows.append(
                {
                    "label": label,
                    "N": n,
                    "agent": agent,
                    "mode": mode,
                    "decisions": moments.n,
                    "slope_ms_per_offer": slope,
                    "intercept_ms": intercept,
                    "r2": r2,
                }
            )
    return rows


def _draw_acceptance(axes: Axes, rows: list[Row]) -> None:
    for label in dict.fromkeys(row["label"] for row in rows):
        mine = [row for row in rows if row["label"] == label and row["accepted"] is not None]
        axes.plot([row["N"] for row in mine], [row["accepted"] for row in mine], "o", label=label, alpha=0.7)


def _draw_returns(rows: list[Row], axes: Axes) -> None:
    for key, group in groupby(rows, key=lambda row: (row["label"], row["mode"], row["N"])):
        mine = list(group)
        name = f"{key[0]}, N={key[2]}"
        axes.plot([row["value"] for row in mine], [row["w_hat_mean"] for row in mine], "o-", label=name)


def _draw_regression(axes: Axes, labelled: Labelled) -> None:
    for label, runs in labelled.items():
        timed = [one for one in runs if one.moments.n]
        x = [one.moments.x / one.moments.n for one in timed]
        axes.plot(x, [one.moments.y / one.moments.n for one in timed], "o", label=label, alpha=0.7)
    axes.set_xscale("symlog")


def write_theory(out: Path, labelled: Labelled) -> None:
    """All tables and pictures of this command."""
    accepted = acceptance_rows(labelled)
    write_csv(out / "acceptance.csv", ACCEPTANCE, accepted)
    write_csv(out / "regression.csv", REGRESSION, regression_rows(labelled))
    picture(
        out / "acceptance.png",
        "Decisions that accept an offer",
        "N",
        "share of decisions",
        lambda axes: _draw_acceptance(axes, accepted),
    )
    for parameter, unit in (("tau", "τ, %"), ("K", "K")):
        rows = returns_rows(labelled, parameter)
        write_csv(out / f"diminishing_{parameter}.csv", RETURNS, rows)
        if rows:
            name = f"diminishing_{parameter}.png"
            picture(out / name, f"Returns to {unit}", unit, "mean W_hat", partial(_draw_returns, rows))
    picture(
        out / "regression.png",
        "Time of a decision against offers examined, by run",
        "offers examined per decision",
        "ms per decision",
        lambda axes: _draw_regression(axes, labelled),
    )
