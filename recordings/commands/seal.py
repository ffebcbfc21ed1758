"""The command `pit seal`: a recording put away for good."""

from pathlib import Path

import click


@click.command(epilog="Example: pit seal recordings/20261121-201500-smith-1962-test-1-4e33")
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", is_flag=True, help="Leave journal.jsonl where it is, beside the packed one.")
@click.option("--undo", is_flag=True, help="Put journal.jsonl back, to the byte.")
def seal(recordings: tuple[Path, ...], keep: bool, undo: bool) -> None:
    """Pack the journals of finished RECORDINGS, each with its scenario and a manifest: versions, seeds, sum, end.

    All commands read a sealed recording as they read any other. A packed file that was cut is read as far as it goes.
    """
    if keep and undo:
        raise click.UsageError("--keep and --undo contradict one another")
    from recordings.journal.format import JournalError
    from recordings.journal.sealing import seal as put_away
    from recordings.journal.sealing import unseal

    for folder in recordings:
        try:
            if undo:
                unseal(folder)
                click.echo(f"{folder}: journal.jsonl is there again")
                continue
            done = put_away(folder, keep)
        except JournalError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"cannot write into {folder}: {error.strerror}") from error
        click.echo(f"{folder}: sealed, {done.before} bytes to {done.after}")
