"""CSV files: the one place at which every table's cells are written, whole on disk or not there.

A spreadsheet takes a text that begins as a formula for one, and a terminal obeys escape sequences: see safe_text.py.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from p2p.base.safe_text import table_cell
from p2p.sim.shell.atomic_folder import new_file, write_text

AddRows = Callable[[Iterable[Iterable[Any]]], None]


@contextmanager
def csv_file(
    path: Path, columns: Iterable[str], separator: str = ",", cell: Callable[[Any], Any] | None = None
) -> Iterator[AddRows]:
    """A table to which rows are added; it takes the place of `path` when all is written, and is gone if that fails.

    `cell`: how a cell is written, if not as `csv_cell` does.
    """
    with new_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        add = _rows_into(file, separator, cell or csv_cell)
        add([columns])
        yield add


def write_csv(path: Path, columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """A table of few rows at once."""
    text = io.StringIO()
    add = _rows_into(text)
    add([columns])
    add(rows)
    write_text(path, text.getvalue())


def _rows_into(file: TextIO, separator: str = ",", cell: Callable[[Any], Any] | None = None) -> AddRows:
    written = cell or csv_cell
    writer = csv.writer(file, lineterminator="\n", delimiter=separator)
    return lambda rows: writer.writerows([written(one) for one in row] for row in rows)


def csv_cell(value: Any) -> Any:
    """A cell: None is empty, a text is printable and no formula, numbers are as they are."""
    return "" if value is None else table_cell(value) if isinstance(value, str) else value
