"""The command `pit replay`: a recording in this terminal, to everybody over the network, or filmed.

The terminal and the server do not know one another; this is where one of them is chosen.
"""

from pathlib import Path

import click

from p2p.base.units import Seat
from p2p.sim.shell.cli_options import Number


@click.command(
    epilog="Example: pit replay recordings/20250101-120000-smith-1962-test-1-0a1b --seat 3    Another: pit replay "
    "recordings/20250101-120000-smith-1962-test-1-0a1b --serve --speed 8, then pit watch ws://127.0.0.1:8765"
)
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--speed", type=Number(0.1, 100), default=4.0, show_default=True, help="Times as fast as live.")
@click.option(
    "--seat",
    type=click.IntRange(min=0),
    help="Show what this seat saw, counted from 0: card 1 is seat 0. Without it, what the public saw.",
)
@click.option("--market", type=click.IntRange(min=0), help="Which market's public; the first, unless told.")
@click.option("--experimenter", is_flag=True, help="Show the whole book, as the experimenter saw it.")
@click.option("--cast", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Film it: an asciicast.")
@click.option("--serve", "served", is_flag=True, help="Play it to all who watch: browser, projector, terminal, broker.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --serve: the address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="With --serve; 0: free.")
@click.option("--insecure-lan", is_flag=True, help="With --serve: listen on a network without TLS.")
@click.option("--mqtt", metavar="ADDRESS", help="With --serve: publish to a broker, too.")
@click.option("--json", "as_json", is_flag=True, help="With --serve: say where to watch in one line of JSON.")
def replay(
    recording: Path,
    speed: float,
    seat: Seat | None,
    market: int | None,
    experimenter: bool,
    cast: Path | None,
    served: bool,
    host: str,
    port: int,
    insecure_lan: bool,
    mqtt: str | None,
    as_json: bool,
) -> int:
    """Watch a RECORDING again on the trading screen.

    Space plays and pauses, [ and ] change the speed, , and . step by fact, b and c by contract, p and n by period; a
    number and Enter lead to a period, # and a number to a contract.
    """
    if (seat is not None) + (market is not None) > 1:
        raise click.UsageError("give --seat or --market: a seat has its market")
    if experimenter and seat is not None:
        raise click.UsageError("give --seat or --experimenter: one view at a time")
    if served:
        if seat is not None or experimenter or cast:
            raise click.UsageError("--serve plays to the public; --seat, --experimenter and --cast are for one viewer")
        from server.serve.replay_run import serve_replay

        return serve_replay(recording, speed, host, port, insecure_lan, mqtt, as_json)
    if mqtt or as_json or insecure_lan:
        raise click.UsageError("--mqtt, --json and --insecure-lan go with --serve")
    return _to_one(recording, speed, seat, market, experimenter, cast)


def _to_one(
    recording: Path, speed: float, seat: Seat | None, market: int | None, experimenter: bool, cast: Path | None
) -> int:
    from p2p.sim.shell.cli_options import UsageError
    from recordings.journal.format import JournalError
    from recordings.reading.replay import ReplayError, read_replay
    from tui.commands.replay import film, on_screen

    try:
        played = read_replay(recording, seat, market, experimenter)
        return film(played, speed, cast) if cast else on_screen(played, speed)
    except JournalError as error:
        raise click.ClickException(_named(recording, str(error))) from error
    except (ReplayError, UsageError) as error:
        raise click.ClickException(f"{recording}: {error}") from error
    except OSError as error:
        raise click.ClickException(f"cannot write {cast}: {error.strerror}") from error


def _named(recording: Path, fault: str) -> str:
    """The fault of a recording, with its name once."""
    return fault if str(recording) in fault else f"{recording}: {fault}"
