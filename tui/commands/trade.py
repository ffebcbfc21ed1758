"""The command `pit trade`. Textual is imported when it is called, and not before."""

import sys
from pathlib import Path

import click

from tui.commands.joining import Joiner, device_file, join
from tui.commands.terminal_setup import NoTerminal, address, need_terminal, seat_code

NAME_MAX = 40
"""Characters of a name that the server takes."""


@click.command(epilog="Example: PIT_CODE=ABCD2345 pit trade ws://127.0.0.1:8765")
@click.argument("url")
@click.option("--code-file", type=click.Path(dir_okay=False, allow_dash=True), help="File with the code; - is stdin.")
@click.option("--name", default="", help="Your name, for the experimenter; it is not in the recording.")
@click.option("--label", default="", help="Your label, where the experimenter has a list of participants.")
@click.option(
    "--device",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="PIT_DEVICE",
    help="File with this device's key: with a class code, another file is another device.  [default: the user's own]",
)
def trade(url: str, code_file: str | None, name: str, label: str, device: Path | None) -> int:
    """Join the market at URL as a person, in this terminal.

    The seat's code, or the class code, comes from the variable PIT_CODE, from --code-file, or from a prompt. Blanks,
    hyphens and small letters in it are good.
    """
    if len(name) > NAME_MAX:
        raise click.UsageError(f"a name has {NAME_MAX} characters at the most")
    where = address(url)
    try:
        need_terminal(code_on_stdin=code_file == "-")
        code = seat_code(code_file)
        need_terminal()
        joiner = join(where, code, name, label, device or device_file(), sys.stdin.isatty())
    except NoTerminal as error:
        raise click.UsageError(f"trade {error}; a robot can join without one: pit bot URL --agent zic") from error
    return play(where, joiner)


def play(url: str, joiner: Joiner) -> int:
    """Run the trader's terminal to its end, say how it ended, and return the exit status."""
    from bots.client import Client
    from tui.apps.trade import TradeApp

    client = Client(url, joiner.code, "human", joiner.name)
    client.line.device, client.line.label = joiner.device, joiner.label
    app = TradeApp(client, joiner.name)
    ending = app.run()
    if ending is None:  # it was ended by something else than a person or the session: a crash has its own status
        return app.return_code or 0
    click.echo(f"pit: {ending.sentence}" if ending.status else ending.sentence, err=bool(ending.status))
    return ending.status
