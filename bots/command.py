"""The command `pit bot`: one robot on a seat, or a fleet of them for `pit serve --bots`."""

import asyncio
import contextlib
import os
import sys
from typing import TextIO

import click


@click.command(epilog="Example: PIT_CODE=ABCD2345 pit bot ws://127.0.0.1:8765 --agent satisficer --set tau=0.3")
@click.argument("url")
@click.option("--agent", default="zic", show_default=True, help="Which decision rule.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter of the agent; several times.")
@click.option("--code-file", type=click.File("r"), help="File with the seat's code; - is standard input.")
@click.option(
    "--reaction", default="", metavar="LAW", help="Not the scenario's: exponential:2, lognormal:2-0.5, none, …"
)
@click.option(
    "--fleet",
    is_flag=True,
    hidden=True,
    help="Lines on standard input: see bots/fleet.py.",
)
def bot(url: str, agent: str, settings: tuple[str, ...], code_file: TextIO | None, reaction: str, fleet: bool) -> None:
    """Join the market at URL as a robot and trade to the end.

    The seat's code comes from the variable PIT_CODE, from --code-file, or from a prompt, never from an argument.
    """
    from bots.fleet import complaint, run_called, run_one
    from p2p.agents.registry import AgentError, parse_word
    from p2p.scenario.reaction_times import ReactionError, parse_reaction

    try:
        parse_reaction(reaction or "none", 1.0)
        if fleet:
            closed = asyncio.run(run_called(url, sys.stdin, reaction=reaction))
        else:
            word = "/".join([agent, *settings])
            parse_word(word)
            closed = asyncio.run(run_one(url, _code(code_file), word, reaction, _tell))
    except (AgentError, ReactionError) as error:
        raise click.ClickException(str(error)) from error
    if closed:
        raise click.ClickException(complaint(closed))


def _tell(said: str) -> None:
    with contextlib.suppress(OSError):  # nobody may be listening any more: the robot trades on
        click.echo(f"pit: {said}", err=True)


def _code(code_file: TextIO | None) -> str:
    if code_file is not None:
        return code_file.read().strip()
    if not os.environ.get("PIT_CODE") and not sys.stdin.isatty():
        raise click.UsageError("no seat's code: set PIT_CODE or give --code-file")
    code: str = os.environ.get("PIT_CODE") or click.prompt("seat's code", hide_input=True, err=True)
    return code


@click.command(epilog="Example: pit load smith-1962-test-1 --humans 40 --rate 1 --robots 10 --seconds 10 --json")
@click.argument("scenario")
@click.option("--humans", default=40, show_default=True, type=click.IntRange(0, 1_000), help="Lines at human pace.")
@click.option("--rate", default=1.0, show_default=True, type=click.FloatRange(0.01, 20), help="Their orders a second.")
@click.option("--robots", default=0, show_default=True, type=click.IntRange(0, 1_000), help="Lines at the rate limit.")
@click.option("--seconds", default=10.0, show_default=True, type=click.FloatRange(0.5, 3_600), help="How long.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0), help="Of the session and of the orders.")
@click.option("--json", "as_json", is_flag=True, help="The figures in one line of JSON.")
def load(scenario: str, humans: int, rate: float, robots: int, seconds: float, seed: int, as_json: bool) -> None:
    """Put a load on a server of its own and measure order to confirmation, durable in between.

    SCENARIO's schedules are repeated until there are seats enough. Exit status 1 if anything was lost.
    """
    from bots import load as loads
    from bots.load_hand import LoadError

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
