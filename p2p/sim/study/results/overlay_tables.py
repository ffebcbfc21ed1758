"""Several experiments in one set of tables."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import Any

from p2p.sim.study.results.frontier import FRONTIER, Row, cells, frontier_row, mean, pareto_by, write_csv
from p2p.sim.study.results.labelled_runs import Labelled
from p2p.sim.study.results.summaries import Summary

COMBINED = [*FRONTIER, "label"]


SUMMARY = ["label", "agent", "mode", "N", "w_hat_mean", "wall_ms_mean", "seeds"]


RUNS = ["N", "agent", "mode", "tau", "K", "seed", "w_hat", "W", "wall_ms", "offers_seen", "solver_calls", "label"]


def summary_rows(labelled: Labelled) -> list[Row]:
    """Means over all runs of a label, agent, mode and N; `seeds` counts the runs."""
    groups: dict[tuple[Any, ...], list[Summary]] = {}
    for label, runs in labelled.items():
        for one in runs:
            groups.setdefault((one.N, label, one.agent, one.mode), []).append(one)
    return [
        {
            "label": label,
            "agent": agent,
            "mode": mode,
            "N": n,
            "w_hat_mean": fmean(one.w_hat for one in runs),
            "wall_ms_mean": mean(one.wall_ms for one in runs),
            "seeds": len(runs),
        }
        for (n, label, agent, mode), runs in sorted(groups.items(), key=lambda item: item[0][:2])
    ]


def run_rows(labelled: Labelled) -> list[Row]:
    """One row a run."""
    return [
        {**{column: getattr(one, column) for column in RUNS[:-1]}, "label": label}
        for label, runs in labelled.items()
        for one in runs
    ]


def write_overlay(out: Path, labelled: Labelled, keys: list[str]) -> None:
    """The combined tables."""
    rows = [{**frontier_row(cell), "label": label} for label, runs in labelled.items() for cell in cells(runs)]
    write_csv(out / "combined_frontier.csv", COMBINED, rows)
    name = f"combined_frontier_pareto{'_by_' + '_'.join(keys) if keys else ''}.csv"
    write_csv(out / name, COMBINED, pareto_by(rows, keys))
    write_csv(out / "combined_summary.csv", SUMMARY, summary_rows(labelled))
    write_csv(out / "combined_runs.csv", RUNS, run_rows(labelled))
