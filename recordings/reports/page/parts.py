"""The sections of a report: tiles, curves, prices, efficiency, traders, theory beside the session."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from p2p.analysis.market_metrics import score_session
from p2p.base.display_name import display_name
from p2p.base.exact_sum import total
from p2p.base.safe_text import printable
from recordings.reading.participants import NAME_SHOWN
from recordings.reports.page import charts
from recordings.reports.page.baselines import Baseline
from recordings.reports.page.checks import Check, checks, condition_words
from recordings.reports.page.data import MarketPeriod, ReportedSession
from recordings.reports.parts import counted, percent, said
from recordings.reports.text import alpha_line, controls_line, gap_line, void_line
from recordings.scoring.score import TraderScore

CONDITIONS_DRAWN = 6
"""Charts of supply and demand; where values are drawn anew each period, these are the first ones."""
MARKETS_DRAWN = 4
"""Markets of a session with charts of their own; tables have them all."""
CHECKS_LISTED = 24
"""Checks with a row of their own; more are counted by prediction."""
TRADERS_LISTED = 80
"""Traders with a row of their own; of more, the kinds of holders are shown alone."""


@dataclass(frozen=True)
class Chart:
    """A picture, its content in words for those who hear the page, and a caption."""

    svg: str
    about: str
    words: str


@dataclass(frozen=True)
class Grid:
    """A table; `folded`: it opens when it is asked for. `kind`: "words" where its cells are words."""

    about: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    kind: str = ""
    folded: bool = False


@dataclass(frozen=True)
class Sentence:
    """A line of text."""

    words: str


Part: TypeAlias = Chart | Grid | Sentence
Section: TypeAlias = tuple[str, list[Part]]


@dataclass(frozen=True)
class ShownSession:
    """A session as the page lays it out. `tiles`: name, figure, a small line."""

    label: str
    notes: list[str]
    tiles: list[tuple[str, str, str]]
    parts: list[Section]


def shown(session: ReportedSession, baseline: Baseline | None, names: bool, prefix: str) -> ShownSession:
    """A session's sections. `names`: whether traders are named; `prefix`: begins the ids of its charts."""
    score = session.score
    theory = checks(session)
    sections: list[Section] = [
        ("Supply, demand and the contracts", _curves(session, prefix)),
        ("Prices", _prices(session, baseline, prefix)),
        ("Efficiency", _efficiency(session, baseline, prefix)),
        ("Theory and observation", [_checked(theory)]),
        ("Traders", _traders(session, names)),
    ]
    lines = (void_line(score), gap_line(score), controls_line(score))
    notes = [line for line in lines if line]
    if not score.sealed:
        notes.insert(0, "The recording was cut: its finished periods are shown.")
    return ShownSession(session.label, notes, _tiles(session, theory), sections)


def seats_words(session: ReportedSession) -> str:
    """`22 traders: 20 people, 2 robots`."""
    seats = session.score.traders
    people = sum(one.controller == "human" for one in seats)
    robots = sum(one.controller == "robot" for one in seats)
    kinds = [f"{n} {word}" for n, word in ((people, "people"), (robots, "robots")) if n]
    return f"{len(seats)} traders" + (f": {', '.join(kinds)}" if kinds else "")


def _tiles(session: ReportedSession, theory: Sequence[Check]) -> list[tuple[str, str, str]]:
    whole = session.score.whole
    priced = [one.score for one in session.periods if one.score.price_mean is not None]
    last = (priced or [session.periods[-1].score])[-1]
    beside = [one for one in (score.score for score in session.periods) if one.period == last.period]
    mean, goals = score_session(beside).price_mean, {one.equilibrium.price for one in beside}
    theory_says = f"theory: {session.price(last.equilibrium.price)}" if len(goals) == 1 else "of all markets"
    found = [
        ("Efficiency", percent(whole.efficiency), "of the possible gains"),
        ("Contracts", str(session.contracts), "of the periods that count"),
        (
            f"Mean price, period {last.period}",
            session.price(mean),
            theory_says,
        ),
    ]
    known = [one for one in theory if one.agrees is not None]
    agree = sum(bool(one.agrees) for one in known)
    return [*found, ("As theory says", f"{agree} of {len(known)}", "checks below")]


