"""The study's two tables as Parquet: the same columns as the CSV, with types, in row groups of a few intervals."""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Any

from p2p.sim.shell.parquet import pyarrow
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

ROWS_PER_GROUP = 50_000
"""Enough for Parquet to compress well, few enough to hold in memory at any N."""


class ParquetTables:
    """Both tables as Parquet files; decisions in groups, the intervals (a row each) at the end."""

    def __init__(self, cell: Cell, folder: Path) -> None:
        self.pa = pyarrow()
        self.cell = cell
        self.rows = DecisionRows(cell)
        self.folder = folder
        self.ids = [f"{cell.agent}_{i}" for i in range(cell.N)]
        header = INTERVAL_COLUMNS + RULES[cell.rules].welfare_column
        self.hashes = {"interval": hashlib.blake2b(f"{header}\r\n".encode(), digest_size=16)}
        self.interval_lines: list[list[str]] = []
        self.pending: list[tuple[Interval, float]] = []
        self.writer = None
        if cell.decisions:
            self.hashes["decision"] = hashlib.blake2b(digest_size=16)
            path = folder / f"decision_metrics_{cell.name}.parquet"
            self.writer = self.pa.parquet.ParquetWriter(path, self._decision_schema(), compression="zstd")

    def _decision_schema(self) -> Any:
        pa = self.pa
        label, count, number = pa.dictionary(pa.int32(), pa.string()), pa.int32(), pa.float64()
        types = [label, count, label, label, label, number, number, count, count, count, number, number]
        return pa.schema(list(zip(DECISION_COLUMNS.split(","), types, strict=True)))

    def __enter__(self) -> ParquetTables:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.writer is not None:
            self._flush()
            self.writer.close()
        if error is None:
            self._write_intervals()

    def add(self, interval: Interval, mem_mb: float) -> None:
        """Keep the interval; write a group of decisions when there are enough."""
        line = interval_row(interval.t, interval.measures)
        self.hashes["interval"].update(f"{line}\r\n".encode())
        self.interval_lines.append(line.split(","))
        if self.writer is None:
            return
        self.hashes["decision"].update("\n".join(self.rows.untimed(interval)).encode())
        self.pending.append((interval, mem_mb))
        if len(self.pending) * self.cell.N >= ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        """Write the decisions kept so far as one row group."""
        if not self.pending or self.writer is None:
            return
        pa, cell = self.pa, self.cell
        decisions = [decision for interval, _ in self.pending for decision in interval.decisions]
        examined = [decision[4] for decision in decisions]
        none = [0] * len(decisions)
        price_unit = RULES[cell.rules].price_unit
        per_kwh = RULES[cell.rules].quantity_per_kwh
        digits = 3 if RULES[cell.rules].whole_units else None
        took = [decision[0] == "accept" for decision in decisions]
        price = [_units(d[2] * price_unit, digits) if a else None for d, a in zip(decisions, took, strict=True)]
        quantity = [_units(d[3] / per_kwh, digits) if a else None for d, a in zip(decisions, took, strict=True)]
        columns: list[list[Any]] = [
            [RUN_ID] * len(decisions),
            [interval.t for interval, _ in self.pending for _ in interval.decisions],
            self.ids * len(self.pending),
            [AGENT_TYPES[cell.agent]] * len(decisions),
            [decision[0] for decision in decisions],
            price,
            quantity,
            examined if cell.agent == "satisficer" else none,
            examined if cell.agent == "optimizer" else none,
            [int(decision[0] != "none") for decision in decisions] if cell.agent == "learner" else none,
            [round(ns / 1e6, 3) for interval, _ in self.pending for ns in interval.wall_ns],
            [round(mem_mb, 2) for _, mem_mb in self.pending for _ in range(cell.N)],
        ]
        schema = self._decision_schema()
        arrays = [_array(pa, column, field.type) for column, field in zip(columns, schema, strict=True)]
        self.writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        self.pending.clear()

    def _write_intervals(self) -> None:
        """All intervals at once, the values as the CSV rounds them."""
        pa = self.pa
        names = (INTERVAL_COLUMNS + RULES[self.cell.rules].welfare_column).split(",")
        columns: dict[str, Any] = {}
        for name, values in zip(names, zip(*self.interval_lines, strict=True), strict=True):
            columns[name] = [int(v) if name in ("t", "trades") else float(v) for v in values]
        path = self.folder / f"interval_metrics_{self.cell.name}.parquet"
        pa.parquet.write_table(pa.table(columns), path, compression="zstd")

    def digests(self) -> dict[str, str]:
        """By table, of all that does not depend on the machine: the same as those of the CSV."""
        return {table: hashed.hexdigest() for table, hashed in self.hashes.items()}


def _units(value: float, digits: int | None) -> float:
    return value if digits is None else round(value, digits)


def _array(pa: Any, column: list[Any], kind: Any) -> Any:
    if pa.types.is_dictionary(kind):
        return pa.array(column, pa.string()).dictionary_encode()
    return pa.array(column, kind)
