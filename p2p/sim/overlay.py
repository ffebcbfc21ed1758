"""`python -m p2p.sim.overlay`: several experiments in one set of tables, each under its label."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import click

from p2p.sim.frontier import FRONTIER, Row, cell_columns, cells, frontier_row, keys_of, mean, pareto_by, write_csv
from p2p.sim.progress import Bars
from p2p.sim.shell import Refusal, folder_for, run, words
from p2p.sim.summaries import Manifest, Summary, read_manifest, summarize

COMBINED = [*FRONTIER, "label"]
SUMMARY = ["label", "agent", "mode", "N", "w_hat_mean", "wall_ms_mean", "seeds"]
RUNS = ["N", "agent", "mode", "tau", "K", "seed", "w_hat", "W", "wall_ms", "offers_seen", "solver_calls", "label"]

Labelled = dict[str, list[Summary]]
"""Runs by label."""

EXAMPLE = (
    "Example: python -m p2p.sim.overlay --manifests outputs/exp_kg_v4/manifest.json,outputs/exp_opt_v4/manifest.json "
    "--labels k_greedy,opt_greedy --pareto-groupby N --out-dir outputs/analysis/overlay_v4"
)


def read_labelled(manifests: str, labels: str | None) -> dict[str, Manifest]:
    """Manifests by label; without labels, by the names of their folders. Refuses lists that do not match."""
    read = [read_manifest(path) for path in words(manifests, "--manifests")]
    names = words(labels, "--labels") if labels is not None else [one.path.absolute().parent.name for one in read]
    if len(names) != len(read):
        raise Refusal(f"--labels has {len(names)} names for {len(read)} manifests; give one for each, in order")
    if len(set(names)) != len(names):
        raise Refusal("two manifests have the same label; give each its own with --labels")
    return dict(zip(names, read, strict=True))


def summarized(manifests: str, labels: str | None, out_dir: str) -> tuple[Path, Labelled]:
    """The folder to write into, and the runs of these manifests by label: what each command on several begins with."""
    read = read_labelled(manifests, labels)
    out = folder_for(Path(out_dir))
    with Bars() as bars:
        return out, {label: summarize(manifest, bars) for label, manifest in read.items()}


def cell_rows(labelled: Labelled, figure: str, of: Callable[[list[Summary]], float | None]) -> list[Row]:
    """One figure of each cell, by label."""
    return [
        {"label": label, **cell_columns(runs[0]), figure: of(runs)}
        for label, every in labelled.items()
        for runs in cells(every)
    ]


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


@click.command(epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--manifests", required=True, help="Manifests, with commas between.")
@click.option("--labels", help="A name for each, in the same order; by default their folders'.")
@click.option("--pareto-groupby", help="Columns to have Pareto frontiers by, as N.")
@click.option("--out-dir", required=True, help="Folder for the tables.")
def overlay(manifests: str, labels: str | None, pareto_groupby: str | None, out_dir: str) -> None:
    """Write combined_frontier.csv, its Pareto frontiers, combined_summary.csv and combined_runs.csv."""
    keys = keys_of(pareto_groupby, COMBINED)
    out, labelled = summarized(manifests, labels, out_dir)
    write_overlay(out, labelled, keys)


if __name__ == "__main__":
    run(overlay, "overlay")
