"""The command `pit ctl`."""

import asyncio
import sys
from itertools import islice
from typing import BinaryIO

import click

from bots.act_commands import ACT_COMMANDS, act_for, roster_json, roster_of
from bots.commands.code_file import code_around, code_in
from bots.door_commands import DOOR_COMMANDS, conduct_door
from bots.experimenter import ANSWER_S_MAX, conduct, message_for
from p2p.messages import Message
from p2p.protocol.server_address import websocket_url

COMMANDS = (
    *("start", "pause", "resume", "extend", "end-period", "end", "message", "status"),
    *(*ACT_COMMANDS, *DOOR_COMMANDS),
)
FLAGS = {("status", "--json"), ("end", "--yes")}
"""Options of one command, anywhere behind it; of any other they are words."""
END_ASKED = "This ends the session for good (end-period ends the period alone). Type end"


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
            elif (*said[1:2], word) in FLAGS or (word == "--seat" and said[1:] == ["message"]):
                options += [word, *islice(rest, int(word == "--seat"))]
            elif word != "--" or len(said) > 2:
                said.append(word)
        return super().parse_args(ctx, [*options, "--", *said])


@click.command(cls=Spoken, epilog="Example: PIT_CODE=ABCD2345 pit ctl ws://127.0.0.1:8765 extend 30")
@click.argument("url")
@click.argument("command", type=click.Choice(COMMANDS))
@click.argument("words", nargs=-1)
@click.option("--code-file", type=click.File("rb"), help="File with the experimenter's code; - is standard input.")
@click.option("--json", "as_json", is_flag=True, help="Of status: the roster in one line of JSON.")
@click.option("--yes", is_flag=True, help="Of end: do not ask.")
@click.option("--seat", type=click.IntRange(1, 1_000), metavar="CARD", help="Of message: to this card alone.")
def ctl(
    url: str,
    command: str,
    words: tuple[str, ...],
    code_file: BinaryIO | None,
    as_json: bool,
    yes: bool,
    seat: int | None,
) -> None:
    """Say one of the experimenter's commands to the server at URL, or ask for the session's status.

    `extend SECONDS` gives the period more time, `message TEXT` tells everybody something. `end-period` ends the period,
    and the next one comes; `end` ends the session for good, and asks at a terminal. `hold` keeps the next period
    waiting for `resume`; `void [PERIOD]` takes a period out of results and pay; `again` plays its values once more.

    `pay-period PERIOD` says which one period is paid, after the last one: a die that was rolled in the room, say.

    `advance` begins the next stage; `advance CARD` counts that person as done with theirs.

    Of cards, counted from 1: `tell CARD TEXT`, `answer CARD [TEXT]` (a request for help), `robot CARD` (a robot trades;
    the owner is told), `back CARD`, `remove CARD`, `reissue CARD` (a new code). `lock` and `unlock` close and open the
    door to those without a seat; `seats-sheet FILE.html` writes all cards; `close` ends a server that stays after the
    end. The experimenter's code comes from the variable PIT_CODE, from --code-file, or from a prompt.
    """
    if any("\ud800" <= letter <= "\udfff" for word in words for letter in word):
        raise click.UsageError("the words are no text in UTF-8: type them again, or set a locale with UTF-8")
    said, result = " ".join(words) if words else None, ""
    if seat is not None:
        command, words = "tell", (str(seat), *words)
    message: Message | None
    if command in ACT_COMMANDS:
        message, result = act_for(command, words)
    else:
        message = None if command in DOOR_COMMANDS else message_for(command, said)
    if command == "end" and not yes:
        _ask_for_the_end()
    try:
        url = websocket_url(url)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if code_file is not None:
        code = code_in(code_file)
    else:
        code = code_around() or _asked("Experimenter's code (hidden as you type)")
    if command in DOOR_COMMANDS:
        click.echo(asyncio.run(conduct_door(url, code, command, said)))
        return
    if as_json:
        click.echo(roster_json(asyncio.run(roster_of(url, code, ANSWER_S_MAX))))
        return
    state = asyncio.run(conduct(url, code, command, message))
    click.echo(f"{result}; {state}" if result else state)


def _ask_for_the_end() -> None:
    """Where somebody can type, the word end; raises Abort where it is another."""
    if sys.stdin.isatty() and click.prompt(END_ASKED, err=True, default="", show_default=False).strip() != "end":
        raise click.ClickException("the session goes on")


def _asked(what: str) -> str:
    """A code, typed unseen; raises UsageError where nobody can type."""
    if not sys.stdin.isatty():
        raise click.UsageError(f"no {what}: set PIT_CODE or give --code-file")
    code: str = click.prompt(what, hide_input=True, err=True)
    return code
