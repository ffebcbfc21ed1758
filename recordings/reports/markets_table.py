"""The markets of one session side by side: the market is the independent unit, and arms are compared by markets."""

from rich.markup import escape
from rich.table import Table

from p2p.analysis.market_metrics import SessionScore, score_session
from p2p.base.safe_text import printable
from p2p.sim.simulation.about import MarketArm, market_arms
from recordings.reports.parts import said, share_of, text_table
from recordings.reports.shown_units import shown_units
from recordings.scoring.score import Score


def by_market(score: Score) -> list[tuple[int, MarketArm, SessionScore]]:
    """Each market with its own rules and its periods together."""
    arms = market_arms(score.scenario, score.seed)
    found = []
    for market in sorted({one.market for one in score.periods}):
        whole = score_session([one for one in score.periods if one.market == market])
        found.append((market, arms[market], whole))
    return found


def markets_table(score: Score) -> Table:
    """A row for each market, with its arm; EM and V in shares of the possible gains."""
    columns = ("block", "efficiency", "missed (V)", "beyond margin (EM)", "alpha %", "price mean")
    table = text_table("Markets: the independent units of the session", "market", "arm", *columns)
    table.columns[1].justify, units = "left", shown_units(score.scenario)
    for market, own, whole in by_market(score):
        parts = (share_of(part, whole.surplus_max) for part in (whole.missed, whole.extramarginal))
        arm = escape(printable(own.arm or own.institution))
        table.add_row(
            str(market),
            arm,
            str(own.block),
            said(whole.efficiency, 3),
            *parts,
            said(whole.alpha, 1),
            units.rate(whole.price_mean),
        )
    return table
