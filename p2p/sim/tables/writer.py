"""The tables of sessions, simulated or recorded, written one by one, and the interval of a figure over sessions.

Their columns, with units, are in p2p/sim/tables/schema.py and docs/tables.md; energy markets have more
(p2p/sim/tables/energy_schema.py). As CSV or as Parquet; a table appears whole or not at all.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from p2p.analysis.market_metrics import PeriodScore, score_session
from p2p.base.exact_sum import total
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.batch import SessionResult
from p2p.sim.tables.energy_schema import period_cells, period_columns, session_cells, session_columns
from p2p.sim.tables.schema import FIGURES, TABLES, Column

Format = Literal["csv", "parquet"]
Row = dict[str, Any]
DIGITS = 6
"""Decimals of figures that are not counts."""
ROWS_PER_GROUP = 50_000
"""Rows of a Parquet group: enough to compress well, few enough to hold in memory."""


@dataclass(frozen=True)
class Interval:
    """A figure over sessions: its mean and where the middle 90 % of them lie; NaN-free: None without any session."""

    mean: float | None
    low: float | None
    high: float | None

    def said(self, digits: int) -> str:
        """`0.962 (5–95 %: 0.853–1.000)`."""
        if self.mean is None:
            return "–"
        return f"{self.mean:.{digits}f} (5–95 %: {self.low:.{digits}f}–{self.high:.{digits}f})"


def interval(values: list[float]) -> Interval:
    """Mean, and 5 % and 95 % quantiles (linear between order statistics)."""
    if not values:
        return Interval(None, None, None)
    ordered = sorted(values)
    return Interval(total(ordered) / len(ordered), _quantile(ordered, 0.05), _quantile(ordered, 0.95))


def _quantile(ordered: list[float], q: float) -> float:
    at = q * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def columns_of(scenarios: Sequence[Scenario]) -> dict[str, tuple[Column, ...]]:
    """The columns of each table, with those of an energy market where one of the scenarios has them."""
    more = {
        "sessions": max(map(session_columns, scenarios), key=len, default=()),
        "periods": max(map(period_columns, scenarios), key=len, default=()),
    }
    return {name: (*columns, *more.get(name, ())) for name, columns in TABLES.items()}


def rows_of(played: SessionResult) -> dict[str, list[Row]]:
    """The rows that a session adds to each table."""
    markets = sorted({score.market for score in played.scores})
    return {
        "sessions": [_session_row(_of_market(played, market), market) for market in markets],
        "periods": [_period_row(played.session, score) for score in played.scores],
        "contracts": list(played.contracts),
        "traders": list(played.traders),
    }


def _of_market(played: SessionResult, market: int) -> SessionResult:
    """The part of a session that is one market's."""
    scores = [score for score in played.scores if score.market == market]
    return replace(played, scores=scores, foresight=played.foresight[market : market + 1])


def _session_row(played: SessionResult, market: int) -> Row:
    whole = score_session(played.scores)
    looked = played.looked[market] if played.looked else None
    row: Row = {"session": played.session, "market": market, "seed": played.seed, "activations": looked}
    row |= {"scenario": played.title, "recording": played.recording}
    return row | {column.name: getattr(whole, column.name) for column in FIGURES} | session_cells(played)


def _period_row(session: int, score: PeriodScore) -> Row:
    goal = score.equilibrium
    row: Row = {"session": session, "market": score.market, "period": score.period, "surplus_max": goal.surplus_max}
    row |= {column.name: getattr(score, column.name) for column in FIGURES[:-1]}
    row |= {"price_low": goal.price_low, "price_high": goal.price_high, "quantity_competitive": goal.quantity}
    return row | period_cells(score.energy)


def write_tables(
    folder: Path, played: Iterable[SessionResult], scenarios: Sequence[Scenario] = (), form: Format = "csv"
) -> list[SessionResult]:
    """Write the tables as sessions come; returns them without the rows of contracts and traders, which may be many."""
    columns, done = columns_of(scenarios), []
    with ExitStack() as stack:
        tables = {
            name: stack.enter_context(_FORMATS[form](folder / f"{name}.{form}", columns[name])) for name in columns
        }
        for one in played:
            for name, rows in rows_of(one).items():
                tables[name](rows)
            done.append(replace(one, contracts=(), traders=()))
    return done


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file beside it to write to, which takes its place when all is written, and is gone when that fails."""
    beside = path.with_suffix(".new")
    try:
        yield beside
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    beside.replace(path)


@contextmanager
def _csv(path: Path, columns: tuple[Column, ...]) -> Iterator[Callable[[list[Row]], None]]:
    with _whole(path) as beside, beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        yield lambda rows: writer.writerows([_cell(row.get(column.name)) for column in columns] for row in rows)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:.{DIGITS}f}" if isinstance(value, float) else value


@contextmanager
def _parquet(path: Path, columns: tuple[Column, ...]) -> Iterator[Callable[[list[Row]], None]]:
    from p2p.sim.shell.parquet import pyarrow

    pa = pyarrow()
    kinds = {"count": pa.int64(), "number": pa.float64(), "word": pa.string()}
    schema = pa.schema([(column.name, kinds[column.kind]) for column in columns])
    waiting = list[Row]()

    def write(writer: Any) -> None:
        cells = {column.name: [_number(row.get(column.name), column) for row in waiting] for column in columns}
        writer.write_table(pa.table(cells, schema=schema))
        waiting.clear()

    with _whole(path) as beside, pa.parquet.ParquetWriter(beside, schema, compression="zstd") as writer:

        def add(rows: list[Row]) -> None:
            waiting.extend(rows)
            if len(waiting) >= ROWS_PER_GROUP:
                write(writer)

        yield add
        write(writer)


def _number(value: Any, column: Column) -> Any:
    """Figures of an energy market may come as whole numbers where decimals are expected."""
    return float(value) if column.kind == "number" and value is not None else value


_FORMATS = {"csv": _csv, "parquet": _parquet}
