"""Decisions and intervals as rows: how the study's two tables of a run are written, as CSV or Parquet.

Most of a run's time could go here, so a row is one formatted string and the constant parts of it are made once.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Protocol

from p2p.sim.study.v4.cell import Cell
from p2p.sim.study.v4.measures import Interval, Measures
from p2p.sim.study.v4.rules import RULES

DECISION_COLUMNS = ",".join(
    (
        "run_id,t,agent_id,agent_type,action_type,price_cperkwh,qty_kwh",
        "offers_seen,solver_calls,learners_steps,wall_ms,mem_mb",
    )
)
INTERVAL_COLUMNS = (
    "t,trades,traded_kwh,posted_buy_kwh,posted_sell_kwh,unserved_kwh,curtailment_kwh,price_mean,price_var,W,W_bound,"
)
RUN_ID = "cell"
AGENT_TYPES = {
    "optimizer": "Optimizer",
    "satisficer": "Satisficer",
    "learner": "NoRegretLearner",
    "zi": "ZIConstrained",
}
COUNTS = {"optimizer": ("0,", ",0"), "satisficer": ("", ",0,0"), "learner": ("0,", ",1"), "zi": ("", ",0,0")}
"""The columns before and after the count of offers examined: offers_seen, solver_calls, learners_steps."""

WALL_MS = tuple(f"{us / 1000:.3f}" for us in range(4096))
"""The usual times, already written; a decision takes a few microseconds."""


def wall_ms(ns: int) -> str:
    """Nanoseconds as milliseconds with three decimals."""
    us = (ns + 500) // 1000
    return WALL_MS[us] if us < len(WALL_MS) else f"{us / 1000:.3f}"


def interval_row(t: int, measures: Measures) -> str:
    """One row of the interval table, without its line end."""
    m = measures
    return (
        f"{t},{m.trades},{m.traded_kwh:.6f},{m.posted_buy_kwh:.6f},{m.posted_sell_kwh:.6f},{m.unserved_kwh:.6f},"
        f"{m.curtailment_kwh:.6f},{m.price_mean:.6f},{m.price_var:.6f},{m.welfare:.6f},{m.bound:.6f},{m.ratio:.6f}"
    )


class DecisionRows:
    """Formats the decisions of a cell's intervals."""

    def __init__(self, cell: Cell) -> None:
        self.heads = [f",{cell.agent}_{i},{AGENT_TYPES[cell.agent]}," for i in range(cell.N)]
        self.before, self.after = COUNTS[cell.agent]
        self.whole = RULES[cell.rules].whole_units

    def untimed(self, interval: Interval) -> list[str]:
        """The rows up to the columns that depend on the machine."""
        start, before, after = f"{RUN_ID},{interval.t}", self.before, self.after
        both = zip(self.heads, interval.decisions, strict=True)
        if self.whole:
            return [
                f"{start}{head}accept,{price / 10:.1f},{quantity / 1000:.3f},{before}{examined}{after}"
                if action == "accept"
                else f"{start}{head}post,,,{before}{examined}{after}"
                if action == "post"
                else f"{start}{head}none,,,0,0,0"
                for head, (action, _, price, quantity, examined) in both
            ]
        return [
            f"{start}{head}accept,{price},{quantity},{before}{examined}{after}"
            if action == "accept"
            else f"{start}{head}post,,,{before}{examined}{after}"
            if action == "post"
            else f"{start}{head}none,,,0,0,0"
            for head, (action, _, price, quantity, examined) in both
        ]


class Tables(Protocol):
    """The two tables of a run while they are written."""

    def add(self, interval: Interval, mem_mb: float) -> None:
        """One more interval."""

    def __enter__(self) -> Tables: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def digests(self) -> dict[str, str]:
        """By table, of all that does not depend on the machine."""


class CsvTables:
    """Both tables as CSV, lines ending in CR LF."""

    def __init__(self, cell: Cell, folder: Path) -> None:
        self.rows = DecisionRows(cell)
        self.hashes = {"interval": hashlib.blake2b(digest_size=16)}
        self.interval = (folder / f"interval_metrics_{cell.name}.csv").open("wb", buffering=1 << 16)
        self.decision = None
        if cell.decisions:
            self.hashes["decision"] = hashlib.blake2b(digest_size=16)
            self.decision = (folder / f"decision_metrics_{cell.name}.csv").open("wb", buffering=1 << 18)
            self.decision.write(f"{DECISION_COLUMNS}\r\n".encode())
        self._interval_line(INTERVAL_COLUMNS + RULES[cell.rules].welfare_column)

    def __enter__(self) -> CsvTables:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.interval.close()
        if self.decision is not None:
            self.decision.close()

    def _interval_line(self, line: str) -> None:
        encoded = f"{line}\r\n".encode()
        self.interval.write(encoded)
        self.hashes["interval"].update(encoded)

    def add(self, interval: Interval, mem_mb: float) -> None:
        """Write the interval's row and its decisions."""
        self._interval_line(interval_row(interval.t, interval.measures))
        if self.decision is None:
            return
        rows = self.rows.untimed(interval)
        self.hashes["decision"].update("\n".join(rows).encode())
        end = f",{mem_mb:.2f}\r\n"
        usual = WALL_MS
        self.decision.write(
            "".join(
                [
                    f"{row},{usual[us]}{end}" if (us := (ns + 500) // 1000) < 4096 else f"{row},{us / 1000:.3f}{end}"
                    for row, ns in zip(rows, interval.wall_ns, strict=True)
                ]
            ).encode()
        )

    def digests(self) -> dict[str, str]:
        """By table, of all that does not depend on the machine."""
        return {table: hashed.hexdigest() for table, hashed in self.hashes.items()}
