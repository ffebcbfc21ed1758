"""The payments of a recording: a row for each seat and for each person without one, with label and name."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import msgspec

from p2p.analysis.pay_rows import PEOPLE, Holder, PayError, SeatPay, paid_period, pay_of, seat_pays
from p2p.base.safe_text import table_cell
from p2p.base.units import Seat
from p2p.scenario.payment import Payment, digits, in_digits
from p2p.scenario.schema import Scenario
from recordings.journal.store import read_folder, still_runs
from recordings.reading.history import SessionHistory
from recordings.reading.joining import FILE, is_spoilt, labels, surplus
from recordings.reading.participants import load_names

NAME_MAX = 60
"""Characters of a name on the sheet: a person signs beside all of it."""
COLUMNS = ("seat", "label", "points", "fee", "base", "bonus", "amount", "holder", "card")


class PaymentRow(msgspec.Struct, frozen=True):
    """A row of payments.csv, as it is written there, and the name for the sheet, which is not in it."""

    seat: Seat | None
    label: str
    points: str
    fee: str
    base: str
    bonus: str
    amount: str
    holder: Holder
    card: int | None
    name: str = ""

    def cells(self) -> tuple[str, ...]:
        """The row's cells in the order of COLUMNS."""
        values = (getattr(self, column) for column in COLUMNS)
        return tuple("" if value is None else str(value) for value in values)

    @property
    def is_person(self) -> bool:
        """Whether somebody may be paid for it."""
        return self.holder in PEOPLE


class Payments(msgspec.Struct, frozen=True):
    """All rows of a session; `period` is the one that is paid, where one is. `whole`: it came to its end.

    `labelled`: whether the file with labels and people without a seat is still there. `made`: its date.
    """

    session: str
    made: str
    payment: Payment | None
    period: int | None
    rows: tuple[PaymentRow, ...]
    whole: bool
    labelled: bool

    @property
    def currency(self) -> str:
        """The unit of the amounts; "" where nobody is paid."""
        return self.payment.currency if self.payment else ""

    @property
    def total(self) -> str:
        """The sum of all amounts."""
        return in_digits(sum((Fraction(row.amount) for row in self.rows), Fraction(0)), least_digits(self.payment))


def payments(recording: Path, period: int | None = None) -> Payments:
    """Count the pay of a recording; raises JournalError, and PayError. `period`: the paid one, where none was drawn."""
    runs = still_runs(recording)
    reading = read_folder(recording)
    history = SessionHistory(reading)
    if runs and not history.pay.ended:
        raise PayError(f"{recording} is still running; pay when the session has ended")
    folder = recording if recording.is_dir() else recording.parent
    if is_spoilt(folder):
        raise PayError(f"{folder / FILE} is spoilt; move it away to pay without labels and without surplus people")
    scenario, outcome = history.scenario, history.outcome
    paid = paid_period(scenario, outcome, history.pay, period)
    counted = seat_pays(scenario, outcome, history.sitting, history.pay, paid)
    rows = (
        *_seats(scenario, counted, folder),
        *(surplus_row(scenario.payment, one.label, one.name) for one in surplus(folder)),
    )
    return Payments(
        reading.header.session,
        reading.header.made[:10],
        scenario.payment,
        paid,
        rows,
        whole=history.pay.ended,
        labelled=(folder / FILE).is_file(),
    )


def least_digits(payment: Payment | None) -> int:
    """Digits behind the point that money is written with at least."""
    return digits(payment) if payment else 2


def surplus_row(payment: Payment | None, label: str, name: str = "") -> PaymentRow:
    """The row of a person without a seat: they are paid the fee."""
    return _row(payment, SeatPay(None, "surplus", Fraction(0), pay_of(payment, "surplus", Fraction(0))), label, name)


def _seats(scenario: Scenario, counted: list[SeatPay], folder: Path) -> Iterator[PaymentRow]:
    known, named = labels(folder), load_names(folder, NAME_MAX)
    for one in counted:
        assert one.seat is not None, "only people without a seat have none"
        person = one.holder in PEOPLE
        label, name = (known.get(one.seat, ""), named.get(one.seat, "")) if person else ("", "")
        yield _row(scenario.payment, one, label, name)


def _row(payment: Payment | None, one: SeatPay, label: str, name: str) -> PaymentRow:
    least, pay = least_digits(payment), one.pay
    fee, base, bonus, amount = (in_digits(part, least) for part in (pay.fee, pay.base, pay.bonus, pay.amount))
    card = None if one.seat is None else one.seat + 1
    points = in_digits(one.points)
    return PaymentRow(one.seat, table_cell(label), points, fee, base, bonus, amount, one.holder, card, name)
