"""The command `pit bot`: one robot on a seat, or a fleet of them for `pit serve --bots`."""

import asyncio
import contextlib
import io
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

import click

from bots.commands.code_file import code_around, code_in
from p2p.base.safe_text import printable

PR_SET_PDEATHSIG = 1
"""Linux's number of the request to be sent a signal when the parent ends."""


@click.command(epilog="Example: PIT_CODE=ABCD2345 pit bot ws://127.0.0.1:8765 --agent satisficer --set tau=0.3")
@click.argument("url")
@click.option("--agent", default="zic", show_default=True, help="Which decision rule.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter of the agent; several times.")
@click.option("--code-file", type=click.File("rb"), help="File with the seat's code; - is standard input.")
@click.option(
    "--reaction", default="", metavar="LAW", help="Not the scenario's: exponential:2, lognormal:2-0.5, none, …"
)
@click.option(
    "--fleet",
    is_flag=True,
    hidden=True,
    help="Lines on standard input: see bots/robots/fleet.py.",
)
def bot(
    url: str, agent: str, settings: tuple[str, ...], code_file: BinaryIO | None, reaction: str, fleet: bool
) -> None:
    """Join the market at URL as a robot and trade to the end.

    The seat's code comes from the variable PIT_CODE, from --code-file, or from a prompt, never from an argument.
    """
    from bots.robots.fleet import failure_summary, run_one, run_requested
    from p2p.agents.registry import AgentError, parse_agent_spec
    from p2p.protocol.server_address import websocket_url
    from p2p.scenario.reaction_times import ReactionError, parse_reaction

    try:
        url = websocket_url(url)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    try:
        parse_reaction(reaction or "none", 1.0)
        if fleet:
            if isinstance(sys.stdin, io.TextIOWrapper):
                sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")  # as the server writes it
            _end_with_parent()
            closed = asyncio.run(run_requested(url, sys.stdin, reaction=reaction, beat=_beats()))
        else:
            word = "/".join([agent, *settings])
            parse_agent_spec(word)
            closed = asyncio.run(run_one(url, _code(code_file), word, reaction, _tell))
    except (AgentError, ReactionError) as error:
        raise click.ClickException(str(error)) from error
    if closed:
        raise click.ClickException(failure_summary(closed))


def _beats() -> Callable[[bytes], None]:
    """Standard output is for signs of life, of which no agent may print any: its prints go to standard error."""
    out = os.dup(1)
    os.dup2(2, 1)

    def beat(sign: bytes) -> None:
        with contextlib.suppress(OSError):
            os.write(out, sign)

    return beat


def _end_with_parent() -> None:
    """Be killed with the server, on Linux: one that was stopped does not see its standard input end."""
    if sys.platform == "linux":
        import ctypes
        import signal

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))


def _tell(said: str) -> None:
    with contextlib.suppress(OSError):  # nobody may be listening any more: the robot trades on
        click.echo(f"pit: {printable(said)}", err=True)


def _code(code_file: BinaryIO | None) -> str:
    if code_file is not None:
        return code_in(code_file)
    around = code_around()
    if not around and not sys.stdin.isatty():
        raise click.UsageError("no seat's code: set PIT_CODE or give --code-file")
    code: str = around or click.prompt("seat's code", hide_input=True, err=True)
    return code
