"""Cells set beside one another: satisficers and optimizers, one market and another, how much prices vary."""

from __future__ import annotations

from statistics import fmean
from typing import Any

from p2p.sim.study.results.frontier import Row, cells, mean
from p2p.sim.study.results.labelled_runs import Labelled, cell_rows
from p2p.sim.study.results.summaries import Summary

RATIO = ["label", "market", "N", "mode", "tau", "K", "w_hat_ratio", "wall_ms_ratio", "offers_ratio"]
VOLATILITY = ["label", "N", "agent", "mode", "tau", "K", "price_var_mean"]
ROBUSTNESS = ["market", "agent", "mode", "N", "tau", "K", "w_hat_mean"]


def market_of(one: Summary) -> str:
    """Mechanism, information set and cap in a few words."""
    cap = "" if one.feeder_cap_kw is None else f", cap {one.feeder_cap_kw:g} kW"
    return f"{one.mechanism}, {one.info_set}{cap}"


def examined(one: Summary) -> float | None:
    """Offers examined per decision, by whichever agent."""
    if one.offers_seen is None or one.solver_calls is None:
        return None
    return one.offers_seen + one.solver_calls


def ratio_rows(labelled: Labelled) -> list[Row]:
    """Satisficers' cells over the optimizers' at the same N, mechanism and information set (with any cap).

    A time or effort ratio says how many times less the satisficer needs. No rows where there are no optimizers.
    """
    every = [(label, cell) for label, runs in labelled.items() for cell in cells(runs)]
    base = {_setting(cell[0]): cell for _, cell in every if cell[0].agent == "optimizer"}
    rows = []
    for label, cell in every:
        best = base.get(_setting(cell[0]))
        if cell[0].agent != "satisficer" or best is None:
            continue
        ours = fmean(one.w_hat for one in cell)
        theirs = fmean(one.w_hat for one in best)
        rows.append(
            {
                **{name: getattr(cell[0], name) for name in ("N", "mode", "tau", "K")},
                "label": label,
                "market": market_of(cell[0]),
                "w_hat_ratio": ours / theirs if theirs else None,
                "wall_ms_ratio": _times_less([o.wall_ms for o in best], [o.wall_ms for o in cell]),
                "offers_ratio": _times_less([examined(o) for o in best], [examined(o) for o in cell]),
            }
        )
    return rows


def _setting(one: Summary) -> tuple[Any, ...]:
    return one.N, one.mechanism, one.info_set


def _times_less(theirs: list[float | None], ours: list[float | None]) -> float | None:
    a, b = mean(theirs), mean(ours)
    return a / b if a is not None and b else None


def robustness_rows(labelled: Labelled) -> list[Row]:
    """Every cell by the market it was played in."""
    return [
        {
            **{name: getattr(cell[0], name) for name in ("agent", "mode", "N", "tau", "K")},
            "market": market_of(cell[0]),
            "w_hat_mean": fmean(one.w_hat for one in cell),
        }
        for runs in labelled.values()
        for cell in cells(runs)
    ]


def volatility_rows(labelled: Labelled) -> list[Row]:
    """Mean over intervals with trades of the variance of prices in them, by cell."""
    return cell_rows(labelled, "price_var_mean", lambda runs: fmean(one.price_var for one in runs))
