"""Tables beside the run book's own, which keep their bytes; page and pictures are made from these.

They differ in this. Runs have a key. Cells are compared where everything but the rule is the same. Intervals hold at
few seeds (`w_hat_lo`, `w_hat_hi` cover 84 % of means at five seeds). Dominance is judged by offers examined, for times
are the machine's. A variance of prices is empty where nothing was traded.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from statistics import fmean
from typing import Any

from p2p.sim.study.results.comparisons import examined
from p2p.sim.study.results.frontier import Row, cell_columns, cells, mean, write_csv
from p2p.sim.study.results.labelled_runs import Labelled
from p2p.sim.study.results.summaries import Setting, Summary
from p2p.sim.tables.estimate import mean_of, share_of

CELL = ["label", "N", "agent", "mode", "tau", "K"]
SETTING = list(Setting.__struct_fields__)
FIGURES = ["w_hat", "W", "W_bound", "intervals_bound", "intervals_traded", "traded_kwh", "price_var", "examined"]
RUNS = ["run", *CELL, "optimizer_mode", "seed", *SETTING, *FIGURES]
INTERVALS = [*CELL, *SETTING, "seeds", "w_hat_mean", "w_hat_low", "w_hat_high", "examined_mean"]
DIFFERENCE = ["w_hat_difference", "w_hat_difference_low", "w_hat_difference_high"]
RATIO = [*CELL, *SETTING, "optimizer", "seeds", "w_hat_ratio", *DIFFERENCE, "wall_ms_ratio", "offers_ratio"]
VOLATILITY = [*CELL, *SETTING, "seeds_traded", "price_var_mean", "price_var_low", "price_var_high"]


def _setting_columns(one: Summary) -> Row:
    return {name: getattr(one.setting, name, None) for name in SETTING}


def _cell_columns(label: str, one: Summary) -> Row:
    return {"label": label, **cell_columns(one), **_setting_columns(one)}


def _by_cell(labelled: Labelled) -> Iterable[tuple[str, list[Summary]]]:
    return ((label, cell) for label, runs in labelled.items() for cell in cells(runs))


def run_rows(labelled: Labelled) -> list[Row]:
    """One row a run: its key is `label` and `run`, the name of its folder."""
    return [
        {
            **_cell_columns(label, one),
            "run": one.run,
            "optimizer_mode": one.optimizer_mode,
            "seed": one.seed,
            **{name: getattr(one, name) for name in FIGURES if name not in ("price_var", "examined")},
            "price_var": one.price_var_traded,
            "examined": examined(one),
        }
        for label, runs in labelled.items()
        for one in runs
    ]


def interval_rows(labelled: Labelled) -> list[Row]:
    """Each cell's mean W_hat with an interval that holds at few seeds; none under five."""
    rows = []
    for label, cell in _by_cell(labelled):
        found = share_of([one.w_hat for one in cell])
        row = {**_cell_columns(label, cell[0]), "seeds": found.n, "examined_mean": mean(map(examined, cell))}
        rows.append(row | {"w_hat_mean": found.mean, "w_hat_low": found.low, "w_hat_high": found.high})
    return rows


def pareto_rows(rows: list[Row]) -> list[Row]:
    """Rows of `interval_rows` that no other of the same N and market beats.

    One beats another with more W_hat at no more offers examined, or with fewer offers at no less W_hat.
    """

    def beats(a: Row, b: Row) -> bool:
        more, fewer = a["w_hat_mean"] - b["w_hat_mean"], b["examined_mean"] - a["examined_mean"]
        return bool(more >= 0 and fewer >= 0 and (more > 0 or fewer > 0))

    def key(row: Row) -> tuple[Any, ...]:
        return row["N"], *(row[name] for name in SETTING)

    counted = [row for row in rows if row["examined_mean"] is not None]
    return [row for row in counted if not any(key(other) == key(row) and beats(other, row) for other in counted)]


def ratio_rows(labelled: Labelled) -> list[Row]:
    """Satisficers' cells over the optimizers' of the same N and the very same market; a row for each optimizer.

    Seeds are those that both have; differences are paired by seed. A ratio of times or offers says how many times less
    the satisficer needs. Where no optimizer was played in its market, a cell has no row.
    """
    every = list(_by_cell(labelled))
    optimizers = [cell for _, cell in every if cell[0].agent == "optimizer"]
    rows = []
    for label, cell in every:
        if cell[0].agent != "satisficer":
            continue
        for best in optimizers:
            if (best[0].N, best[0].setting) == (cell[0].N, cell[0].setting):
                rows += _ratio_row(label, cell, best)
    return rows


def _ratio_row(label: str, cell: list[Summary], best: list[Summary]) -> list[Row]:
    by_seed = {one.seed: one for one in best}
    pairs = [(one, by_seed[one.seed]) for one in cell if one.seed in by_seed]
    if not pairs:
        return []
    ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
    found = mean_of([one.w_hat - other.w_hat for one, other in pairs])
    whole = fmean(one.w_hat for one in theirs)
    row = {
        **_cell_columns(label, cell[0]),
        "optimizer": best[0].optimizer_mode,
        "seeds": len(pairs),
        "w_hat_ratio": fmean(one.w_hat for one in ours) / whole if whole else None,
        "w_hat_difference": found.mean,
        "w_hat_difference_low": found.low,
        "w_hat_difference_high": found.high,
        "wall_ms_ratio": _times_less([o.wall_ms for o in theirs], [o.wall_ms for o in ours]),
        "offers_ratio": _times_less([examined(o) for o in theirs], [examined(o) for o in ours]),
    }
    return [row]


def _times_less(theirs: list[float | None], ours: list[float | None]) -> float | None:
    a, b = mean(theirs), mean(ours)
    return a / b if a is not None and b else None


def volatility_rows(labelled: Labelled) -> list[Row]:
    """Mean variance of prices within an interval, over runs in which anything was traded; empty where nothing was."""
    rows = []
    for label, cell in _by_cell(labelled):
        known = [one.price_var_traded for one in cell if one.price_var_traded is not None]
        row: Row = {**_cell_columns(label, cell[0]), "seeds_traded": len(known)}
        found = mean_of(known) if known else None
        row["price_var_mean"] = found.mean if found else None
        row["price_var_low"] = found.low if found else None
        row["price_var_high"] = found.high if found else None
        rows.append(row)
    return rows


def write_keyed_tables(out: Path, labelled: Labelled) -> None:
    """All of them."""
    rows = interval_rows(labelled)
    write_csv(out / "runs_keyed.csv", RUNS, run_rows(labelled))
    write_csv(out / "frontier_intervals.csv", INTERVALS, rows)
    write_csv(out / "frontier_pareto_offers.csv", INTERVALS, pareto_rows(rows))
    write_csv(out / "ratio_to_optimizer_keyed.csv", RATIO, ratio_rows(labelled))
    write_csv(out / "price_volatility_traded.csv", VOLATILITY, volatility_rows(labelled))
