"""`python -m p2p.sim.figures`: the study's pictures, each beside a CSV of what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from p2p.sim.shell.cli_options import run
from p2p.sim.study.results.labelled_runs import summarized
from p2p.sim.study.results.pictures import write_figures

if TYPE_CHECKING:
    pass

EXAMPLE = (
    "Example: python -m p2p.sim.figures --manifests outputs/exp_kg_v4/manifest.json,outputs/exp_opt_v4/manifest.json "
    "--labels k_greedy,opt_greedy --out-dir outputs/analysis/figures_v4"
)


@click.command(epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--manifests", required=True, help="Manifests, with commas between; one of optimizers for the ratios.")
@click.option("--labels", help="A name for each, in the same order; by default their folders'.")
@click.option("--out-dir", required=True, help="Folder for tables and pictures.")
def figures(manifests: str, labels: str | None, out_dir: str) -> None:
    """Draw the frontier overlay, ratios to the optimizer, τ × N, scaling, robustness and price volatility."""
    out, labelled = summarized(manifests, labels, out_dir)
    write_figures(out, labelled)


if __name__ == "__main__":
    run(figures, "figures")
