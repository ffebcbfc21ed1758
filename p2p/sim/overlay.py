"""`python -m p2p.sim.overlay`: several experiments in one set of tables, each under its label."""

from __future__ import annotations

import click

from p2p.sim.shell.cli_options import run
from p2p.sim.study.results.frontier import keys_of
from p2p.sim.study.results.labelled_runs import summarized
from p2p.sim.study.results.overlay_tables import COMBINED, write_overlay

EXAMPLE = (
    "Example: python -m p2p.sim.overlay --manifests outputs/exp_kg_v4/manifest.json,outputs/exp_opt_v4/manifest.json "
    "--labels k_greedy,opt_greedy --pareto-groupby N --out-dir outputs/analysis/overlay_v4"
)


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
