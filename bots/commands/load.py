"""The command `pit load`."""

import asyncio
import sys

import click

from bots.load import load as loads
from bots.load.load_trader import LoadError
from p2p.sim.shell.cli_options import Number


@click.command(epilog="Example: pit load smith-1962-test-1 --humans 40 --rate 1 --robots 10 --seconds 10 --json")
@click.argument("scenario")
@click.option("--humans", default=40, show_default=True, type=click.IntRange(0, 1_000), help="Lines at human pace.")
@click.option("--rate", default=1.0, show_default=True, type=Number(0.01, 20), help="Their orders a second.")
@click.option("--robots", default=0, show_default=True, type=click.IntRange(0, 1_000), help="Lines at the rate limit.")
@click.option("--seconds", default=10.0, show_default=True, type=Number(0.5, 3_600), help="How long.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of the session and of the orders.")
@click.option("--json", "as_json", is_flag=True, help="The figures in one line of JSON.")
def load(scenario: str, humans: int, rate: float, robots: int, seconds: float, seed: int, as_json: bool) -> None:
    """Put a load on a server of its own and measure the time from order to confirmation, the write to disk included.

    SCENARIO's schedules are repeated until there are seats enough. Exit status 1 if anything was lost.
    """

    if humans + robots == 0:
        raise click.UsageError("a load needs --humans or --robots")
    try:
        measured = asyncio.run(loads.load(scenario, humans, rate, robots, seconds, seed))
    except (LoadError, OSError, TimeoutError) as error:
        raise click.ClickException(f"the load could not be made: {error or type(error).__name__}") from error
    if as_json:
        click.echo(loads.as_json(measured))
    else:
        for name, value in vars(measured).items():
            click.echo(f"{name:<14} {value}")
    if measured.lost or measured.gaps:
        sys.exit(1)
