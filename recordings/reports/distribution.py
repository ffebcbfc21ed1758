"""Lost surplus in its parts, and the distribution of the rest, as tables and sentences of a score."""

from rich.markup import escape
from rich.table import Table

from p2p.analysis.market_metrics import PeriodScore, SessionScore
from p2p.base.display_name import display_name
from p2p.base.exact_sum import total
from p2p.base.safe_text import printable
from p2p.sim.tables.estimate import VALUES_MIN
from recordings.reading.participants import NAME_SHOWN
from recordings.reports.parts import percent, said, text_table
from recordings.reports.shown_units import ShownUnits, shown_units
from recordings.scoring.people import PeopleBeside
from recordings.scoring.score import Score
from recordings.scoring.tax_burden import TaxBurden


def losses_table(score: Score) -> Table:
    """The possible gains of each period, those realised, and the two parts of the rest; the dispersion of profits."""
    units, several = shown_units(score.scenario), score.scenario.markets > 1
    head = "market, period" if several else "period"
    columns = ("possible", "realised", "missed (V)", "beyond margin (EM)", "dispersion")
    table = text_table(f"Surplus in {escape(printable(units.money_unit))}, and where the rest was lost", head, *columns)
    for one in score.periods:
        where = f"{one.market}, {one.period}" if several else str(one.period)
        table.add_row(where, *_losses(one, one.equilibrium.surplus_max, units))
    table.add_section()
    table.add_row("all", *_losses(score.whole, score.whole.surplus_max, units))
    return table


def _losses(one: PeriodScore | SessionScore, possible: int, units: ShownUnits) -> list[str]:
    amounts = (possible, one.surplus, one.missed, one.extramarginal)
    return [*(units.amount(amount) for amount in amounts), units.rate(one.dispersion)]


def holders_table(score: Score) -> Table:
    """Gains by kind of holder, beside those at equilibrium."""
    units = shown_units(score.scenario)
    unpaid = any(one.unpaid for one in score.holders)
    columns = ["traders' periods", "gained", "at equilibrium", "share", *(["a robot's, unpaid"] if unpaid else [])]
    table = text_table(f"Gains by holder, in {escape(printable(units.money_unit))}", "held by", *columns)
    for one in score.holders:
        cells = [str(one.traders), units.amount(one.surplus), units.amount(one.surplus_competitive)]
        cells += [percent(one.share), *([units.amount(one.unpaid)] if unpaid else [])]
        table.add_row(escape(display_name(one.holder, NAME_SHOWN)), *cells)
    return table


def order_line(score: Score) -> str:
    """Whether those gained most who would at equilibrium; empty where that cannot be said."""
    found = score.spearman
    if found is None or score.scenario.capabilities.trades_energy:
        return ""
    return (
        f"Traders' gains come in the order of those at equilibrium with a rank correlation (Spearman) of {found:.3f}."
    )


def imported_line(score: Score) -> str:
    """The two denominators of a published market; empty of others."""
    if score.provenance != "imported":
        return ""
    whole, ordered = said(score.whole.efficiency, 3), said(score.efficiency_ordered, 3)
    return (
        f"Imported: scored by its published contracts. They realised {whole} of the gains possible to all seats as "
        f"published, and {ordered} of those possible to the traders who ordered. Neither is the efficiency."
    )


def tax_line(score: Score, burden: TaxBurden | None) -> str:
    """The burden of the tax, beside prices without it; empty without a tax, or without such prices."""
    if burden is None:
        return ""
    units, found = shown_units(score.scenario), burden.incidence
    share = "" if found.buyers_share is None else f" ({percent(found.buyers_share, 0)} by buyers)"
    return (
        f"Of a tax of {units.rate(found.tax)} a unit buyers bear {units.rate(found.buyers)} and sellers "
        f"{units.rate(found.sellers)}{share}: mean price {units.rate(found.price_taxed)}, and "
        f"{units.rate(found.price_free)} in {burden.beside}."
    )


def people_lines(score: Score, others: list[PeopleBeside]) -> list[str]:
    """Other sessions of people: a comparison where all is the same, else their figure and the differences."""
    same = [one.score.whole.efficiency for one in others if not one.differs]
    known = [one for one in same if one is not None]
    lines, own = [], score.whole.efficiency
    if known and own is not None:
        points, above = 100 * (own - total(known) / len(known)), _rank(own, known)
        rank = f"; above {above:.0f} % of them" if len(known) >= VALUES_MIN else ""
        lines.append(f"People under the same rules ({len(known)} sessions): {points:+.1f} points{rank}.")
    for one in others:
        if one.differs:
            found = said(one.score.whole.efficiency, 3)
            lines.append(f"Not comparable, for orientation only: {one.score.name}, efficiency {found}. It differs in:")
            lines += [f"  {why}" for why in one.differs]
    return lines


def _rank(own: float, others: list[float]) -> float:
    """In what share of others it is above theirs, ties by half, in percent."""
    return 100 * total(1.0 if own > one else 0.5 if own == one else 0.0 for one in others) / len(others)
