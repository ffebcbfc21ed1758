"""The command `pit bot`: one robot on a seat, or a fleet of them for `pit serve --bots`."""

import asyncio
import os
import sys
from typing import TextIO

import click


@click.command(epilog="Example: PIT_CODE=ABCD2345 pit bot ws://127.0.0.1:8765 --agent satisficer --set tau=0.3")
@click.argument("url")
@click.option("--agent", default="zic", show_default=True, help="Which decision rule.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A parameter of the agent; several times.")
@click.option("--code-file", type=click.File("r"), help="File with the seat's code; - is standard input.")
@click.option("--fleet", is_flag=True, hidden=True, help="Lines 'CODE AGENT/key=value' on standard input.")
def bot(url: str, agent: str, settings: tuple[str, ...], code_file: TextIO | None, fleet: bool) -> None:
    """Join the market at URL as a robot and trade to the end.

    The seat's code comes from the variable PIT_CODE, from --code-file, or from a prompt, never from an argument.
    """
    from bots.fleet import complaint, run_fleet
    from p2p.agents.registry import AgentError, parse_word

    try:
        if fleet:
            cast = [(code, word) for code, word in (line.split() for line in sys.stdin if line.strip())]
        else:
            word = "/".join([agent, *settings])
            parse_word(word)
            cast = [(_code(code_file), word)]
        closed = asyncio.run(run_fleet(url, cast))
    except AgentError as error:
        raise click.ClickException(str(error)) from error
    if closed:
        raise click.ClickException(complaint(closed))


def _code(code_file: TextIO | None) -> str:
    if code_file is not None:
        return code_file.read().strip()
    code: str = os.environ.get("PIT_CODE") or click.prompt("seat's code", hide_input=True, err=True)
    return code
