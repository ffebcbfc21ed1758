"""Grid fees by distance: the cost of energy from one household to another, beside its price, once a contract."""

from collections.abc import Iterator
from dataclasses import dataclass

from p2p.base.units import Money, Price, Quantity, Seat


@dataclass(frozen=True)
class GridFees:
    """The fees of one market, per kWh: a row for each buyer's house, a column for each seller's, in seats' order."""

    rows: tuple[tuple[Price, ...], ...]
    seats: tuple[Seat, ...]

    def owed(self, buyer: Seat | None, seller: Seat | None, quantity: Quantity) -> Money:
        """The fee of a contract, which its buyer pays to the grid."""
        assert buyer is not None, "a contract that is settled has its owners"
        assert seller is not None, "a contract that is settled has its owners"
        return self.rows[self.seats.index(buyer)][self.seats.index(seller)] * quantity

    def most(self, buyer: Seat) -> Price:
        """The fee of a kWh from the dearest neighbour."""
        return max(self.rows[self.seats.index(buyer)])


def fees_wrong(rows: tuple[tuple[Price, ...], ...], seats: int) -> Iterator[str]:
    """Why a matrix is none of fees between so many households."""
    if not rows:
        return
    if len(rows) != seats:
        yield f"has {len(rows)} rows, and there are {seats} seats: a row and a column for each household"
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows):
            yield f"is not square: row {number} has {len(row)} fees, and there are {len(rows)} rows"
        elif row[number - 1]:
            yield f"has {row[number - 1]} in row {number}, column {number}: a household pays no fee to itself"


def fee_range(rows: tuple[tuple[Price, ...], ...]) -> tuple[Price, Price] | None:
    """The lowest and the highest fee between two households; None where there are none."""
    between = [fee for i, row in enumerate(rows) for j, fee in enumerate(row) if i != j]
    return (min(between), max(between)) if between else None
