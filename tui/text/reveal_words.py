"""A period's result in words, for a wall: P0 beside the mean price, traded units beside possible ones, efficiency."""

from textual.content import Content

from p2p.protocol.market_figures import MarketFigures
from p2p.protocol.reveal import Reveal
from tui.model.number_format import NumberFormat


def result_lines(found: MarketFigures, figures: NumberFormat) -> list[str]:
    """The result of a period in two lines: predicted and traded quantity and price, then efficiency and alpha."""
    done = found.so_far
    p0 = "none" if found.price is None else f"{found.price / figures.per_unit:g}"
    mean = "–" if done is None or done.price_mean is None else figures.mean(done.price_mean)
    traded = 0 if done is None else done.volume
    alpha = "–" if done is None or done.alpha is None else f"{done.alpha:.1f} %"
    share = None if done is None else done.efficiency
    return [
        f"P0 {p0}, {figures.quantity(found.quantity)} (green) · traded {traded}, mean {mean}",
        f"efficiency {percent(share)} · alpha {alpha}",
    ]


def percent(share: float | None) -> str:
    """A share in percent."""
    return "–" if share is None else f"{100 * share:.0f} %"


def efficiencies(reveal: Reveal, market: int, marked: int) -> Content:
    """A market's efficiency by period, the period on the chart in bold."""
    where = "" if reveal.markets == 1 else f"Market {market + 1} · "
    parts: list[Content] = []
    for number in reveal.periods_of(market):
        found = reveal.of(market, number)
        share = found.so_far.efficiency if found and found.so_far else None
        parts.append(Content.styled(f"{number}: {percent(share)}", "bold reverse" if number == marked else ""))
    return Content(f"{where}efficiency by period  ") + Content("  ").join(parts)


def efficiency_of_all(reveal: Reveal, market: int) -> float | None:
    """The gains of all told periods of a market, of the possible ones."""
    found = [one for one in reveal.figures if one.market == market]
    possible = sum(one.surplus_max for one in found)
    return sum(one.surplus for one in found) / possible if possible else None
