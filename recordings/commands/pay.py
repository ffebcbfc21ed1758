"""The command `pit pay`: the pay of the people of a recording, and marks of the payments that were made."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from recordings.export.payments_file import PaidFile
    from recordings.scoring.payments import PaymentRow, Payments


@click.command(
    epilog="Example: pit pay recordings/20261121-201500-smith-1962-test-1-4e33 --out payments    "
    "Then, as people sign: pit pay recordings/20261121-201500-smith-1962-test-1-4e33 --out payments --paid 3"
)
@click.argument("recording", type=click.Path(path_type=Path))
@click.argument("cards", nargs=-1, metavar="")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the files.")
@click.option("--paid", multiple=True, metavar="CARD…", help="Mark these cards as paid: 3, or 3,5-7, or 3 5; s1, s2 ….")
@click.option("--period", type=click.IntRange(1, 100_000), help="The paid period, where one is and none was drawn.")
@click.option("--force", is_flag=True, help="Write anew what is there. Marks of who was paid stay.")
@click.option("--json", "as_json", is_flag=True, help="Say it in one line of JSON.")
def pay(
    recording: Path,
    cards: tuple[str, ...],
    out: Path,
    paid: tuple[str, ...],
    period: int | None,
    force: bool,
    as_json: bool,
) -> None:
    """Count the pay of RECORDING by its [payment] (docs/pay.md) and write it into a folder.

    payments.csv has a row for each seat, and for each person who found none. payments.html is a sheet
    to print and sign. `--paid` marks people as paid, on the sheet and in paid.json, once each.
    """
    from p2p.analysis.pay_rows import PayError
    from recordings.journal.format import JournalError

    if cards and not paid:
        raise click.UsageError(f"'{cards[0]}' is no option; cards to mark come behind --paid")
    try:
        counted, kept, marked = _written(recording, out, _listed((*paid, *cards)), period, force)
    except (JournalError, PayError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(_json(counted, kept, out))
        return
    if not counted.whole:
        click.echo("pit: this recording was cut: its finished periods are paid", err=True)
    for line in marked or _summary(counted, kept, out):
        click.echo(line)


def _written(
    recording: Path, out: Path, cards: list[str], period: int | None, force: bool
) -> tuple["Payments", "PaidFile", list[str]]:
    """Count, check what is there, mark, write; the lines that say which cards were marked. Raises PayError."""
    from p2p.analysis.pay_rows import PayError
    from recordings.export.payments_file import (
        CSV,
        SHEET,
        csv_text,
        first_difference,
        folder_of,
        keys,
        read_paid,
        save,
        save_paid,
    )
    from recordings.journal.store import read_folder
    from recordings.reports.pay_sheet import pay_sheet
    from recordings.scoring.payments import payments

    session = read_folder(recording).header.session
    counted = payments(recording, period or read_paid(out, session).period)
    with folder_of(out):
        kept = read_paid(out, session)
        there = [name for name in (CSV, SHEET) if (out / name).exists()]
        if there and not force and not cards:
            raise PayError(f"{out / there[0]} is there already; --force writes it anew, --paid CARD marks a payment")
        is_new = force or not (out / CSV).exists()
        if not is_new and (what := first_difference(counted, out / CSV)):
            raise PayError(f"{what}; --force writes it anew")
        kept.period = counted.period
        marked = _mark(counted, kept, cards)
        save_paid(out, kept)
        if is_new:
            save(out, CSV, csv_text(counted))
        save(out, SHEET, pay_sheet(counted, keys(counted), {key: mark.at for key, mark in kept.paid.items()}))
    return counted, kept, marked


def _mark(counted: "Payments", kept: "PaidFile", cards: list[str]) -> list[str]:
    """Mark cards as paid, all or none of them; raises PayError where one cannot be."""
    from p2p.analysis.pay_rows import PayError
    from recordings.export.payments_file import Mark, keys

    rows, at, lines = dict(keys(counted)), datetime.now(UTC).isoformat(timespec="seconds"), []
    for card in cards:
        row = rows.get(card)
        if row is None:
            raise PayError(f"there is no card {card} in this session")
        if card in kept.paid:
            before = kept.paid[card]
            raise PayError(f"card {card} was paid {before.amount} {counted.currency} already, {before.at}")
        if not row.is_person or not Fraction(row.amount):
            raise PayError(f"card {card} is paid nothing ({row.holder})")
        kept.paid[card] = Mark(row.amount, at)
        lines.append(f"{_whose(card, row)}: {row.amount} {counted.currency} is marked as paid")
    return lines


def _whose(card: str, row: "PaymentRow") -> str:
    from p2p.base.safe_text import printable

    name = printable(row.name or row.label)
    return f"card {card} ({name})" if name else f"card {card}"


def _summary(counted: "Payments", kept: "PaidFile", out: Path) -> list[str]:
    from recordings.export.payments_file import CSV, SHEET, keys

    if counted.payment is None:
        return [f"{out / CSV}: {len(counted.rows)} rows; the scenario has no [payment], so nobody is paid"]
    people = [(key, row) for key, row in keys(counted) if row.is_person]
    lines = [
        f"{_whose(key, row)}: {row.amount} {counted.currency}" + (", paid" if key in kept.paid else "")
        for key, row in people
    ]
    drawn = f"; period {counted.period} is paid" if counted.period else ""
    changed = [
        f"card {key} was paid {kept.paid[key].amount} {counted.currency} before, and is counted {row.amount} now"
        for key, row in people
        if key in kept.paid and kept.paid[key].amount != row.amount
    ]
    whole = f"{out / CSV}, {SHEET}: {len(people)} people, {counted.total} {counted.currency} in all{drawn}"
    return [*lines, *changed, whole]


def _json(counted: "Payments", kept: "PaidFile", out: Path) -> str:
    import msgspec

    from recordings.export.payments_file import keys

    rows = [
        msgspec.to_builtins(row) | {"key": key, "paid": kept.paid[key].at if key in kept.paid else None}
        for key, row in keys(counted)
    ]
    whole = {
        "session": counted.session,
        "currency": counted.currency,
        "period": counted.period,
        "total": counted.total,
        "whole": counted.whole,
        "out": str(out),
        "rows": rows,
    }
    return msgspec.json.encode(whole).decode()


def _listed(words: tuple[str, ...]) -> list[str]:
    """The cards of words like 3, 3,5-7 or s1, each once; raises UsageError."""
    found: dict[str, None] = {}
    for word in (part.strip() for each in words for part in each.split(",")):
        first, dash, last = word.partition("-")
        number = word[1:] if word[:1] == "s" else first
        if not (number.isascii() and number.isdecimal() and len(number) < 5):
            raise click.UsageError(f"'{word}' is no card; cards count from 1, people without a seat from s1")
        if dash and not (last.isascii() and last.isdecimal() and len(last) < 5 and int(first) <= int(last)):
            raise click.UsageError(f"'{word}' is no range of cards, as 3-7 is")
        cards = [str(one) for one in range(int(first), int(last) + 1)] if dash else [word.lstrip("0")]
        found |= dict.fromkeys(cards)
    return list(found)
