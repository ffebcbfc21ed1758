"""The commands `pit trade` and `pit replay`. Textual is imported when one of them is called, and not before."""

import sys
from pathlib import Path

import click

from p2p.base.units import Seat
from tui.doors import NoTerminal, address, need_terminal, seat_code

NAME_MAX = 40
"""Characters of a name that the server takes."""


@click.command(epilog="Example: PIT_CODE=ABCD2345 pit trade ws://127.0.0.1:8765")
@click.argument("url")
@click.option("--code-file", type=click.Path(dir_okay=False, allow_dash=True), help="File with the code; - is stdin.")
@click.option("--name", default="", help="Your name, for the experimenter; it is not in the recording.")
def trade(url: str, code_file: str | None, name: str) -> int:
    """Join the market at URL as a person, in this terminal.

    The seat's code comes from the variable PIT_CODE, from --code-file, or from a prompt.
    """
    if len(name) > NAME_MAX:
        raise click.UsageError(f"a name has {NAME_MAX} characters at the most")
    where = address(url)
    try:
        need_terminal(code_on_stdin=code_file == "-")
        code = seat_code(code_file)
        need_terminal()
    except NoTerminal as error:
        raise click.UsageError(f"trade {error}; a robot can join without one: pit bot URL --agent zic") from error
    return play(where, code, name)


def play(url: str, code: str, name: str = "") -> int:
    """Run the trader's terminal to its end, say how it ended, and return the exit status."""
    from bots.client import Client
    from tui.trade import TradeApp

    ending = TradeApp(Client(url, code, "human", name)).run()
    if ending is None:
        return 0
    click.echo(f"pit: {ending.sentence}" if ending.status else ending.sentence, err=bool(ending.status))
    return ending.status


@click.command(epilog="Example: pit replay recordings/20250101-120000-smith-1962-test-1-0a1b --seat 3")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--speed", type=click.FloatRange(0.1, 100), default=4.0, show_default=True, help="Times as fast as live.")
@click.option("--seat", type=click.IntRange(min=0), help="Show what this seat saw; without it, what the public saw.")
@click.option("--market", type=click.IntRange(min=0), help="Which market's public; the first, unless told.")
def replay(recording: Path, speed: float, seat: Seat | None, market: int | None) -> int:
    """Watch a RECORDING again on the trading screen: space plays and pauses, [ and ] change the speed."""
    from recordings.journal import JournalError
    from recordings.replay import ReplayError, read_replay

    if seat is not None and market is not None:
        raise click.UsageError("give --seat or --market: a seat has its market")
    try:
        played = read_replay(recording, seat, market)
        need_terminal()
    except JournalError as error:
        raise click.ClickException(f"{recording}: {error}; pit verify RECORDING says more") from error
    except ReplayError as error:
        raise click.ClickException(f"{recording}: {error}") from error
    except NoTerminal as error:
        raise click.UsageError(f"replay {error}; pit score RECORDING prints the results without one") from error
    from tui.player import Player
    from tui.replay import ReplayApp

    ending = ReplayApp(Player(played, speed)).run()
    if played.runs:
        click.echo("this session is still running: that was all of it until now", err=True)
    elif played.cut:
        click.echo("this recording was cut before the session's end", err=True)
    if ending is not None:
        click.echo(ending.sentence)
    sys.stdout.flush()
    return 0
