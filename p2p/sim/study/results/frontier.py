"""The study's tables: cells from runs with a bootstrap over seeds, the non-dominated ones, the growth of time with
N."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any

from p2p.sim.shell import csv_file
from p2p.sim.shell.cli_options import UsageError
from p2p.sim.study.results.summaries import Summary

Row = dict[str, Any]

RESAMPLES = 1000
FRONTIER = [
    "N",
    "agent",
    "mode",
    "tau",
    "K",
    "w_hat_mean",
    "wall_ms_mean",
    "offers_seen_mean",
    "solver_calls_mean",
    "seeds",
    "w_hat_lo",
    "w_hat_hi",
]
DETAIL = [
    "N",
    "agent",
    "mode",
    "tau",
    "K",
    "w_hat_mean",
    "intervals_bound",
    "w_hat_mean_bound",
    "W_sum",
    "W_bound_sum",
    "traded_kwh",
]
SCALING = ["agent", "N", "wall_ms_mean"]


def cell_key(run: Summary) -> tuple[Any, ...]:
    """The common properties of a cell's runs, in an order that sorts."""
    return run.N, run.agent, run.mode or "", -1 if run.tau is None else run.tau, -1 if run.K is None else run.K


def cells(runs: Iterable[Summary]) -> list[list[Summary]]:
    """Runs by cell, cells in order of N, agent, mode, tau, K; a cell's runs by seed."""
    ordered = sorted(runs, key=lambda run: (*cell_key(run), run.seed))
    return [list(group) for _, group in groupby(ordered, key=cell_key)]


def mean(values: Iterable[float | None]) -> float | None:
    """The mean, or None if a value is missing or there is none."""
    known = list(values)
    return None if not known or None in known else fmean(v for v in known if v is not None)


def bootstrap(values: Sequence[float]) -> tuple[float, float]:
    """A 95 % percentile interval of the mean: 1,000 resamples, always the same ones."""
    import numpy as np

    rng, n, data = np.random.default_rng(0), len(values), np.array(values)
    means = [data[rng.integers(0, n, n)].mean() for _ in range(RESAMPLES)]
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def cell_columns(run: Summary) -> Row:
    """The columns that identify the cell of a run."""
    return {"N": run.N, "agent": run.agent, "mode": run.mode, "tau": run.tau, "K": run.K}


def frontier_row(runs: list[Summary]) -> Row:
    """A cell's row of frontier.csv: means over seeds."""
    low, high = bootstrap([run.w_hat for run in runs])
    return {
        **cell_columns(runs[0]),
        "w_hat_mean": fmean(run.w_hat for run in runs),
        "wall_ms_mean": mean(run.wall_ms for run in runs),
        "offers_seen_mean": mean(run.offers_seen for run in runs),
        "solver_calls_mean": mean(run.solver_calls for run in runs),
        "seeds": len(runs),
        "w_hat_lo": low,
        "w_hat_hi": high,
    }


def detail_row(runs: list[Summary]) -> Row:
    """The companions of a mean W_hat: the number of intervals with a positive bound, and the sums behind the ratios."""
    return {
        **cell_columns(runs[0]),
        "w_hat_mean": fmean(run.w_hat for run in runs),
        "intervals_bound": fmean(run.intervals_bound for run in runs),
        "w_hat_mean_bound": fmean(run.w_hat_bound for run in runs),
        "W_sum": fmean(run.W for run in runs),
        "W_bound_sum": fmean(run.W_bound for run in runs),
        "traded_kwh": fmean(run.traded_kwh for run in runs),
    }


def pareto(rows: list[Row]) -> list[Row]:
    """Rows that no other beats in W_hat without more time, or in time without less W_hat. Untimed rows are none."""
    timed = [row for row in rows if row["wall_ms_mean"] is not None]

    def beats(a: Row, b: Row) -> bool:
        more, less = a["w_hat_mean"] - b["w_hat_mean"], b["wall_ms_mean"] - a["wall_ms_mean"]
        return bool(more >= 0 and less >= 0 and (more > 0 or less > 0))

    return [row for row in timed if not any(beats(other, row) for other in timed)]


def pareto_by(rows: list[Row], keys: list[str]) -> list[Row]:
    """The same within each group of rows that agree in the keys."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return [row for group in groups.values() for row in pareto(group)]


def keys_of(text: str | None, columns: Sequence[str]) -> list[str]:
    """The keys of --pareto-groupby; refuses one that is no column."""
    if text is None:
        return []
    keys = [key.strip() for key in text.split(",")]
    for key in keys:
        if key not in columns:
            raise UsageError(f"--pareto-groupby: no column '{key}'; there are {', '.join(columns)}")
    return keys


def scaling(rows: list[Row]) -> list[Row]:
    """Mean time of a decision by agent and N, over the rows of a frontier."""
    pairs = sorted({(row["agent"], row["N"]) for row in rows})
    return [
        {
            "agent": agent,
            "N": n,
            "wall_ms_mean": mean(row["wall_ms_mean"] for row in rows if (row["agent"], row["N"]) == (agent, n)),
        }
        for agent, n in pairs
    ]


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows whole or not at all; None is empty, a whole number has no decimals."""
    csv_file.write_csv(path, columns, [[_written(row[column], column) for column in columns] for row in rows])


def _written(value: Any, column: str) -> Any:
    return f"{value:g}" if column in ("tau", "value") and value is not None else value


def write_tables(out: Path, runs: list[Summary], keys: list[str]) -> list[Row]:
    """An experiment's tables into a folder; returns its frontier."""
    by_cell = cells(runs)
    rows = [frontier_row(cell) for cell in by_cell]
    write_csv(out / "frontier.csv", FRONTIER, rows)
    write_csv(out / "frontier_detail.csv", DETAIL, [detail_row(cell) for cell in by_cell])
    write_csv(out / "frontier_pareto.csv", FRONTIER, pareto(rows))
    if keys:
        write_csv(out / f"frontier_pareto_by_{'_'.join(keys)}.csv", FRONTIER, pareto_by(rows, keys))
    write_csv(out / "scaling.csv", SCALING, scaling(rows))
    return rows
