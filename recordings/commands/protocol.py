"""The command `pit protocol`."""

from pathlib import Path

import click

from recordings.docs.protocol_page import page
from recordings.journal.format import JournalError


@click.command(epilog="Example: pit protocol --out docs/protocol.md")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; standard output otherwise."
)
@click.option("--recording", type=click.Path(path_type=Path), help="Whose first period is drawn; else a sample's.")
def protocol(out: Path | None, recording: Path | None) -> None:
    """Write the protocol's page: every directive with its senders, payload and effect, from the code itself."""

    sample = Path(__file__).resolve().parents[1] / "samples" / "smith-1962-test-1"
    try:
        text = page(recording or sample)
    except JournalError as error:
        raise click.ClickException(str(error)) from error
    try:
        if out is not None:
            out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror or error}") from error
    if out is None:
        click.echo(text, nl=False)
