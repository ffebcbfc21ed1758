"""The tables of simulated sessions: `sessions.csv` and `periods.csv`, and the interval of a figure over sessions.

Columns: session (from 1), seed, market (from 0), period (from 1), efficiency (0..1, empty where nothing was to be
gained), alpha (percent of P0), price_mean (the scenario's unit of money), quantity (contracts), surplus, surplus_max.
A session has the activations of its robots, too: how often they looked at the market, all periods and seats together.
Energy markets have more columns (p2p/sim/energy_columns.py); their quantity is in Wh.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from p2p.metrics import score_session
from p2p.scenario import Scenario
from p2p.sim.batch import Played
from p2p.sim.energy_columns import period_cells, period_columns, session_cells, session_columns

COMMON = ("efficiency", "alpha", "price_mean", "quantity", "surplus", "surplus_max")
DIGITS = 6
"""Decimals of figures that are not counts."""


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
    return Interval(sum(ordered) / len(ordered), _quantile(ordered, 0.05), _quantile(ordered, 0.95))


def _quantile(ordered: list[float], q: float) -> float:
    at = q * (len(ordered) - 1)
    below = int(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def write_tables(folder: Path, played: list[Played], scenario: Scenario | None = None) -> None:
    """Write both tables; each appears whole or not at all. Energy columns: see p2p/sim/energy_columns.py."""
    in_periods, in_sessions = (period_columns(scenario), session_columns(scenario)) if scenario else ((), ())
    periods: list[dict[str, Any]] = []
    sessions: list[dict[str, Any]] = []
    for one in played:
        whole = score_session(one.scores)
        row = {"session": one.session, "seed": one.seed, "activations": one.activations}
        sessions.append(row | {name: getattr(whole, name) for name in COMMON} | session_cells(one))
        for score in one.scores:
            row = {"session": one.session, "market": score.market, "period": score.period}
            surplus_max = {"surplus_max": score.equilibrium.surplus_max}
            cells = {name: getattr(score, name) for name in COMMON[:-1]} | surplus_max | period_cells(score.energy)
            periods.append(row | cells)
    _write(folder / "sessions.csv", ("session", "seed", *COMMON, "activations", *in_sessions), sessions)
    _write(folder / "periods.csv", ("session", "market", "period", *COMMON, *in_periods), periods)


def _write(path: Path, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    beside = path.with_suffix(".new")
    with beside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row[name]) for name in columns])
    beside.replace(path)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"{value:.{DIGITS}f}" if isinstance(value, float) else value
