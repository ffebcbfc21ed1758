"""The command `pit verify`."""

import sys
from pathlib import Path

import click


@click.command(epilog="Example: pit verify recordings/20261121-201500-smith-1962-test-1-4e33")
@click.argument("recording", type=click.Path(path_type=Path))
def verify(recording: Path) -> None:
    """Run RECORDING again, message by message, and say OK or the first record that differs (exit status 1)."""
    from p2p.session.session import RULES
    from recordings.journal.format import JournalError
    from recordings.journal.store import read_folder, run_again, still_runs

    runs = still_runs(recording)
    try:
        reading = read_folder(recording)
    except JournalError as error:
        raise click.ClickException(str(error)) from error
    try:
        if reading.header.rules != RULES:
            records = sum(1 for _ in reading.records())
            click.echo(
                f"OK: {records} records, the chain holds; not run again: rules {reading.header.rules} are not ours"
            )
            return
        session, played = run_again(reading)
    except JournalError as error:
        click.echo(f"NO: {error}")
        sys.exit(1)
    digest = session.digest().hex()
    if reading.sealed is None and runs:
        click.echo(f"NO: not sealed: the session is still running; {len(played)} records are good so far")
        sys.exit(1)
    if reading.sealed is None:
        cut = f", then {reading.debris} bytes of an unfinished one" if reading.debris else ""
        click.echo(f"NO: not sealed: {len(played)} records are good{cut}; pit serve --recover {recording} takes it up")
        sys.exit(1)
    if reading.sealed.digest != digest:
        click.echo(f"NO: the records are good, but the digest in the seal is {reading.sealed.digest}, not {digest}")
        sys.exit(1)
    click.echo(f"OK: {len(played)} records, digest {digest}")
