"""The study's two tables as Parquet: the same columns as the CSV, with types, in row groups of a few intervals."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from p2p.sim.shell.parquet import Kind, parquet_rows
from p2p.sim.study.runs.csv_tables import (
    AGENT_TYPES,
    DECISION_COLUMNS,
    INTERVAL_COLUMNS,
    RUN_ID,
    DecisionRows,
    interval_row,
)
from p2p.sim.study.v4.cell import Cell
from p2p.sim.study.v4.measures import Interval
from p2p.sim.study.v4.rules import RULES

DECISION_KINDS: tuple[Kind, ...] = (
    "label",
    "short",
    *3 * ("label",),
    *2 * ("number",),
    *3 * ("short",),
    *2 * ("number",),
)
COUNTS = ("t", "trades")


class ParquetTables:
    """Both tables as Parquet files; decisions in groups, the intervals (a row each) at the end."""

    def __init__(self, cell: Cell, folder: Path) -> None:
        self.cell = cell
        self.rows = DecisionRows(cell)
        self.folder = folder
        self.ids = [f"{cell.agent}_{i}" for i in range(cell.N)]
        header = INTERVAL_COLUMNS + RULES[cell.rules].welfare_column
        self.hashes = {"interval": hashlib.blake2b(f"{header}\r\n".encode(), digest_size=16)}
        self.interval_lines: list[list[str]] = []
        self.open = ExitStack()
        self.add_decisions = None
        if cell.decisions:
            self.hashes["decision"] = hashlib.blake2b(digest_size=16)
            columns = list(zip(DECISION_COLUMNS.split(","), DECISION_KINDS, strict=True))
            path = folder / f"decision_metrics_{cell.name}.parquet"
            self.add_decisions = self.open.enter_context(parquet_rows(path, columns))

    def __enter__(self) -> ParquetTables:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.open.close()
        if error is None:
            self._write_intervals()

    def add(self, interval: Interval, mem_mb: float) -> None:
        """Keep the interval; write a group of decisions when there are enough."""
        line = interval_row(interval.t, interval.measures)
        self.hashes["interval"].update(f"{line}\r\n".encode())
        self.interval_lines.append(line.split(","))
        if self.add_decisions is None:
            return
        self.hashes["decision"].update("\n".join(self.rows.untimed(interval)).encode())
        self.add_decisions(self._decision_columns(interval, mem_mb))

    def _decision_columns(self, interval: Interval, mem_mb: float) -> list[list[Any]]:
        """The interval's decisions, column by column."""
        cell, decisions = self.cell, interval.decisions
        examined = [decision[4] for decision in decisions]
        none = [0] * len(decisions)
        price_unit = RULES[cell.rules].price_unit
        per_kwh = RULES[cell.rules].quantity_per_kwh
        digits = 3 if RULES[cell.rules].whole_units else None
        took = [decision[0] == "accept" for decision in decisions]
        price = [_units(d[2] * price_unit, digits) if a else None for d, a in zip(decisions, took, strict=True)]
        quantity = [_units(d[3] / per_kwh, digits) if a else None for d, a in zip(decisions, took, strict=True)]
        return [
            [RUN_ID] * len(decisions),
            [interval.t] * len(decisions),
            self.ids,
            [AGENT_TYPES[cell.agent]] * len(decisions),
            [decision[0] for decision in decisions],
            price,
            quantity,
            examined if cell.agent == "satisficer" else none,
            examined if cell.agent == "optimizer" else none,
            [int(decision[0] != "none") for decision in decisions] if cell.agent == "learner" else none,
            [round(ns / 1e6, 3) for ns in interval.wall_ns],
            [round(mem_mb, 2)] * len(decisions),
        ]

    def _write_intervals(self) -> None:
        """All intervals at once, the values as the CSV rounds them."""
        names = (INTERVAL_COLUMNS + RULES[self.cell.rules].welfare_column).split(",")
        columns: list[tuple[str, Kind]] = [(name, "count" if name in COUNTS else "number") for name in names]
        path = self.folder / f"interval_metrics_{self.cell.name}.parquet"
        with parquet_rows(path, columns) as add:
            values = zip(columns, zip(*self.interval_lines, strict=True), strict=True)
            add([[int(v) if kind == "count" else float(v) for v in column] for (_, kind), column in values])

    def digests(self) -> dict[str, str]:
        """By table, of all that does not depend on the machine: the same as those of the CSV."""
        return {table: hashed.hexdigest() for table, hashed in self.hashes.items()}


def _units(value: float, digits: int | None) -> float:
    return value if digits is None else round(value, digits)
