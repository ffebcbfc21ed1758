"""Theory beside a session: a prediction, the observation, and whether they agree by a rule that is written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from p2p.analysis.market_metrics import PeriodScore
from recordings.reports.page.charts import quantity_words
from recordings.reports.page.data import MarketPeriod, ReportedSession
from recordings.reports.parts import percent

NEAR_SHARE = 0.05
"""A mean price this near the tunnel, in shares of P0, counts as there."""
UNITS_OFF = 1
"""A quantity that is off by so many units counts as there."""
HIGH_EFFICIENCY = 0.9
"""The share of the attainable gains that markets with people usually pass."""
CHANGES_MAX = 12
"""Conditions that are held against one another; where there are more, values are drawn anew each period."""
ENERGY_OFF_SHARE = 0.1
"""Of energy, a quantity that is off by this share counts as there."""


@dataclass(frozen=True)
class Check:
    """A prediction of theory and the observation. `agrees` is None where there was nothing to observe."""

    of: str
    prediction: str
    expected: str
    observed: str
    agrees: bool | None


def checks(session: ReportedSession) -> list[Check]:
    """All checks of a session, condition by condition, then between those that follow one another."""
    conditions = session.conditions()
    found = [check for periods in conditions for check in _within(session, periods)]
    for before, after in pairwise(conditions if len(conditions) <= CHANGES_MAX else []):
        if before[-1].score.market == after[-1].score.market:
            found += _between(session, before[-1], after[-1])
    return found


def condition_words(session: ReportedSession, periods: list[MarketPeriod]) -> str:
    """`periods 1 to 3`, with the market where there are several."""
    first, last = periods[0].score.period, periods[-1].score.period
    words = f"period {first}" if first == last else f"periods {first} to {last}"
    return f"market {periods[0].score.market + 1}, {words}" if session.score.scenario.markets > 1 else words


def _within(session: ReportedSession, periods: list[MarketPeriod]) -> Iterator[Check]:
    last, goal = periods[-1].score, periods[-1].score.equilibrium
    of = condition_words(session, periods[-1:])
    if goal.price is not None:
        tunnel = (
            f" ({session.price(goal.price_low)} to {session.price(goal.price_high)})"
            if goal.price_low != goal.price_high
            else ""
        )
        yield Check(
            of, "Prices come to P0", f"{session.price(goal.price)}{tunnel}", session.price(last.price_mean), _near(last)
        )
    low, high = sorted((goal.quantity_gainful, goal.quantity))
    expected = (
        quantity_words(high, session.energy) if low == high else f"{low} to {quantity_words(high, session.energy)}"
    )
    margin = ENERGY_OFF_SHARE * high if session.energy else UNITS_OFF
    agrees = low - margin <= last.quantity <= high + margin
    yield Check(
        of, "The quantity is that of supply and demand", expected, quantity_words(last.quantity, session.energy), agrees
    )
    reached = last.efficiency if last.efficiency_attainable is None else last.efficiency_attainable
    if reached is not None:
        words = "of the possible gains" if last.attainable == goal.surplus_max else "of the gains that the rules allow"
        high_enough = reached >= HIGH_EFFICIENCY
        yield Check(
            of,
            "Most gains are made",
            f"{percent(HIGH_EFFICIENCY, 0)} {words}, or more",
            percent(reached),
            high_enough,
        )
    first = periods[0].score
    if len(periods) > 1 and first.alpha is not None and last.alpha is not None:
        falls = last.alpha <= first.alpha
        observed = f"{first.alpha:.1f} % to {last.alpha:.1f} %"
        every = condition_words(session, periods)
        yield Check(every, "Prices spread less in the end (alpha)", "lower at the end", observed, falls)


def _near(one: PeriodScore) -> bool | None:
    goal = one.equilibrium
    if one.price_mean is None or goal.price_low is None or goal.price_high is None or goal.price is None:
        return None
    return goal.price_low - NEAR_SHARE * goal.price <= one.price_mean <= goal.price_high + NEAR_SHARE * goal.price


def _between(session: ReportedSession, before: MarketPeriod, after: MarketPeriod) -> Iterator[Check]:
    """The directions in which price and quantity move when the rules or the schedules change."""
    old, new = before.score, after.score
    of = f"period {old.period} to {new.period}"
    if session.score.scenario.markets > 1:
        of = f"market {old.market + 1}, {of}"
    goals = old.equilibrium, new.equilibrium
    yield _moves(of, "The price", _Move(goals[0].price, goals[1].price), _Move(old.price_mean, new.price_mean), session)
    yield _moves(of, "The quantity", _Move(goals[0].quantity, goals[1].quantity), _Move(old.quantity, new.quantity))


@dataclass(frozen=True)
class _Move:
    before: float | None
    after: float | None

    @property
    def direction(self) -> str | None:
        if self.before is None or self.after is None:
            return None
        return "up" if self.after > self.before else "down" if self.after < self.before else "stays"

    def said(self, session: ReportedSession | None) -> str:
        if self.direction is None:
            return "–"
        ends = [
            f"{end:g}" if session is None else session.price(end)
            for end in (self.before, self.after)
            if end is not None
        ]
        return f"{self.direction}, {' to '.join(ends)}"


def _moves(of: str, what: str, theory: _Move, seen: _Move, priced: ReportedSession | None = None) -> Check:
    """`priced`: the session whose prices they are; without it they are quantities."""
    known = theory.direction not in (None, "stays") and seen.direction is not None
    agrees = theory.direction == seen.direction if known else None
    return Check(of, f"{what} moves", theory.said(priced), seen.said(priced), agrees)
