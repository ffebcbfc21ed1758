"""A finished period in plain lines: one's own trades and gains, the market's prices, one's own untraded units.

Nothing in here is beyond what its viewer was shown: no competitive price, no efficiency, no value of others.
"""

from p2p.base.units import Price
from p2p.information.view_state import OwnTrade, PeriodView, ViewState
from tui.model.number_format import NumberFormat, number_format
from tui.text.phrases import counted

TRADES_LISTED = 3
"""Own trades that are said one by one; the card has few lines, and the table of results has all."""


def own_lines(view: ViewState, period: PeriodView) -> list[str]:
    """One's own trades with their gains, and the untraded units with the prices at which they could have traded."""
    figures = number_format(view.rules)
    own = period.own
    lines = [trade_words(trade, figures) for trade in own[:TRADES_LISTED]]
    more = period.own_trades - len(lines)
    if more > 0:
        rest = sum(trade.profit for trade in own[TRADES_LISTED:])
        several = f"and {counted(more, 'more trade')}"
        lines.append(f"{several}: {figures.signed(rest)}" if period.own_trades == len(own) else several)
    return [*(lines or [nothing_traded(view)]), *missed_lines(view, period)]


def nothing_traded(view: ViewState) -> str:
    """That there was no trade of one's own, or nothing to trade."""
    if not view.own.total:
        return "You had nothing to trade."
    return "You did not trade."


def trade_words(trade: OwnTrade, figures: NumberFormat) -> str:
    """`bought 1 unit at 178: gain 122`."""
    did = "bought" if trade.role == "buyer" else "sold"
    return f"{did} {figures.quantity(trade.quantity)} at {figures.price(trade.price)}: {figures.gained(trade.profit)}"


def missed_lines(view: ViewState, period: PeriodView) -> list[str]:
    """Own units that were not traded, the best one named, and whether the market had prices for it."""
    own, figures = view.own, number_format(view.rules)
    if not own.units_left or own.unit_value is None or own.role is None:
        return []
    if figures.energy:
        return [f"not traded: {figures.quantity(own.units_left)}"]
    worth = "value" if own.role == "buyer" else "cost"
    more = f", and {own.units_left - 1} more" if own.units_left > 1 else ""
    value = own.values[own.traded] if own.total == len(own.values) else own.unit_value
    line = f"not traded: {worth} {figures.price(value)}{more}"
    best = best_price(view, period)
    if best is None:
        return [line]
    gains = best < own.unit_value if own.role == "buyer" else best > own.unit_value
    end = "lowest" if own.role == "buyer" else "highest"
    verdict = "gain was possible" if gains else "no gain possible"
    return [line, f"{end} price {figures.price(best)}: {verdict}"]


def best_price(view: ViewState, period: PeriodView) -> Price | None:
    """The best price of the period for one's own side, where the market's contracts are shown."""
    if not view.sees_contracts:
        return None
    return period.price_low if view.own.role == "buyer" else period.price_high


def price_lines(view: ViewState, period: PeriodView) -> list[str]:
    """The market's contracts in numbers, where they are shown."""
    if not view.sees_contracts:
        return ["others' are", "not shown"]
    figures = number_format(view.rules)
    if not period.contracts:
        return ["no contracts"]
    lines = [counted(period.contracts, "contract")]
    if figures.many:
        lines.append(figures.quantity(period.volume))
    if period.price_mean is not None and period.price_low is not None and period.price_high is not None:
        lines += [
            f"mean     {figures.mean(period.price_mean)}",
            f"lowest   {figures.price(period.price_low)}",
            f"highest  {figures.price(period.price_high)}",
        ]
    return lines
