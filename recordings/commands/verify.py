"""The command `pit verify`."""

import sys
from pathlib import Path

import click


@click.command(epilog="Example: pit verify recordings/20261121-201500-smith-1962-test-1-4e33")
@click.argument("recording", type=click.Path(path_type=Path))
@click.option("--payments", type=click.Path(path_type=Path), help="Count this payments.csv (or its folder) again, too.")
@click.option("--period", type=click.IntRange(1, 100_000), help="Of payments: the paid period, where none was drawn.")
def verify(recording: Path, payments: Path | None, period: int | None) -> None:
    """Run RECORDING again, message by message, and say OK or the first record that differs (exit status 1).

    With `--payments` what `pit pay` wrote is counted again: OK, or the first row that differs (exit status 1).
    """
    if period is not None and payments is None:
        raise click.UsageError("--period goes with --payments")
    from recordings.journal.format import JournalError
    from recordings.journal.verification import verify as verified

    try:
        found = verified(recording)
    except JournalError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{'OK' if found.ok else 'NO'}: {found.sentence}")
    paid_right = payments is None or _payments_are_right(recording, payments, period)
    if not (found.ok and paid_right):
        sys.exit(1)


def _payments_are_right(recording: Path, path: Path, period: int | None) -> bool:
    """Whether payments are as they are counted now; says so, or the first row that differs."""
    from p2p.analysis.pay_rows import PayError
    from recordings.export.payments_file import CSV, first_difference, read_paid
    from recordings.journal.format import JournalError
    from recordings.journal.store import read_folder
    from recordings.scoring.payments import payments as payments_of

    file = path / CSV if path.is_dir() else path
    try:
        kept = read_paid(file.parent, read_folder(recording).header.session)
        counted = payments_of(recording, period or kept.period)
        what = first_difference(counted, file)
    except (JournalError, PayError) as error:
        raise click.ClickException(str(error)) from error
    if what:
        click.echo(f"NO: payments: {what}")
        return False
    unlabelled = "" if counted.labelled else "; labels are not compared, joining.json is not there"
    total = f"{counted.total} {counted.currency}".strip()
    click.echo(f"OK: payments: {len(counted.rows)} rows, {total} in all{unlabelled}")
    return True
