"""A score as tables that one reads in a terminal or pipes into a file."""

from rich.markup import escape
from rich.table import Table

from p2p.analysis.convergence import DISGUISED, ONE_SIDED, P0_SMALL, TUNNEL_WIDE
from p2p.analysis.market_metrics import PeriodScore, SessionScore
from p2p.base.display_name import display_name
from p2p.base.safe_text import printable
from p2p.base.units import SECOND
from recordings.reading.participants import NAME_SHOWN
from recordings.reports.parts import amounts, said, text_table
from recordings.reports.shown_units import ShownUnits, shown_units
from recordings.scoring.score import Score, TraderScore

ALPHA_WORDS = {
    TUNNEL_WIDE: "the tunnel is wider than 5 % of P0, so that prices in it deviate too",
    P0_SMALL: "P0 is small, so that small deviations are many per cent of it",
    ONE_SIDED: "a price control binds, so that prices are on one side of P0",
    DISGUISED: "a disguise was added to all prices, and alpha is without it",
}


def periods_table(score: Score) -> Table:
    """Each market's periods, and the session as a whole; prices as people write them."""
    units = shown_units(score.scenario)
    table = text_table(
        f"{escape(printable(score.scenario.title))}, prices in {escape(printable(units.price_unit))}",
        _period_head(score),
        amounts(score),
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
            units.rate(one.price_mean),
            units.rate(goal.price),
            _alpha(one),
            said(one.efficiency, 3),
        )
    whole = score.whole
    table.add_section()
    table.add_row(
        "all",
        str(whole.quantity),
        "",
        units.rate(whole.price_mean),
        "",
        _alpha(whole),
        said(whole.efficiency, 3),
    )
    return table


def _period_head(score: Score) -> str:
    return "market, period" if score.scenario.markets > 1 else "period"


def _period(score: Score, one: PeriodScore) -> str:
    return f"{one.market}, {one.period}" if score.scenario.markets > 1 else str(one.period)


def _alpha(one: PeriodScore | SessionScore) -> str:
    """Alpha, with a mark where a note belongs to it."""
    return said(one.alpha, 1) + ("*" if one.alpha_note and one.alpha is not None else "")


def convergence_table(score: Score) -> Table:
    """How near prices are to equilibrium, in money beside alpha; a price inside the tunnel deviates from it by 0."""
    units = shown_units(score.scenario)
    table = text_table(
        f"Deviation of prices, root mean square, in {escape(printable(units.price_unit))}",
        _period_head(score),
        "tunnel",
        "alpha %",
        "from P0",
        "from tunnel",
        f"{amounts(score)} in tunnel",
    )
    for one in score.periods:
        low, high = one.equilibrium.price_low, one.equilibrium.price_high
        table.add_row(_period(score, one), _tunnel(units, low, high), *_deviations(one, units))
    table.add_section()
    table.add_row("all", "", *_deviations(score.whole, units))
    return table


def _tunnel(units: ShownUnits, low: int | None, high: int | None) -> str:
    """The prices between which supply and demand meet."""
    return "–" if low is None else f"{units.rate(low, 0)}–{units.rate(high, 0)}"


def _deviations(one: PeriodScore | SessionScore, units: ShownUnits) -> list[str]:
    share = "–" if one.share_in_tunnel is None else f"{100 * one.share_in_tunnel:.0f} %"
    return [_alpha(one), units.rate(one.rmsd), units.rate(one.rmsd_tunnel), share]


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


def void_line(score: Score) -> str:
    """The periods that the experimenter has voided; empty where there are none."""
    if not score.void:
        return ""
    listed = ", ".join(map(str, score.void))
    are = "Period {} is" if len(score.void) == 1 else "Periods {} are"
    return f"{are.format(listed)} void by the experimenter's act: in no figure here, and not paid."


def controls_line(score: Score) -> str:
    """The surplus within price controls and taxes; empty where there are none."""
    whole, units, lines = score.whole, shown_units(score.scenario), []
    if whole.control_binds:
        within, random = said(whole.efficiency_attainable, 3), said(whole.efficiency_random_rationing, 3)
        lines.append(
            f"A price control binds in {whole.control_binds} of {len(score.periods)} periods: efficiency within it "
            f"{within}; random rationing would leave {random} of the free market's surplus. P0 is the control there."
        )
    if whole.revenue:
        lines.append(
            f"Of the surplus {units.amount(whole.surplus_traders)} are the traders' and "
            f"{units.amount(whole.revenue)} the revenue of charges."
        )
    if whole.deadweight_loss:
        lines.append(
            f"At best controls and taxes cost {units.amount(whole.deadweight_loss)} of "
            f"{units.amount(whole.surplus_max)}."
        )
    return "\n".join(lines)


def traders_table(score: Score) -> Table:
    """Each seat's gain, beside its gain at the competitive price, and the pay of people."""
    units = shown_units(score.scenario)
    unit, per_unit = units.money_unit, units.money
    named = ["name"] if score.names else []
    columns = ["seat", *named, "who", "role", "gained", "at equilibrium", "difference"]
    taken = any(trader.stand_in_s or trader.unpaid for trader in score.traders)
    columns += ["a robot's for", "unpaid", "to be paid"] if taken else []
    columns.append("card")
    table = text_table(f"Surplus in {escape(printable(unit))}", *columns)
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
            str(trader.seat + 1),
        )
    return table


def _who(score: Score, trader: TraderScore) -> str:
    """A person, or a robot and which agent it is."""
    agent = score.agents.get(trader.seat) if trader.controller == "robot" else None
    return f"robot ({escape(display_name(agent, NAME_SHOWN))})" if agent else trader.controller or "–"
