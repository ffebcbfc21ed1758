"""The command `pit verify`."""

import sys
from pathlib import Path

import click


@click.command(epilog="Example: pit verify recordings/20261121-201500-smith-1962-test-1-4e33")
@click.argument("recording", type=click.Path(path_type=Path))
def verify(recording: Path) -> None:
    """Run RECORDING again, message by message, and say OK or the first record that differs (exit status 1)."""
    from recordings.journal.format import JournalError
    from recordings.journal.verification import verify as verified

    try:
        found = verified(recording)
    except JournalError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{'OK' if found.ok else 'NO'}: {found.sentence}")
    if not found.ok:
        sys.exit(1)
