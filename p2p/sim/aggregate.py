"""`python -m p2p.sim.aggregate`: an experiment's frontier, Pareto frontiers and scaling, from its manifest."""

from __future__ import annotations

from pathlib import Path

import click

from p2p.sim.shell.cli_options import folder_for, run
from p2p.sim.shell.progress import Bars
from p2p.sim.study.results.frontier import FRONTIER, keys_of, write_tables
from p2p.sim.study.results.summaries import read_manifest, summarize

EXAMPLE = (
    "Example: python -m p2p.sim.aggregate --manifest outputs/exp_kg_v4/manifest.json "
    "--out-dir outputs/analysis/exp_kg_v4 --pareto-groupby N"
)


@click.command(epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--manifest", required=True, help="The manifest.json of an experiment.")
@click.option("--out-dir", required=True, help="Folder for the tables.")
@click.option("--pareto-groupby", help="Columns to have Pareto frontiers by, as N.")
def aggregate(manifest: str, out_dir: str, pareto_groupby: str | None) -> None:
    """Write an experiment's frontier.csv, frontier_detail.csv, frontier_pareto*.csv and scaling.csv."""
    keys = keys_of(pareto_groupby, FRONTIER)
    read = read_manifest(manifest)
    out = folder_for(Path(out_dir))
    with Bars() as bars:
        runs = summarize(read, bars)
    write_tables(out, runs, keys)


if __name__ == "__main__":
    run(aggregate, "aggregate")
