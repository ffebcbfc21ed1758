"""The terminal's part of `pit replay`: a recording on the trading screen, or filmed. Imported when it is called."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import click

from p2p.sim.shell.atomic_folder import new_file
from recordings.reading.replay import Replay
from tui.apps.cast import lines_of_cast
from tui.apps.replay import ReplayApp
from tui.commands.terminal_setup import NoTerminal, need_terminal
from tui.model.replay_player import Player


def on_screen(played: Replay, speed: float) -> int:
    """Show it in this terminal until it is left; the exit status."""
    try:
        need_terminal()
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


def film(played: Replay, speed: float, out: Path) -> int:
    """Write it as an asciicast, with progress; the exit status."""
    player = Player(played, speed)
    with new_file(out) as partial, click.progressbar(length=1_000, label=str(out), file=sys.stderr) as bar:
        lines = asyncio.run(_filmed(player, partial, bar.update))
    click.echo(f"{out}: {lines} lines (asciinema play {out})")
    return 0


async def _filmed(player: Player, out: Path, progress: Callable[[int], None]) -> int:
    at, lines = 0, 0
    with out.open("w", encoding="utf-8", newline="\n") as file:
        async for done, line in lines_of_cast(player):
            file.write(line + "\n")
            lines += 1
            progress(int(1_000 * done) - at)
            at = int(1_000 * done)
    return lines
