"""A score as one line of JSON, for scripts: amounts are in the smallest unit of money, and `units` says how large."""

from typing import Any

import msgspec

from p2p.analysis.market_metrics import PeriodScore, SessionScore
from p2p.base.exact_sum import total
from p2p.sim.simulation.about import treatment
from p2p.sim.tables.energy_schema import period_cells
from p2p.sim.tables.estimate import spread_of
from recordings.reports.markets_table import by_market
from recordings.reports.shown_units import shown_units
from recordings.scoring.baselines import BaselineSession, is_mixture
from recordings.scoring.people import PeopleBeside
from recordings.scoring.score import Score
from recordings.scoring.tax_burden import TaxBurden

FORMAT = 1
"""Today's. Keys are only ever added."""
FIGURES = (
    *("quantity", "price_mean", "surplus", "efficiency", "efficiency_attainable", "efficiency_random_rationing"),
    *("control_binds", "surplus_traders", "revenue", "deadweight_loss", "missed", "extramarginal"),
    *("alpha", "alpha_note", "rmsd", "rmsd_tunnel", "share_in_tunnel", "dispersion", "gap_us"),
)
COMPARED = ("efficiency", "alpha", "rmsd", "price_mean", "quantity", "dispersion", "missed", "extramarginal")
"""The figures of which baselines have a mean and a band."""


def score_line(
    score: Score,
    baselines: dict[str, list[BaselineSession]],
    people: list[PeopleBeside],
    burden: TaxBurden | None,
    notes: list[str],
) -> str:
    """One line, without its end."""
    units = shown_units(score.scenario)
    whole = {"surplus_max": score.whole.surplus_max, **_figures(score.whole), "spearman": score.spearman}
    found: dict[str, Any] = {
        "format": FORMAT,
        "recording": score.name,
        "scenario": score.scenario.title,
        "institution": score.scenario.institution.name,
        "treatment": treatment(score.scenario),
        "provenance": score.provenance,
        "seed": score.seed,
        "sealed": score.sealed,
        "running": score.runs,
        "units": {
            "price": units.price_unit,
            "price_divisor": units.ticks,
            "money": units.money_unit,
            "money_divisor": units.money,
            "quantity": "Wh" if score.scenario.capabilities.trades_energy else "units",
        },
        "whole": whole,
        "markets": [
            {"market": market, **_plain(own), "surplus_max": one.surplus_max, **_figures(one)}
            for market, own, one in by_market(score)
        ],
        "periods": [_period(one) for one in score.periods],
        "traders": [_trader(score, number) for number in range(len(score.traders))],
        "holders": [{**_plain(one), "share": one.share} for one in score.holders],
        "incidence": burden and {**_plain(burden.incidence), "beside": burden.beside},
        "surplus_max_ordered": score.surplus_max_ordered,
        "efficiency_ordered": score.efficiency_ordered,
        "void": score.void,
        "baselines": [_baseline(score, lineup, sessions) for lineup, sessions in baselines.items()],
        "people": [
            {"recording": one.score.name, "efficiency": one.score.whole.efficiency, "differs": one.differs}
            for one in people
        ],
        "notes": notes,
    }
    return msgspec.json.encode(found).decode()


def _plain(value: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain


def _figures(one: PeriodScore | SessionScore) -> dict[str, Any]:
    return {name: getattr(one, name) for name in FIGURES}


def _period(one: PeriodScore) -> dict[str, Any]:
    goal = one.equilibrium
    return {
        "market": one.market,
        "period": one.period,
        "surplus_max": goal.surplus_max,
        "p0": goal.price,
        "price_low": goal.price_low,
        "price_high": goal.price_high,
        "quantity_competitive": goal.quantity,
        "quantity_gainful": goal.quantity_gainful,
        **_figures(one),
        "energy": period_cells(one.energy) or None,
    }


def _trader(score: Score, number: int) -> dict[str, Any]:
    """A trader; no name of a person is here."""
    one = score.traders[number]
    agent = score.agents.get(one.seat) if one.controller == "robot" else None
    return {**_plain(one), "card": one.seat + 1, "agent": agent}


def _baseline(score: Score, lineup: str, sessions: list[BaselineSession]) -> dict[str, Any]:
    """Each figure: mean, the middle 90 % of sessions, the recording's less the mean, its place among them."""
    found: dict[str, Any] = {
        "agents": lineup,
        "mixture": is_mixture(lineup),
        "sessions": len(sessions),
        "activations": score.scenario.activations(),
    }
    for name in COMPARED:
        values = [float(value) for one in sessions if (value := getattr(one, name)) is not None]
        spread, own = spread_of(values), getattr(score.whole, name)
        found[name] = None
        if spread is not None:
            found[name] = {"mean": spread.mean, "low": spread.low, "high": spread.high, "n": spread.n}
            if own is not None:
                above = total(1.0 if own > one else 0.5 if own == one else 0.0 for one in values)
                found[name] |= {"difference": own - spread.mean, "percentile": 100 * above / len(values)}
    return found
