"""Robots alone from the very same schedules, as the bands in a report's charts."""

from collections.abc import Iterable
from dataclasses import dataclass

from p2p.sim.tables.estimate import Estimate, spread_of
from recordings.reports.baselines import lengths_line, range_line
from recordings.reports.page.data import ReportedSession
from recordings.reports.parts import percent
from recordings.scoring.baselines import BaselinePeriod, BaselineSession


@dataclass(frozen=True)
class Baseline:
    """Simulated sessions of one agent on all seats. `prices`, `efficiencies`: by market and period."""

    agent: str
    sessions: int
    whole: Estimate | None
    prices: dict[tuple[int, int], Estimate]
    efficiencies: dict[tuple[int, int], Estimate]

    def lines(self, session: ReportedSession) -> list[str]:
        """The session beside the robots, in words, and notes on the comparison."""
        own, found = session.score.whole.efficiency, self.whole
        lines = []
        if own is not None and found is not None and found.low is not None and found.high is not None:
            lines.append(
                f"Robots alone ({self.agent}, {self.sessions} sessions with the same schedules) have an efficiency of "
                f"{percent(found.mean)}, nine of ten sessions between {percent(found.low)} and {percent(found.high)}. "
                f"This session: {percent(own)}, {100 * (own - found.mean):+.1f} points."
            )
        notes = lengths_line(session.score), range_line(session.score, [self.agent])
        return [*lines, *(note for note in notes if note)]


def baseline_of(agent: str, played: Iterable[BaselineSession]) -> Baseline:
    """The bands of sessions that were played."""
    results = list(played)
    every = [one for result in results for one in result.by_period]
    wholes = [one.efficiency for one in results]
    return Baseline(
        agent,
        len(results),
        spread_of([one for one in wholes if one is not None]),
        _spreads((one, one.price_mean) for one in every),
        _spreads((one, one.efficiency) for one in every),
    )


def _spreads(values: Iterable[tuple[BaselinePeriod, float | None]]) -> dict[tuple[int, int], Estimate]:
    found: dict[tuple[int, int], list[float]] = {}
    for one, value in values:
        if value is not None:
            found.setdefault((one.market, one.period), []).append(value)
    return {key: spread for key, some in found.items() if (spread := spread_of(some)) is not None}
