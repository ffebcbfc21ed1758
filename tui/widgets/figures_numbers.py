"""The figures of a market in words: P0, contracts, efficiency, alpha, units missed, and the periods before."""

from textual.content import Content

from p2p.base.safe_text import printable
from p2p.information.console_state import ConsoleState
from p2p.protocol.market_figures import MarketFigures, PeriodFigures
from tui.model.number_format import number_format
from tui.widgets.console_part import ConsolePart
from tui.widgets.text_line import TextLine


class FiguresNumbers(ConsolePart, TextLine):
    """Two lines above the charts."""

    def __init__(self) -> None:
        super().__init__(id="figures-numbers")

    def show(self, state: ConsoleState) -> None:
        """Bring the numbers up to date."""
        where = f"Market {state.market + 1} of {state.markets} (Tab: next) · " if state.markets > 1 else ""
        where += f"{printable(state.arm)} · " if state.arm else ""
        found = state.figures
        if found is None or not found.period:
            self.set_text(Content.styled(f"{where}No period yet: supply and demand come with the first.", "bold"))
            return
        lines = [Content.styled(where + now_words(state, found), "bold")]
        if found.finished:
            lines.append(Content.styled(before_words(found, self.content_size.width), "dim"))
        self.set_text(Content("\n").join(lines))


def now_words(state: ConsoleState, found: MarketFigures) -> str:
    """The period that runs, or ran last."""
    figures = number_format(state.rules)
    p0 = "none" if found.price is None else f"{found.price / figures.per_unit:g}"
    so_far = found.so_far
    parts = [f"P0 {p0} × {found.quantity}", f"{found.so_far.volume if found.so_far else 0} traded"]
    if so_far:
        parts += [f"efficiency {percent(so_far.efficiency)}", f"alpha {alpha(so_far.alpha)}"]
    missed = max(found.missed_buyers, found.missed_sellers)
    parts.append(f"missed {missed} of {figures.quantity(found.gainful)}")
    return " · ".join(parts)


def before_words(found: MarketFigures, width: int) -> str:
    """Efficiency and alpha of the periods before, the last ones, as many as there is room for."""
    told = [_period(one) for one in found.finished]
    while len(told) > 1 and len(_earlier(told)) > width:
        told = told[1:]
    return _earlier(told)


def _earlier(told: list[str]) -> str:
    return f"Earlier (efficiency, alpha): {' · '.join(told)}"


def _period(one: PeriodFigures) -> str:
    return f"{one.period}: {percent(one.efficiency)}, {alpha(one.alpha)}"


def percent(share: float | None) -> str:
    """A share in percent."""
    return "–" if share is None else f"{100 * share:.0f} %"


def alpha(value: float | None) -> str:
    """Smith's alpha, in percent."""
    return "–" if value is None else f"{value:.1f} %"
