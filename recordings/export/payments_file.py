"""payments.csv, and beside it paid.json: a mark for each payment made, so that nobody is paid twice. Both are 0600."""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from p2p.analysis.pay_rows import PayError
from p2p.sim.shell.file_lock import hold
from recordings.journal.store import write_whole
from recordings.scoring.payments import COLUMNS, PaymentRow, Payments, surplus_row

CSV, SHEET, PAID, LOCK = "payments.csv", "payments.html", "paid.json", ".lock"
FOLDER_MODE = 0o700
"""The folder of payments: nobody else has any business in it."""
LABEL = COLUMNS.index("label")


class Mark(msgspec.Struct, frozen=True):
    """A payment that was made: how much, and when (UTC)."""

    amount: str
    at: str


class PaidFile(msgspec.Struct):
    """`paid`: by card, as text; people without a seat are s1, s2 … in the order of the rows. `period`: the paid one."""

    session: str
    period: int | None = None
    paid: dict[str, Mark] = {}


def csv_text(payments: Payments) -> str:
    """The file payments.csv."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row.cells() for row in payments.rows)
    return out.getvalue()


def keys(payments: Payments) -> list[tuple[str, PaymentRow]]:
    """Each row with the word by which it is marked as paid: its card, or s1, s2 …"""
    without = iter(range(1, len(payments.rows) + 1))
    return [(str(row.card) if row.card else f"s{next(without)}", row) for row in payments.rows]


def read_paid(folder: Path, session: str) -> PaidFile:
    """The payments made so far; raises PayError where the file is another session's, or is spoilt."""
    path = folder / PAID
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=PaidFile)
    except FileNotFoundError:
        return PaidFile(session)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise PayError(f"{path} is spoilt ({error}); move it away, and mark again who was paid") from error
    if kept.session != session:
        raise PayError(f"{folder} has the payments of {kept.session}; take another folder")
    return kept


@contextmanager
def folder_of(out: Path) -> Iterator[None]:
    """The folder, made where it is not there, and ours alone meanwhile; raises PayError where another writes it."""
    out.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    file = os.open(out / LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        if not hold(file):
            raise PayError(f"another pit pay is writing {out}; try again")
        yield
    finally:
        os.close(file)


def save(out: Path, name: str, text: str) -> None:
    """Write one of the files as a whole."""
    write_whole(out / name, text.encode())


def save_paid(out: Path, paid: PaidFile) -> None:
    """Write who was paid."""
    write_whole(out / PAID, msgspec.json.encode(paid))


def first_difference(payments: Payments, path: Path) -> str | None:
    """The first row of a file that is not as it was counted, in words; None where all are.

    Without the file of labels, labels are passed over, and of people without a seat the money alone is compared.
    Raises PayError where there is no such file.
    """
    try:
        written = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (OSError, UnicodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no table in UTF-8"
        raise PayError(f"{path}: {why}") from error
    if not written or tuple(written[0]) != COLUMNS:
        return f"{path.name}: the first line is not {','.join(COLUMNS)}"
    counted = [row.cells() for row in payments.rows]
    if not payments.labelled:
        counted += [row for row in map(tuple, written[1 + len(counted) :]) if _is_a_fee(payments, row)]
    for number in range(max(len(counted), len(written) - 1)):
        what = _row_difference(counted, written[1:], number, payments.labelled)
        if what:
            return f"{path.name}: row {number + 1}{what}"
    return None


def _is_a_fee(payments: Payments, row: tuple[str, ...]) -> bool:
    """Whether a row is one of a person without a seat, whose file is gone, with the fee of such people."""
    return len(row) == len(COLUMNS) and row == surplus_row(payments.payment, row[LABEL]).cells()


def _row_difference(
    counted: list[tuple[str, ...]], written: list[list[str]], number: int, labelled: bool
) -> str | None:
    if number >= len(written):
        return " is missing"
    if number >= len(counted):
        return " is one too many"
    mine, theirs = counted[number], written[number]
    where = f" (seat {mine[0]})" if mine[0] else " (without a seat)"
    if len(theirs) != len(COLUMNS):
        return f"{where} has {len(theirs)} cells, not {len(COLUMNS)}"
    for column, own, other in zip(COLUMNS, mine, theirs, strict=True):
        if own != other and (labelled or column != "label"):
            return f"{where}: {column} is {other or 'empty'}, counted {own or 'empty'}"
    return None
