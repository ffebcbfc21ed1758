"""A scored session beside robots that played the same schedules, and notes on the comparison."""

from collections.abc import Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from p2p.analysis.market_metrics import SessionScore
from p2p.base.exact_sum import total
from p2p.base.safe_text import printable
from p2p.sim.tables.estimate import spread_of
from recordings.reports.parts import amounts, said, text_table
from recordings.reports.shown_units import ShownUnits, shown_units
from recordings.scoring.baselines import BaselineSession
from recordings.scoring.score import Score

RANGED = ("zic", "ziu", "satisficer", "optimizer", "learner", "shaver")
"""Agents that draw from the range of allowed prices, or walk over it: in a wider one they gain less."""
LATE_S, LATE_SHARE = 0.1, 0.02
"""How far a period's length may be from the scenario's and still be it: clocks and machines are a little late."""


def baselines_table(score: Score, baselines: dict[str, list[BaselineSession]]) -> Table:
    """The session beside robots alone, of one kind or mixed: mean and the middle 90 % of sessions.

    First the session's efficiency less theirs, in points; then its place among them, which crowds at 99 %.
    """
    many, units = max((len(played) for played in baselines.values()), default=0), shown_units(score.scenario)
    each = f"{score.scenario.activations():g} activations per trader and period"
    title = f"The same schedules, played by robots alone: {many} sessions each, {each}"
    table = text_table(
        title,
        "on the seats",
        "points",
        "rank %",
        "efficiency (5–95 %)",
        "alpha % (5–95 %)",
        "price mean",
        amounts(score),
    )
    for column in table.columns[3:5]:
        column.min_width = len("0.123 (0.100–0.200)".partition(" ")[2])
    table.add_row("this session", "", "", *_row([score.whole], len(score.periods), units))
    table.add_section()
    for agent, played in baselines.items():
        periods = sum(one.periods for one in played)
        beside = _beside(score.whole, [one.efficiency for one in played if one.efficiency is not None])
        table.add_row(escape(printable(agent)), *beside, *_row(played, periods, units))
    return table


def points_line(score: Score, baselines: dict[str, list[BaselineSession]]) -> str:
    """The meaning of the first two columns of the baselines; empty without baselines."""
    if not baselines or score.whole.efficiency is None:
        return ""
    many = max(len(played) for played in baselines.values())
    return (
        f"points: this session's efficiency less theirs, in percentage points. rank: in what share of {many} sessions "
        "it is above theirs, ties by half; robots crowd near the top, where small differences are many ranks."
    )


def _beside(whole: SessionScore, others: list[float]) -> list[str]:
    """The session's efficiency less the others' mean, in points; in what share of them it is above, ties by half."""
    own = whole.efficiency
    if own is None or not others:
        return ["–", "–"]
    above = total(1.0 if own > other else 0.5 if own == other else 0.0 for other in others)
    return [f"{100 * (own - total(others) / len(others)):+.1f}", f"{100 * above / len(others):.0f}"]


def lengths_line(score: Score) -> str:
    """A note on the baselines if this session's periods were not as long as the scenario's; else nothing."""
    planned_s = score.scenario.period_s
    if any(one.period_s for one in score.scenario.overrides):
        return ""
    seen_s = sorted({round(one, 1) for one in score.open_s})
    if all(abs(one - planned_s) <= max(LATE_S, LATE_SHARE * planned_s) for one in seen_s):
        return ""
    seen = f"{seen_s[0]:g} s" if len(seen_s) == 1 else f"{seen_s[0]:g} to {seen_s[-1]:g} s"
    many = score.scenario.activations()
    return f"The baselines' periods are {planned_s:g} s long ({many:g} activations); this session's were open {seen}."


def range_line(score: Score, words: Iterable[str]) -> str:
    """The baselines that depend on the range of allowed prices, which people may ignore; empty where none does."""
    rules, units = score.scenario.institution, shown_units(score.scenario)
    drawn = [
        word for word in words if any(one.partition("/")[0].partition(":")[0] in RANGED for one in word.split(","))
    ]
    if not drawn:
        return ""
    low, high = units.rate(rules.price_min, 0), units.rate(rules.price_max, 0)
    return (
        f"The gains of {', '.join(drawn)} depend on the range of allowed prices, here {low} to {high}: "
        "in a wider one they are lower."
    )


def _row(sessions: Sequence[SessionScore | BaselineSession], periods: int, units: ShownUnits) -> list[str]:
    efficiency = [s.efficiency for s in sessions if s.efficiency is not None]
    alpha = [s.alpha for s in sessions if s.alpha is not None]
    price = spread_of([s.price_mean for s in sessions if s.price_mean is not None])
    traded = sum(s.quantity for s in sessions) / periods if periods else 0.0
    cells = []
    for values, digits in ((efficiency, 3), (alpha, 1)):
        figure = spread_of(values)
        both = f" ({said(figure.low, digits)}–{said(figure.high, digits)})" if figure and len(sessions) > 1 else ""
        cells.append(said(figure.mean if figure else None, digits) + both)
    return [*cells, units.rate(price.mean if price else None), f"{traded:.2f}"]
