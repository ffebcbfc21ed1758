"""The command `pit tables`: recordings as tables for statistics."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from recordings.journal.format import Header


@click.command(epilog="Example: pit tables recordings/20261121-* --out tables")
@click.argument("recordings", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the tables.")
@click.option("--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True)
@click.option(
    "--decimal",
    type=click.Choice(["point", "comma"]),
    default="point",
    show_default=True,
    help="Of CSV; with a comma, semicolons separate the cells.",
)
@click.option("--force", is_flag=True, help="Write over the tables of other sessions that are in the folder.")
def tables(recordings: tuple[Path, ...], out: Path, form: str, decimal: str, force: bool) -> None:
    """Write RECORDINGS as tables (docs/tables.md): sessions, periods, contracts, traders, orders, quotes, messages,
    schedules, seats, households, answers, people, interventions, deliveries.

    Sessions are numbered in the order in which they are given; all are of one kind: energy or induced values.
    """
    from p2p.sim.shell.cli_options import UsageError, folder_for
    from p2p.sim.shell.parquet import pyarrow
    from p2p.sim.tables.writer import columns_of, write_tables
    from recordings.export.tables import played
    from recordings.journal.format import JournalError
    from recordings.journal.store import scenario_of

    try:
        if form == "parquet":
            pyarrow()
            if decimal == "comma":
                raise UsageError("--decimal comma is of CSV; numbers in Parquet have no decimals to write")
        headers = [_header(folder) for folder in recordings]
        scenarios = [scenario_of(header) for header in headers]
        _each_once(recordings, [header.session for header in headers])
        if len({scenario.capabilities.trades_energy for scenario in scenarios}) > 1:
            raise click.ClickException("energy and schedules of units have other columns: write their tables apart")
        folder_for(out, [f"{name}.{form}" for name in columns_of(scenarios, recorded=True)])
        if not force:
            _keep_others(out / f"sessions.{form}", {header.session for header in headers})
        notes: list[str] = []
        with click.progressbar(
            played(recordings, notes), length=len(recordings), label="recordings", file=sys.stderr
        ) as bar:
            done = write_tables(
                out,
                bar,
                scenarios,
                "parquet" if form == "parquet" else "csv",
                recorded=True,
                decimal="comma" if decimal == "comma" else "point",
            )
    except (JournalError, UsageError) as error:
        raise click.ClickException(str(error)) from error
    for note in notes:
        click.echo(f"pit: {note}", err=True)
    periods = sum(len(one.scores) for one in done)
    click.echo(f"{out}: {len(done)} session(s), {periods} finished periods")
    for one, folder in zip(done, recordings, strict=True):
        click.echo(f"session {one.session}  {folder}")


def _keep_others(file: Path, sessions: set[str]) -> None:
    """Refuse to write over the tables of sessions that are not among these; raises UsageError."""
    from p2p.sim.shell.cli_options import UsageError

    others = sorted(_written(file) - sessions) if file.is_file() else []
    if others:
        whose = f"of {others[0]}" if others[0] else "of simulated sessions"
        raise UsageError(f"'{file.parent}' has tables {whose}; name another folder, or give --force to write over them")


def _written(file: Path) -> set[str]:
    """The names of the recordings in a table of sessions; none where it cannot be read."""
    import csv

    if file.suffix == ".parquet":
        from p2p.sim.shell.parquet import pyarrow

        arrow = pyarrow()
        try:
            names = arrow.parquet.read_table(file, columns=["recording"]).column("recording").to_pylist()
        except (arrow.ArrowException, OSError, KeyError):
            return set()
        return {name or "" for name in names}
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError):
        return set()
    rows = csv.DictReader(lines, delimiter=";" if lines and ";" in lines[0] else ",")
    return {row["recording"] or "" for row in rows if "recording" in row}


def _header(folder: Path) -> "Header":
    """What a recording begins with; raises JournalError, which says of which of them it is."""
    from recordings.journal.format import JournalError
    from recordings.journal.store import read_folder

    try:
        return read_folder(folder).header
    except JournalError as error:
        raise JournalError(str(error) if str(folder) in str(error) else f"{folder}: {error}") from error


def _each_once(folders: tuple[Path, ...], sessions: list[str]) -> None:
    """A session that is given twice would count twice in every figure; raises ClickException."""
    first: dict[str, Path] = {}
    for folder, session in zip(folders, sessions, strict=True):
        if session in first:
            raise click.ClickException(f"{folder} and {first[session]} are the same session; name it once")
        first[session] = folder
