"""Treatments side by side in a report: several sessions, or the markets of one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from p2p.analysis.market_metrics import PeriodScore, score_session
from p2p.base.safe_text import printable
from p2p.sim.simulation.about import market_arms
from recordings.reports.page import charts
from recordings.reports.page.data import ReportedSession
from recordings.reports.page.parts import Chart, Grid, Part, Sentence
from recordings.reports.parts import said

LINES_MAX = 16
"""Lines of a chart: more cannot be told apart, and the table has them."""


@dataclass(frozen=True)
class _Group:
    label: str
    session: ReportedSession
    scores: list[PeriodScore]

    def row(self) -> list[str]:
        whole, last = score_session(self.scores), self.scores[-1]
        figures = [str(len(self.scores)), str(whole.quantity), said(whole.efficiency, 3)]
        prices = [self.session.price(last.price_mean), self.session.price(last.equilibrium.price)]
        return [self.label, *figures, *prices, said(last.alpha, 1)]

    def shares(self) -> list[tuple[int, float]]:
        return [(one.period, one.efficiency) for one in self.scores if one.efficiency is not None]

    def away(self) -> list[tuple[int, float]]:
        """The mean price by period, in per cent of P0."""
        return [
            (one.period, 100 * (one.price_mean / one.equilibrium.price - 1))
            for one in self.scores
            if one.price_mean is not None and one.equilibrium.price
        ]


def side_by_side(sessions: Sequence[ReportedSession]) -> list[Part]:
    """A table and two charts; nothing where there is one market alone."""
    groups = [group for one in sessions for group in _groups(one, len(sessions) > 1)]
    if len(groups) < 2:
        return []
    drawn = groups[:LINES_MAX]
    first, second = "Efficiency by period, one line each", "Mean price by period, in per cent away from P0"
    shares = {group.label: group.shares() for group in drawn}
    away = {group.label: group.away() for group in drawn}
    head = ["market", "periods", "quantity", "efficiency", "mean price, last", "P0, last", "alpha %, last"]
    return [
        Grid("In figures", head, [group.row() for group in groups]),
        Chart(charts.side_by_side(shares, "Efficiency", "share of the possible gains", "together-eff"), first, first),
        Chart(charts.side_by_side(away, "Mean price", "per cent away from P0", "together-price"), second, second),
        Sentence(
            "Markets of one session share a room and a time, so they are blocks of one experiment. A difference "
            "between single sessions is no effect of a treatment yet."
        ),
    ]


def _groups(session: ReportedSession, several: bool) -> Iterator[_Group]:
    markets = session.score.scenario.markets
    arms = market_arms(session.score.scenario, session.score.seed)
    for market in range(markets):
        scores = [one.score for one in session.of_market(market)]
        named = f"market {market + 1}" + (f" ({printable(arm)})" if (arm := arms[market].arm) else "")
        label = session.label if markets == 1 else f"{session.label}, {named}" if several else named
        if scores:
            yield _Group(label, session, scores)
