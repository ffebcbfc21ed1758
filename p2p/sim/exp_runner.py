"""`python -m p2p.sim.exp_runner`: one experiment of the run book, a grid of simulated days."""

from __future__ import annotations

from typing import Any

import click

from p2p.environments.load_profiles import INTERVALS_PER_DAY
from p2p.sim.shell.cli_options import Amount, default_workers, numbers, run
from p2p.sim.study.runs.experiment import FIRST_SEED, INTERVALS_ARE, N_MOST, Options
from p2p.sim.study.runs.sweep import sweep
from p2p.sim.study.v4.cell import AGENTS, INFO_SETS, MECHANISMS, OPTIMIZER_MODES, SATISFICER_MODES
from p2p.sim.study.v4.rules import RULES

EXAMPLE = (
    "Example: python -m p2p.sim.exp_runner --agent satisficer --mode k_greedy --N 50,100 --K 1,3,5 --seeds 5 "
    "--price-sigma 1.0 --instrument-decisions --out outputs/exp_kg_v4"
)


@click.command(epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--agent", required=True, type=click.Choice(AGENTS))
@click.option("--optimizer-mode", default="greedy", type=click.Choice(OPTIMIZER_MODES))
@click.option("--mode", type=click.Choice(SATISFICER_MODES), help="How a satisficer chooses.")
@click.option("--N", "N", required=True, callback=numbers(int, 1, N_MOST), help="Numbers of agents, as 50,100.")
@click.option("--tau", callback=numbers(float, 0), help="Bands in %, as 1,5,10,20.")
@click.option("--K", "K", callback=numbers(int, 1), help="Offers looked at, as 1,3,5.")
@click.option("--hetero-tau", callback=numbers(float, 0), help="Bands that agents take in turn, all in one run.")
@click.option("--hetero-K", "hetero_k", callback=numbers(int, 1), help="The same for K.")
@click.option("--seeds", default=1, type=click.IntRange(min=1), help="Runs of each cell.")
@click.option("--first-seed", default=FIRST_SEED, type=click.IntRange(min=0))
@click.option(
    "--intervals",
    default=INTERVALS_PER_DAY,
    type=click.IntRange(1, INTERVALS_PER_DAY),
    help=INTERVALS_ARE,
)
@click.option("--mechanism", default="cda", type=click.Choice(MECHANISMS))
@click.option("--info-set", default="book", type=click.Choice(INFO_SETS))
@click.option("--feeder-cap", type=Amount(above=True), help="kW. In the cda it limits the bound only.")
@click.option("--price-sigma", default=0.0, type=Amount(), help="Of quotes, c/kWh. v4 takes 0 as 0.5.")
@click.option("--buy-markup", type=Amount(), help="c/kWh for all; drawn for each if not given.")
@click.option("--sell-discount", type=Amount(), help="c/kWh for all; drawn for each if not given.")
@click.option("--battery-kwh", default=0.0, type=Amount(), help="Of each prosumer; 0: none.")
@click.option("--battery-kw", default=5.0, type=Amount(above=True), help="Its power.")
@click.option("--rules", default="v4", type=click.Choice(list(RULES)), help="v4 as published, or sound ones.")
@click.option("--instrument-decisions", is_flag=True, help="Time and count each decision, one row each.")
@click.option("--format", default="csv", type=click.Choice(["csv", "parquet"]))
@click.option("--workers", default=default_workers, type=click.IntRange(min=1), help="Processes.", show_default="cores")
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, as tcp://host:8786; workers must see --out.")
@click.option("--out", required=True, help="Folder to write to; finished runs in it are kept and not run again.")
def exp_runner(workers: int, cluster: str | None, **options: Any) -> None:
    """Run a grid of simulated days of prosumers and write its tables and manifest."""
    sweep([Options(**options)], workers, cluster)


if __name__ == "__main__":
    run(exp_runner, "exp_runner")
