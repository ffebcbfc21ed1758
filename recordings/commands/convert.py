"""The command `pit convert`: an older recording as today's lab would have written it."""

from pathlib import Path

import click


@click.command(epilog="Example: pit convert recordings/20251121-201500-smith-1962-test-1-4e33 --out converted")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="A new folder for it.")
def convert(recording: Path, out: Path) -> None:
    """Write RECORDING anew in today's format, into a folder of its own; the old one stays as it is.

    Older recordings are read as they are by score, replay, tables and verify. This is for programs that read journals
    themselves. Names and codes, which lie beside the journal, are not copied.
    """
    from recordings.journal.conversion import JOURNAL_FORMAT
    from recordings.journal.format import JournalError
    from recordings.journal.rewriting import rewrite

    try:
        before, records = rewrite(recording, out)
    except JournalError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out}: {records} records, format {before} → {JOURNAL_FORMAT}")
