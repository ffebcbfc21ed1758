"""Published orders of a market, read from a CSV; each fault is one line with its row."""

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from p2p.base.units import PRICE_MAX, Price, Role

BYTES_MAX = 500_000_000
"""Bytes of a CSV, unpacked: the largest that is known has five million."""
TIME_S_MAX = 86_400.0
"""Seconds into a period: a period has a day at the most."""
PERIODS_MAX = 1_000
"""Periods of a market, as many as a scenario may have."""
_GZIP = b"\x1f\x8b"
SIDES: Mapping[str, Role] = {"buyer": "buyer", "bid": "buyer", "seller": "seller", "ask": "seller"}


class ImportFault(Exception):
    """A fault in a file of orders, in one line with its row."""


@dataclass(frozen=True)
class Deal:
    """A published contract, as one of its two traders had it: its number in the market, and their price."""

    number: int
    price: Price


@dataclass(frozen=True)
class PublishedOrder:
    """An order that somebody gave. `row`: of the file, from 2. `accepts`: it took a quote that stood."""

    row: int
    period: int
    at_s: float
    trader: str
    role: Role
    value: int
    price: Price
    deal: Deal | None = None
    accepts: bool = False


@dataclass(frozen=True)
class RawRow:
    """A row of a file: its number, and its cells by column."""

    number: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """A cell that is not empty."""
        found = self.cells[column].strip()
        if not found:
            raise ImportFault(f"row {self.number}: {column} is empty")
        return found

    def number_in(self, column: str, low: float, high: float) -> float:
        """A number within a range."""
        text = self.text(column)
        try:
            found = float(text)
        except ValueError:
            raise ImportFault(f"row {self.number}: {column} is no number: {text[:40]!r}") from None
        if not low <= found <= high:
            raise ImportFault(f"row {self.number}: {column} is not within {low:g} to {high:g}: {text[:40]}")
        return found

    def whole(self, column: str, low: int, high: int) -> int:
        """A whole number within a range; 81.0 is one."""
        found = self.number_in(column, low, high)
        if found != int(found):
            raise ImportFault(f"row {self.number}: {column} is no whole number: {self.text(column)[:40]}")
        return int(found)

    def role(self, column: str) -> Role:
        """A side of the market."""
        text = self.text(column)
        if text.lower() not in SIDES:
            raise ImportFault(f"row {self.number}: {column} is neither Buyer nor Seller: {text[:40]!r}")
        return SIDES[text.lower()]

    def money(self, column: str) -> Price:
        """A price."""
        return self.whole(column, 0, PRICE_MAX)


def rows_of(path: Path, needed: Iterable[str]) -> Iterator[RawRow]:
    """The rows of a CSV, packed by gzip or not, with any line ends; raises ImportFault."""
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if data.startswith(_GZIP) else data
        text = data[:BYTES_MAX].decode("utf-8-sig")
    except OSError as error:
        raise ImportFault(f"cannot read {path}: {error.strerror or error}") from None
    except (EOFError, UnicodeDecodeError):
        raise ImportFault(f"{path.name} is no text in UTF-8, nor one packed by gzip") from None
    reader = csv.reader(text.splitlines())
    header = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in needed if name not in header]
    if missing:
        raise ImportFault(f"row 1: there is no column {', '.join(missing)}; docs/import.md has all columns")
    try:
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                raise ImportFault(f"row {reader.line_num}: {len(cells)} cells, and there are {len(header)} columns")
            yield RawRow(reader.line_num, dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        raise ImportFault(f"row {reader.line_num}: {error}") from None


class InOrder:
    """Whether the orders of each market come in the order of time."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[int, float]] = {}

    def check(self, row: RawRow, market: str, period: int, at_s: float) -> None:
        """Take in the next order of a market; raises ImportFault where its time runs backwards."""
        before = self._last.get(market, (0, 0.0))
        if (period, at_s) < before:
            raise ImportFault(
                f"row {row.number}: time runs backwards: period {period}, {at_s:g} s after period {before[0]}, "
                f"{before[1]:g} s of the same market"
            )
        self._last[market] = period, at_s


COLUMNS = ("market", "period", "time_s", "trader", "side", "value", "price")
"""The columns that a CSV of orders has; `contract` and `contract_price` are welcome."""


def read_orders(path: Path) -> dict[str, list[PublishedOrder]]:
    """The orders of anybody's markets, by market; docs/import.md has the columns. Raises ImportFault."""
    markets: dict[str, list[PublishedOrder]] = {}
    deals: dict[tuple[str, int, str], list[RawRow]] = {}
    kept: list[tuple[str, RawRow, int, float]] = []
    in_order = InOrder()
    for row in rows_of(path, COLUMNS):
        market, period = row.text("market"), row.whole("period", 1, PERIODS_MAX)
        at_s = row.number_in("time_s", 0, TIME_S_MAX - 1)
        in_order.check(row, market, period, at_s)
        kept.append((market, row, period, at_s))
        if name := row.cells.get("contract", "").strip():
            deals.setdefault((market, period, name), []).append(row)
    numbers = {key: number for number, key in enumerate(deals)}
    for key, both in deals.items():
        if sorted(row.role("side") for row in both) != ["buyer", "seller"]:
            raise ImportFault(f"row {both[-1].number}: contract {key[2]!r} is not of one buyer and one seller")
    for market, row, period, at_s in kept:
        key = market, period, row.cells.get("contract", "").strip()
        deal = None
        if key[2]:
            own = row if row.cells.get("contract_price", "").strip() else None
            price = deals[key][0].money("price") if own is None else own.money("contract_price")
            deal = Deal(numbers[key], price)
        markets.setdefault(market, []).append(
            PublishedOrder(
                row=row.number,
                period=period,
                at_s=at_s,
                trader=row.text("trader"),
                role=row.role("side"),
                value=row.money("value"),
                price=row.money("price"),
                deal=deal,
            )
        )
    if not markets:
        raise ImportFault(f"{path.name} has no order")
    return markets
