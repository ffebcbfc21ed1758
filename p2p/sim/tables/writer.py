"""The tables of sessions, simulated or recorded, written one by one.

Their columns, with units, are in p2p/sim/tables/schema.py and docs/tables.md; energy markets have more
(p2p/sim/tables/energy_schema.py). As CSV or as Parquet; a table appears whole or not at all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from p2p.analysis.market_metrics import PeriodScore, score_session
from p2p.base.safe_text import table_cell
from p2p.scenario.schema import Scenario
from p2p.sim.shell.atomic_folder import new_file
from p2p.sim.shell.csv_file import csv_file, write_csv
from p2p.sim.shell.parquet import parquet_rows
from p2p.sim.simulation.batch import SessionResult
from p2p.sim.tables.energy_schema import period_cells, period_columns, session_cells, session_columns
from p2p.sim.tables.recorded_schema import RECORDED
from p2p.sim.tables.schema import (
    ABOUT,
    CONTROLLED,
    CONVERGENCE,
    FIGURES,
    GAINFUL,
    LOST,
    TABLES,
    TABLES_FORMAT,
    TAILS,
    Column,
)

Format = Literal["csv", "parquet"]
Decimal = Literal["point", "comma"]
"""The sign before decimals in CSV; with a comma, a semicolon separates the cells."""
Row = dict[str, Any]
COLUMNS = "columns"
COLUMNS_HEAD = ("table", "column", "type", "unit", "meaning")
"""The description of the tables, beside them."""
DIGITS = 6
"""Decimals of figures that are not counts."""


def columns_of(scenarios: Sequence[Scenario], recorded: bool = False) -> dict[str, tuple[Column, ...]]:
    """The columns of each table, with those of an energy market where one of the scenarios has them.

    `recorded`: with the tables that recordings alone have.
    """
    more = {
        "sessions": max(map(session_columns, scenarios), key=len, default=()),
        "periods": max(map(period_columns, scenarios), key=len, default=()),
    }
    found = {}
    for name, columns in TABLES.items():
        tail = TAILS[name]
        found[name] = (*columns[: -len(tail)], *more.get(name, ()), *tail)
    return found | RECORDED if recorded else found


def rows_of(played: SessionResult) -> dict[str, list[Row]]:
    """The rows that a session adds to each table."""
    markets = sorted({score.market for score in played.scores})
    rows: dict[str, list[Row]] = {
        "sessions": [_session_row(_of_market(played, market), market) for market in markets],
        "periods": [_period_row(played.session, score) for score in played.scores],
        "contracts": list(played.contracts),
        "traders": list(played.traders),
        "interventions": list(played.interventions),
        **played.recorded,
    }
    about = {column.name: getattr(played.about, column.name) for column in ABOUT}
    return {name: [row | about | _arm(played, row) for row in some] for name, some in rows.items()}


def _arm(played: SessionResult, row: Row) -> Row:
    """What a row says of its market's own rules; nothing of rows that are no market's."""
    if not played.arms or "market" not in row:
        return {}
    own = played.arms[row["market"]]
    return {"institution": own.institution, "treatment": own.treatment, "block": own.block, "arm": own.arm} | (
        {"arm": row["arm"]} if "arm" in row else {}
    )


def _of_market(played: SessionResult, market: int) -> SessionResult:
    """The part of a session that is one market's."""
    scores = [score for score in played.scores if score.market == market]
    return replace(played, scores=scores, foresight=played.foresight[market : market + 1])


def _session_row(played: SessionResult, market: int) -> Row:
    whole = score_session(played.scores)
    looked = played.looked[market] if played.looked else None
    row: Row = {"session": played.session, "market": market, "seed": played.seed, "activations": looked}
    row |= {"scenario": played.title, "recording": played.recording}
    row |= {column.name: getattr(whole, column.name) for column in (*FIGURES, *CONTROLLED, *CONVERGENCE, *LOST)}
    return row | session_cells(played)


def _period_row(session: int, score: PeriodScore) -> Row:
    goal = score.equilibrium
    row: Row = {"session": session, "market": score.market, "period": score.period, "surplus_max": goal.surplus_max}
    row |= {column.name: getattr(score, column.name) for column in (*FIGURES[:-1], *CONTROLLED, *CONVERGENCE, *LOST)}
    row |= {"price_low": goal.price_low, "price_high": goal.price_high, "quantity_competitive": goal.quantity}
    row[GAINFUL.name] = goal.quantity_gainful
    return row | period_cells(score.energy)


def write_tables(
    folder: Path,
    played: Iterable[SessionResult],
    scenarios: Sequence[Scenario] = (),
    form: Format = "csv",
    recorded: bool = False,
    decimal: Decimal = "point",
) -> list[SessionResult]:
    """Write the tables as sessions come; returns them without the rows of contracts and traders, which may be many."""
    columns, done = columns_of(scenarios, recorded), []
    with ExitStack() as stack:
        tables = {
            name: stack.enter_context(_table(folder / f"{name}.{form}", columns[name], form, decimal))
            for name in columns
        }
        for one in played:
            rows = rows_of(one)
            for name in tables:
                tables[name](rows.get(name, []))
            done.append(replace(one, contracts=(), traders=(), interventions=(), recorded={}))
        if recorded:
            write_csv(folder / f"{COLUMNS}.csv", COLUMNS_HEAD, described(columns))
    return done


def described(columns: Mapping[str, Sequence[Column]]) -> Iterator[tuple[str, ...]]:
    """The description of tables, as a table: table, column, type, unit, meaning."""
    for table, described in columns.items():
        yield from ((table, one.name, one.kind, one.unit, one.text) for one in described)


def _table(
    path: Path, columns: tuple[Column, ...], form: Format, decimal: Decimal
) -> AbstractContextManager[Callable[[list[Row]], None]]:
    return _parquet(path, columns) if form == "parquet" else _csv(path, columns, decimal)


@contextmanager
def _csv(path: Path, columns: tuple[Column, ...], decimal: Decimal) -> Iterator[Callable[[list[Row]], None]]:
    names, comma = [column.name for column in columns], decimal == "comma"
    with csv_file(path, names, ";" if comma else ",", _with_comma if comma else _with_point) as add:
        yield lambda rows: add([row.get(name) for name in names] for row in rows)


def _with_point(value: Any) -> Any:
    """A cell: decimals are written with six digits, texts are printable and no formula, None is empty."""
    if isinstance(value, float):
        return f"{value:.{DIGITS}f}"
    return "" if value is None else _word(value) if isinstance(value, str) else value


def _with_comma(value: Any) -> Any:
    """The same with a comma in the place of the point."""
    return f"{value:.{DIGITS}f}".replace(".", ",") if isinstance(value, float) else _with_point(value)


_word = lru_cache(4_096)(table_cell)
"""Most texts of a table come again and again: titles, holders, changes."""


@contextmanager
def _parquet(path: Path, columns: tuple[Column, ...]) -> Iterator[Callable[[list[Row]], None]]:
    kinds = [(column.name, column.kind) for column in columns]
    with new_file(path) as beside, parquet_rows(beside, kinds, {"tables_format": str(TABLES_FORMAT)}) as add:
        yield lambda rows: add([[_number(row.get(column.name), column) for row in rows] for column in columns])


def _number(value: Any, column: Column) -> Any:
    """Figures of an energy market may come as whole numbers where decimals are expected."""
    if isinstance(value, str):
        return table_cell(value)
    return float(value) if column.kind == "number" and value is not None else value