def _curves(session: ReportedSession, prefix: str) -> list[Part]:
    conditions = session.conditions()
    unit = "Wh" if session.energy else "units"
    parts: list[Part] = []
    for k, periods in enumerate(conditions[:CONDITIONS_DRAWN]):
        last, words = periods[-1], condition_words(session, periods)
        many = f"; contracts of period {last.score.period}" if len(periods) > 1 else ""
        title = f"{words[0].upper()}{words[1:]}{many}"
        svg = charts.supply_and_demand(last, title, unit, _axis(session), f"{prefix}curves{k}")
        goal = last.score.equilibrium
        about = (
            f"Supply and demand, {words}. Theory: {charts.quantity_words(goal.quantity, session.energy)} at "
            f"{session.price(goal.price)}. In period {last.score.period}: {counted(len(last.contracts), 'contract')}, "
            f"mean price {session.price(last.score.price_mean)}."
        )
        parts.append(Chart(svg, about, about))
    if len(conditions) > CONDITIONS_DRAWN:
        parts.append(Sentence(f"{len(conditions) - CONDITIONS_DRAWN} more are not drawn; the table below has them."))
    return parts


def _axis(session: ReportedSession) -> charts.PriceAxis:
    return charts.PriceAxis(f"price, {printable(session.price_unit)}", session.ticks_per_unit)


def _drawn_markets(session: ReportedSession) -> Iterator[tuple[int, list[MarketPeriod], str]]:
    markets = session.score.scenario.markets
    for market in range(min(markets, MARKETS_DRAWN)):
        if periods := session.of_market(market):
            yield market, periods, f"Market {market + 1}: " if markets > 1 else ""


def _prices(session: ReportedSession, baseline: Baseline | None, prefix: str) -> list[Part]:
    parts: list[Part] = []
    for market, periods, words in _drawn_markets(session):
        band, agent = (baseline.prices, baseline.agent) if baseline else ({}, "")
        svg = charts.price_path(periods, band, agent, _axis(session), f"{prefix}path{market}")
        known = [one.score for one in periods if one.score.price_mean is not None]
        ends = (
            f"from {session.price(known[0].price_mean)} to {session.price(known[-1].price_mean)}" if known else "none"
        )
        about = f"{words}Prices of all contracts. Mean price of a period: {ends}, first to last."
        parts.append(Chart(svg, about, about))
    rows = [
        [
            *_place(session, one),
            str(one.score.quantity),
            str(one.score.equilibrium.quantity),
            session.price(one.score.price_mean),
            session.price(one.score.equilibrium.price),
            said(one.score.alpha, 1),
            said(one.score.efficiency, 3),
            *(
                [session.money(one.score.missed), session.money(one.score.extramarginal or 0)]
                if one.score.missed is not None
                else ["–", "–"]
            ),
        ]
        for one in session.periods
    ]
    head = [*_place_head(session), "quantity", "in theory", "mean price", "P0", "alpha %", "efficiency", "V", "EM"]
    parts.append(Grid("All periods in figures", head, rows, folded=True))
    note = alpha_line(session.score)
    return [*parts, Sentence(note)] if note else parts


def _place_head(session: ReportedSession) -> list[str]:
    return ["market", "period"] if session.score.scenario.markets > 1 else ["period"]


def _place(session: ReportedSession, one: MarketPeriod) -> list[str]:
    several = session.score.scenario.markets > 1
    return [str(one.score.market + 1), str(one.score.period)] if several else [str(one.score.period)]


