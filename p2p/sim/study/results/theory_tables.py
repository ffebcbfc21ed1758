"""Acceptance, diminishing returns in τ and K, and what an examined offer costs in time."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from p2p.sim.shell.plotting import INTERVALS, Panels, draw_panels
from p2p.sim.study.results.frontier import Row, cells, mean, write_csv
from p2p.sim.study.results.labelled_runs import Labelled, cell_rows
from p2p.sim.study.results.labels import market_words, parameter_words, rule_words
from p2p.sim.study.results.summaries import Moments, Summary
from p2p.sim.tables.estimate import share_of

ACCEPTANCE = ["label", "N", "agent", "mode", "tau", "K", "accepted"]


RETURNS = [
    "label",
    "N",
    "mode",
    "value",
    "w_hat_mean",
    "w_hat_step",
    "offers_seen_mean",
    "offers_step",
    "w_hat_per_offer",
]


REGRESSION = ["label", "N", "agent", "mode", "decisions", "slope_ms_per_offer", "intercept_ms", "r2"]


def acceptance_rows(labelled: Labelled) -> list[Row]:
    """The share of decisions that accepted an offer, by cell."""
    return cell_rows(labelled, "accepted", lambda runs: mean(one.accepted for one in runs))


def returns_rows(labelled: Labelled, parameter: str) -> list[Row]:
    """W_hat and offers examined as tau or K rises, with first differences: the gain and the cost of the next step."""
    rows: list[Row] = []
    for label, runs in labelled.items():
        with_value = [cell for cell in cells(runs) if getattr(cell[0], parameter) is not None]
        for _, group in groupby(with_value, key=lambda cell: (cell[0].N, cell[0].agent, cell[0].mode)):
            before: Row | None = None
            for cell in group:
                before = _return_row(label, parameter, cell, before)
                rows.append(before)
    return rows


def _return_row(label: str, parameter: str, cell: list[Summary], before: Row | None) -> Row:
    row: Row = {
        "label": label,
        "N": cell[0].N,
        "mode": cell[0].mode,
        "value": getattr(cell[0], parameter),
        "w_hat_mean": mean(one.w_hat for one in cell),
        "offers_seen_mean": mean(one.offers_seen for one in cell),
        "w_hat_step": None,
        "offers_step": None,
        "w_hat_per_offer": None,
    }
    if before is not None:
        row["w_hat_step"] = row["w_hat_mean"] - before["w_hat_mean"]
        if row["offers_seen_mean"] is not None and before["offers_seen_mean"] is not None:
            row["offers_step"] = offers = row["offers_seen_mean"] - before["offers_seen_mean"]
            row["w_hat_per_offer"] = row["w_hat_step"] / offers if offers else None
    return row


def regression(moments: Moments) -> tuple[float | None, float | None, float | None]:
    """Slope, intercept and R² of time on offers examined, by least squares; None where offers never vary."""
    n = moments.n
    if not n:
        return None, None, None
    sxx = moments.xx - moments.x * moments.x / n
    sxy = moments.xy - moments.x * moments.y / n
    syy = moments.yy - moments.y * moments.y / n
    if sxx <= 0:
        return None, None, None
    slope = sxy / sxx
    return slope, (moments.y - slope * moments.x) / n, sxy * sxy / (sxx * syy) if syy > 0 else None


def regression_rows(labelled: Labelled) -> list[Row]:
    """A regression over all decisions of a label, agent, mode and N."""
    rows: list[Row] = []
    for label, runs in labelled.items():
        groups: dict[tuple[Any, ...], Moments] = {}
        for one in sorted(runs, key=lambda one: one.N):
            key = one.N, one.agent, one.mode
            groups[key] = groups.get(key, Moments()) + one.moments
        for (n, agent, mode), moments in groups.items():
            slope, intercept, r2 = regression(moments)
            rows.append(
                {
                    "label": label,
                    "N": n,
                    "agent": agent,
                    "mode": mode,
                    "decisions": moments.n,
                    "slope_ms_per_offer": slope,
                    "intercept_ms": intercept,
                    "r2": r2,
                }
            )
    return rows


def _acceptance(labelled: Labelled) -> Panels:
    panels = Panels()
    for runs in labelled.values():
        for cell in cells(runs):
            one, accepted = cell[0], [run.accepted for run in cell]
            known = [share for share in accepted if share is not None]
            if len(known) == len(cell):
                found = share_of(known)
                panels.series(market_words(one), _rule_and_parameter(one)).add(one.N, found.mean, found.low, found.high)
    return panels


def _rule_and_parameter(one: Summary) -> str:
    return rule_words(one) if one.agent != "satisficer" else f"{rule_words(one)}: {parameter_words(one)}"


def _returns(labelled: Labelled, parameter: str) -> Panels:
    panels = Panels()
    for runs in labelled.values():
        for cell in cells(runs):
            one, value = cell[0], getattr(cell[0], parameter)
            if value is not None:
                found = share_of([run.w_hat for run in cell])
                series = panels.series(f"{market_words(one)}\n{rule_words(one)}", f"N = {one.N}")
                series.add(value, found.mean, found.low, found.high)
    return panels


def _times_and_offers(labelled: Labelled) -> Panels:
    panels = Panels()
    for runs in labelled.values():
        for one in runs:
            if one.moments.n and one.moments.x > 0:
                series = panels.series(market_words(one), rule_words(one))
                series.add(one.moments.x / one.moments.n, 1e3 * one.moments.y / one.moments.n)
    return panels


def write_theory(out: Path, labelled: Labelled) -> None:
    """All tables and pictures of this command."""
    accepted = acceptance_rows(labelled)
    write_csv(out / "acceptance.csv", ACCEPTANCE, accepted)
    write_csv(out / "regression.csv", REGRESSION, regression_rows(labelled))
    title = f"Decisions that accept an offer{INTERVALS}"
    draw_panels(
        out / "acceptance.png", title, "number of agents N", "share of decisions", _acceptance(labelled), share=True
    )
    for parameter, unit, title in (
        ("tau", "width of the band τ, %", "What a wider band buys"),
        ("K", "number of offers looked at K", "What looking at more offers buys"),
    ):
        rows = returns_rows(labelled, parameter)
        write_csv(out / f"diminishing_{parameter}.csv", RETURNS, rows)
        panels = _returns(labelled, parameter)
        name, y = f"diminishing_{parameter}.png", f"quoted spreads by the planner's bound, mean W_hat{INTERVALS}"
        draw_panels(out / name, title, unit, y, panels, share=True)
    title, offers = "Time of a decision against offers examined, a point a run", "offers examined per decision"
    panels = _times_and_offers(labelled)
    draw_panels(out / "regression.png", title, offers, "microseconds per decision", panels, lines=False)
