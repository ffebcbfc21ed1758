"""A score as tables that one reads in a terminal or pipes into a file."""

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from p2p.analysis.convergence import DISGUISED, ONE_SIDED, P0_SMALL, TUNNEL_WIDE
from p2p.analysis.market_metrics import PeriodScore, SessionScore, score_session
from p2p.base.display_name import display_name
from p2p.base.exact_sum import total
from p2p.base.safe_text import printable
from p2p.base.units import SECOND
from p2p.sim.simulation.batch import SessionResult
from p2p.sim.tables.estimate import spread_of
from recordings.reading.participants import NAME_SHOWN
from recordings.scoring.score import Score, TraderScore

ALPHA_WORDS = {
    TUNNEL_WIDE: "the tunnel is wider than 5 % of P0, so that prices in it deviate too",
    P0_SMALL: "P0 is small, so that small deviations are many per cent of it",
    ONE_SIDED: "a price control binds, so that prices are on one side of P0",
    DISGUISED: "a disguise was added to all prices, and alpha is without it",
}
WIDTH = 100
"""Columns when the output is no terminal: wide enough for every table, narrow enough for a mail."""

RANGED = ("zic", "ziu", "satisficer", "optimizer", "learner", "shaver")
"""Agents that draw from the range of allowed prices, or walk over it: in a wider one they gain less."""
LATE_S, LATE_SHARE = 0.1, 0.02
"""How far a period's length may be from the scenario's and still be it: clocks and machines are a little late."""


def console() -> Console:
    """Standard output, as wide as the terminal or WIDTH where there is none."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for k, column in enumerate(columns):
        table.add_column(column, justify="left" if k == 0 else "right", min_width=max(map(len, column.split())))
    return table


def _said(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def periods_table(score: Score) -> Table:
    """Each market's periods, and the session as a whole."""
    table = _table(
        escape(printable(score.scenario.title)),
        _period_head(score),
        _amounts(score),
        "at equilibrium",
        "price mean",
        "P0",
        "alpha %",
        "efficiency",
    )
    for one in score.periods:
        goal = one.equilibrium
        table.add_row(
            _period(score, one),
            str(one.quantity),
            str(goal.quantity),
            _said(one.price_mean, 1),
            _said(goal.price, 1),
            _alpha(one),
            _said(one.efficiency, 3),
        )
    whole = score.whole
    table.add_section()
    table.add_row(
        "all",
        str(whole.quantity),
        "",
        _said(whole.price_mean, 1),
        "",
        _alpha(whole),
        _said(whole.efficiency, 3),
    )
    return table


def _period_head(score: Score) -> str:
    return "market, period" if score.scenario.markets > 1 else "period"


def _period(score: Score, one: PeriodScore) -> str:
    return f"{one.market}, {one.period}" if score.scenario.markets > 1 else str(one.period)


def _alpha(one: PeriodScore | SessionScore) -> str:
    """Alpha, with a mark where a note belongs to it."""
    return _said(one.alpha, 1) + ("*" if one.alpha_note and one.alpha is not None else "")


def convergence_table(score: Score) -> Table:
    """How near prices are to equilibrium, in money beside alpha; a price inside the tunnel deviates from it by 0."""
    table = _table(
        "Deviation of prices, root mean square",
        _period_head(score),
        "tunnel",
        "alpha %",
        "from P0",
        "from tunnel",
        f"{_amounts(score)} in tunnel",
    )
    for one in score.periods:
        low, high = one.equilibrium.price_low, one.equilibrium.price_high
        table.add_row(_period(score, one), "–" if low is None else f"{low}–{high}", *_deviations(one))
    table.add_section()
    table.add_row("all", "", *_deviations(score.whole))
    return table


def _deviations(one: PeriodScore | SessionScore) -> list[str]:
    share = "–" if one.share_in_tunnel is None else f"{100 * one.share_in_tunnel:.0f} %"
    return [_alpha(one), _said(one.rmsd, 1), _said(one.rmsd_tunnel, 1), share]


def alpha_line(score: Score) -> str:
    """Why some alphas are to be read with care; empty where there is no reason."""
    counted = [(note, sum(note in one.alpha_note.split("; ") for one in score.periods)) for note in ALPHA_WORDS]
    said = [f"{ALPHA_WORDS[note]} ({many} of {len(score.periods)} periods)" for note, many in counted if many]
    return f"* alpha: {'; '.join(said)}." if said else ""


def gap_line(score: Score) -> str:
    """The periods in which the server's machine stood still; empty where it never did."""
    several = score.scenario.markets > 1
    stood = [
        f"{f'market {one.market}, ' if several else ''}period {one.period} ({one.gap_us / SECOND:.1f} s)"
        for one in score.periods
        if one.gap_us
    ]
    return f"The server's machine stood still, and the market was paused, in {', '.join(stood)}." if stood else ""


def controls_line(score: Score) -> str:
    """The surplus within price controls and taxes; empty where there are none."""
    whole, lines = score.whole, []
    if whole.control_binds:
        within, random = _said(whole.efficiency_attainable, 3), _said(whole.efficiency_random_rationing, 3)
        lines.append(
            f"A price control binds in {whole.control_binds} of {len(score.periods)} periods: efficiency within it "
            f"{within}; random rationing would leave {random} of the free market's surplus. P0 is the control there."
        )
    if whole.revenue:
        lines.append(
            f"Of the surplus {whole.surplus_traders} are the traders' and {whole.revenue} the revenue of charges."
        )
    if whole.deadweight_loss:
        lines.append(f"At best controls and taxes cost {whole.deadweight_loss} of {whole.surplus_max}.")
    return "\n".join(lines)