def _efficiency(session: ReportedSession, baseline: Baseline | None, prefix: str) -> list[Part]:
    parts: list[Part] = []
    unit = session.money_unit
    for market, periods, words in _drawn_markets(session):
        band, agent = (baseline.efficiencies, baseline.agent) if baseline else ({}, "")
        svg = charts.efficiency_by_period(periods, band, agent, f"{prefix}eff{market}")
        shares = [one.score.efficiency for one in periods if one.score.efficiency is not None]
        between = f"{percent(min(shares))} to {percent(max(shares))}" if shares else "nothing to be had"
        about = f"{words}Efficiency by period: {between}."
        parts.append(Chart(svg, about, about))
        if all(one.score.missed is not None for one in periods):
            svg = charts.lost_gains(periods, printable(unit), session.ticks_per_unit, f"{prefix}lost{market}")
            missed = sum(one.score.missed or 0 for one in periods)
            beyond = sum(one.score.extramarginal or 0 for one in periods)
            about = (
                f"{words}Gains that were not made: {session.money(missed)} {unit} by units left untraded (V), "
                f"{session.money(beyond)} {unit} because units were traded in the place of better ones (EM)."
            )
            parts.append(Chart(svg, about, about))
    if baseline is not None:
        parts += [Sentence(line) for line in baseline.lines(session)]
    return parts


def _checked(theory: Sequence[Check]) -> Grid:
    words = {True: "yes", False: "no", None: "–"}
    if len(theory) > CHECKS_LISTED:
        return _counted(theory)
    rows = [[one.of, one.prediction, one.expected, one.observed, words[one.agrees]] for one in theory]
    return Grid("Predictions and observations", ["when", "theory says", "expected", "observed", "agree"], rows, "words")


def _counted(theory: Sequence[Check]) -> Grid:
    """Many checks, by prediction."""
    by: dict[str, list[bool]] = {}
    for one in theory:
        if one.agrees is not None:
            by.setdefault(one.prediction, []).append(one.agrees)
    rows = [[prediction, f"{sum(found)} of {len(found)}"] for prediction, found in by.items()]
    return Grid("Predictions and observations, all periods", ["theory says", "periods that agree"], rows, "words")


def _traders(session: ReportedSession, names: bool) -> list[Part]:
    traders = session.score.traders
    parts: list[Part] = [Grid("Who gained, by kind of trader", _KINDS_HEAD, _kinds(session))]
    if len(traders) > TRADERS_LISTED:
        return parts
    head = ["card", *(["name"] if names else []), "trader", "role", "units traded", "gained", "at P0"]
    rows = [
        [
            str(one.seat + 1),
            *([display_name(session.score.names.get(one.seat, ""), NAME_SHOWN)] if names else []),
            _who(session, one),
            one.role,
            str(session.traded_by(one.seat)),
            session.money(one.surplus),
            session.money(one.surplus_competitive),
        ]
        for one in sorted(traders, key=lambda one: (-one.surplus, one.seat))
    ]
    return [
        *parts,
        Grid(f"All traders, in {printable(session.money_unit)}, the largest gain first", head, rows, folded=True),
    ]


_KINDS_HEAD = ["trader", "role", "number", "gained, mean", "at P0, mean"]


def _kinds(session: ReportedSession) -> list[list[str]]:
    groups: dict[tuple[str, str], list[TraderScore]] = {}
    for one in session.score.traders:
        groups.setdefault((_who(session, one), one.role), []).append(one)
    return [
        [
            *kind,
            str(len(some)),
            session.money(total(one.surplus for one in some) / len(some)),
            session.money(total(one.surplus_competitive for one in some) / len(some)),
        ]
        for kind, some in sorted(groups.items())
    ]


def _who(session: ReportedSession, trader: TraderScore) -> str:
    if trader.controller == "human":
        return "person"
    agent = session.score.agents.get(trader.seat)
    return f"robot ({display_name(agent, NAME_SHOWN)})" if agent else "robot" if trader.controller else "nobody"
