"""The command `pit replay`. Textual is imported when it is called, and not before."""

import sys
from pathlib import Path

import click

from p2p.base.units import Seat
from p2p.sim.shell.cli_options import Number
from recordings.journal.format import JournalError
from recordings.reading.replay import ReplayError, read_replay
from tui.apps.replay import ReplayApp
from tui.commands.terminal_setup import NoTerminal, need_terminal
from tui.model.replay_player import Player


@click.command(epilog="Example: pit replay recordings/20250101-120000-smith-1962-test-1-0a1b --seat 3")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--speed", type=Number(0.1, 100), default=4.0, show_default=True, help="Times as fast as live.")
@click.option("--seat", type=click.IntRange(min=0), help="Show what this seat saw; without it, what the public saw.")
@click.option("--market", type=click.IntRange(min=0), help="Which market's public; the first, unless told.")
def replay(recording: Path, speed: float, seat: Seat | None, market: int | None) -> int:
    """Watch a RECORDING again on the trading screen: space plays and pauses, [ and ] change the speed."""

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

    app = ReplayApp(Player(played, speed))
    ending = app.run()
    if played.runs:
        click.echo("this session is still running: that was all of it until now", err=True)
    elif played.cut:
        click.echo("this recording was cut before the session's end", err=True)
    if ending is not None:
        click.echo(ending.sentence)
    sys.stdout.flush()
    return 0 if ending is not None else app.return_code or 0
