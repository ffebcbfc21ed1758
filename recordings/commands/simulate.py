"""The command `pit simulate`, with its option that keeps the sessions as recordings."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from p2p.sim.commands.simulate import simulate as playing

RECORDINGS = click.Option(
    ["--recordings"],
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep each session as a recording in this folder: pit tables, replay, score and verify read it.",
)


def _simulate(recordings: Path | None, **options: Any) -> None:
    """Play, and keep what is played where that is asked for."""
    from p2p.sim.shell.cli_options import UsageError, folder_for
    from recordings.journal.simulated import KeptIn

    keeper = None
    if recordings is not None:
        try:
            keeper = KeptIn(folder_for(recordings), version("tradingpit"))
        except UsageError as error:
            raise click.ClickException(str(error)) from error
    assert playing.callback is not None, "a command has something to do"
    playing.callback(**options, keeper=keeper)


simulate = click.Command(
    "simulate",
    callback=_simulate,
    params=[*playing.params, RECORDINGS],
    help=playing.help,
    epilog=playing.epilog,
)
"""The command of p2p/sim/commands/simulate.py; that room knows nothing of recordings."""
