"""`python -m p2p.sim.theory`: acceptance, diminishing returns in τ and K, and what an examined offer costs in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from p2p.sim.shell.cli_options import run
from p2p.sim.study.results.labelled_runs import summarized
from p2p.sim.study.results.theory_tables import write_theory

if TYPE_CHECKING:
    pass


EXAMPLE = (
    "Example: python -m p2p.sim.theory --manifests outputs/exp_band_v4/manifest.json,outputs/exp_kg_v4/manifest.json "
    "--labels band,k_greedy --out-dir outputs/analysis/theory_v4"
)


@click.command(epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--manifests", required=True, help="Manifests, with commas between.")
@click.option("--labels", help="A name for each, in the same order; by default their folders'.")
@click.option("--out-dir", required=True, help="Folder for tables and pictures.")
def theory(manifests: str, labels: str | None, out_dir: str) -> None:
    """Write acceptance, diminishing returns and the regression of time on offers, as CSV and PNG."""
    out, labelled = summarized(manifests, labels, out_dir)
    write_theory(out, labelled)


if __name__ == "__main__":
    run(theory, "theory")
