"""The command `pit ctl`."""

import asyncio
import os
import sys
from itertools import islice
from typing import TextIO

import click

from bots.door_commands import DOOR_COMMANDS, conduct_door
from bots.experimenter import conduct, message_for
from p2p.protocol.server_address import websocket_url

COMMANDS = ("start", "pause", "resume", "extend", "end-period", "end", "message", "status", *DOOR_COMMANDS)


class Spoken(click.Command):
    """A command whose last arguments are words to say: `-30` and `- 5 minutes -` are words, not options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options first, then the address and the command; the rest is said as it stands."""
        options, said = list[str](), list[str]()
        rest = iter(args)
        for word in rest:
            if word == "--code-file":
                options += [word, *islice(rest, 1)]
            elif word.startswith("--code-file=") or (word in ("--help", "-h") and len(said) <= 2):
                options.append(word)
            elif word != "--" or len(said) > 2:
                said.append(word)
        return super().parse_args(ctx, [*options, "--", *said])


@click.command(cls=Spoken, epilog="Example: PIT_CODE=ABCD2345 pit ctl ws://127.0.0.1:8765 extend 30")
@click.argument("url")
@click.argument("command", type=click.Choice(COMMANDS))
@click.argument("words", nargs=-1)
@click.option("--code-file", type=click.File("r"), help="File with the experimenter's code; - is standard input.")
def ctl(url: str, command: str, words: tuple[str, ...], code_file: TextIO | None) -> None:
    """Say one of the experimenter's commands to the server at URL, or ask for the session's status.

    `extend SECONDS` gives the period more time, `message TEXT` tells everybody something. `lock` and `unlock` close and
    open the door to those without a seat. `reissue CARD` gives a card, counted from 1, a new code. `seats-sheet
    FILE.html` writes all cards. `close` ends a server that stays after the end. The experimenter's code comes from the
    variable PIT_CODE, from --code-file, or from a prompt.
    """
    said = " ".join(words) if words else None
    message = None if command in DOOR_COMMANDS else message_for(command, said)
    try:
        url = websocket_url(url)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if code_file is not None:
        code = code_file.read().strip()
    else:
        code = os.environ.get("PIT_CODE") or _asked("experimenter's code")
    if command in DOOR_COMMANDS:
        click.echo(asyncio.run(conduct_door(url, code, command, said)))
        return
    click.echo(asyncio.run(conduct(url, code, command, message)))


def _asked(what: str) -> str:
    """A code, typed unseen; raises UsageError where nobody can type."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"no {what}: set PIT_CODE or give --code-file")
    code: str = click.prompt(what, hide_input=True, err=True)
    return code