def baselines_table(score: Score, baselines: dict[str, list[SessionResult]]) -> Table:
    """The session beside robots of one kind on all seats: mean and the middle 90 % of sessions.

    First the session's efficiency less theirs, in points; then its place among them, which crowds at 99 %.
    """
    many = max((len(played) for played in baselines.values()), default=0)
    each = f"{score.scenario.activations():g} activations per trader and period"
    title = f"The same schedules, played by robots alone: {many} sessions each, {each}"
    table = _table(
        title,
        "on all seats",
        "points",
        "rank %",
        "efficiency (5–95 %)",
        "alpha % (5–95 %)",
        "price mean",
        _amounts(score),
    )
    for column in table.columns[3:5]:
        column.min_width = len("0.123 (0.100–0.200)".partition(" ")[2])
    table.add_row("this session", "", "", *_row([score.whole], len(score.periods)))
    table.add_section()
    for agent, played in baselines.items():
        periods, sessions = sum(len(one.scores) for one in played), [score_session(one.scores) for one in played]
        beside = _beside(score.whole, [one.efficiency for one in sessions if one.efficiency is not None])
        table.add_row(escape(printable(agent)), *beside, *_row(sessions, periods))
    return table


def points_line(score: Score, baselines: dict[str, list[SessionResult]]) -> str:
    """What the first two columns of the baselines say; empty without baselines."""
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
    seen_s = sorted({round(one, 1) for one in score.open_s})
    if all(abs(one - planned_s) <= max(LATE_S, LATE_SHARE * planned_s) for one in seen_s):
        return ""
    seen = f"{seen_s[0]:g} s" if len(seen_s) == 1 else f"{seen_s[0]:g} to {seen_s[-1]:g} s"
    many = score.scenario.activations()
    return f"The baselines' periods are {planned_s:g} s long ({many:g} activations); this session's were open {seen}."


def range_line(score: Score, words: Iterable[str]) -> str:
    """The baselines that depend on the range of allowed prices, which people may ignore; empty where none does."""
    rules = score.scenario.institution
    drawn = [word for word in words if word.partition("/")[0] in RANGED]
    if not drawn:
        return ""
    return (
        f"The gains of {', '.join(drawn)} depend on the range of allowed prices, here {rules.price_min} to "
        f"{rules.price_max}: in a wider one they are lower."
    )


def _row(sessions: list[SessionScore], periods: int) -> list[str]:
    efficiency = [s.efficiency for s in sessions if s.efficiency is not None]
    alpha = [s.alpha for s in sessions if s.alpha is not None]
    price = spread_of([s.price_mean for s in sessions if s.price_mean is not None])
    traded = sum(s.quantity for s in sessions) / periods if periods else 0.0
    said = []
    for values, digits in ((efficiency, 3), (alpha, 1)):
        figure = spread_of(values)
        both = f" ({_said(figure.low, digits)}–{_said(figure.high, digits)})" if figure and len(sessions) > 1 else ""
        said.append(_said(figure.mean if figure else None, digits) + both)
    return [*said, _said(price.mean if price else None, 1), f"{traded:.2f}"]


def traders_table(score: Score) -> Table:
    """Each seat's gain, beside its gain at the competitive price, and the pay of people."""
    unit, per_unit = _money(score)
    named = ["name"] if score.names else []
    columns = ["seat", *named, "who", "role", "gained", "at equilibrium", "difference"]
    taken = any(trader.stand_in_s or trader.unpaid for trader in score.traders)
    columns += ["a robot's for", "unpaid", "to be paid"] if taken else []
    table = _table(f"Surplus in {escape(printable(unit))}", *columns)
    if named:
        table.columns[1].justify = "left"
        for column in table.columns:
            column.no_wrap = column.header not in ("name", "a robot's for", "to be paid")
    for trader in score.traders:
        difference = trader.surplus - trader.surplus_competitive
        unpaid = [
            f"{trader.stand_in_s:.0f} s" if trader.stand_in_s else "",
            f"{trader.unpaid / per_unit:.6g}" if trader.unpaid else "",
            f"{(trader.surplus - trader.unpaid) / per_unit:.6g}" if trader.controller == "human" else "",
        ]
        table.add_row(
            str(trader.seat),
            *([escape(score.names.get(trader.seat, ""))] if named else []),
            _who(score, trader),
            trader.role,
            f"{trader.surplus / per_unit:.6g}",
            f"{trader.surplus_competitive / per_unit:.6g}",
            f"{difference / per_unit:+.6g}",
            *(unpaid if taken else []),
        )
    return table


def _who(score: Score, trader: TraderScore) -> str:
    """A person, or a robot and which agent it is."""
    agent = score.agents.get(trader.seat) if trader.controller == "robot" else None
    return f"robot ({escape(display_name(agent, NAME_SHOWN))})" if agent else trader.controller or "–"


def _amounts(score: Score) -> str:
    """What quantities are counted in."""
    return "Wh" if score.scenario.capabilities.trades_energy else "units"


def _money(score: Score) -> tuple[str, int]:
    """The unit in which money is shown, and how much of it is one."""
    energy = score.scenario.energy
    return (score.scenario.currency, 1) if energy is None else (energy.money_unit, energy.money_per_unit)
