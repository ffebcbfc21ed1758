"""The command `pit ctl`."""

import asyncio
import os
import sys
from typing import TextIO

import click

from bots.experimenter import conduct, message_for

COMMANDS = ("start", "pause", "resume", "extend", "end-period", "end", "message", "status")


@click.command(epilog="Example: PIT_CODE=ABCD2345 pit ctl ws://127.0.0.1:8765 extend 30")
@click.argument("url")
@click.argument("command", type=click.Choice(COMMANDS))
@click.argument("words", nargs=-1)
@click.option("--code-file", type=click.File("r"), help="File with the experimenter's code; - is standard input.")
def ctl(url: str, command: str, words: tuple[str, ...], code_file: TextIO | None) -> None:
    """Say one of the experimenter's commands to the server at URL, or ask for the session's status.

    `extend SECONDS` gives the period more time, `message TEXT` tells everybody something. The experimenter's code comes
    from the variable PIT_CODE, from --code-file, or from a prompt.
    """

    message = message_for(command, " ".join(words) or None)
    if code_file is not None:
        code = code_file.read().strip()
    else:
        code = os.environ.get("PIT_CODE") or _asked("experimenter's code")
    click.echo(asyncio.run(conduct(url, code, command, message)))


def _asked(what: str) -> str:
    """A code, typed unseen; raises UsageError where nobody can type."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"no {what}: set PIT_CODE or give --code-file")
    code: str = click.prompt(what, hide_input=True, err=True)
    return code
