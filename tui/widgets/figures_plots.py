"""The experimenter's two charts of a market: supply and demand with the contracts over them; prices over time with P0.

They are drawn twice a second at the most, and only where something has changed.
"""

from collections.abc import Iterable

from textual_plot import HiResMode

from p2p.base.units import SECOND, Instant, Price
from p2p.information.console_state import ConsoleState
from p2p.messages import Step
from p2p.protocol.market_figures import MarketFigures
from tui.model.number_format import number_format
from tui.widgets.chart import ASK, BID, DEAL
from tui.widgets.console_part import ConsolePart
from tui.widgets.price_plot import HasRules, PricePlot

P0_COLOUR = "#009e73"
"""The competitive price (Okabe and Ito's green)."""
DISCS_MAX = 80
"""Contracts that are drawn as discs: more of them would cover a chart of fifty columns."""
DRAWN_US = SECOND // 2
"""Between two drawings: the figures come no faster."""


class _FiguresPlot(ConsolePart, PricePlot, can_focus=False):
    """What both charts share: when they are drawn, their price axis."""

    def __init__(self, name_in_tcss: str) -> None:
        super().__init__(name_in_tcss)
        self._shown: tuple[MarketFigures | None, object] | None = None
        self._at: Instant = 0

    def on_mount(self) -> None:
        """Leave the room to the data."""
        self.margin_top, self.margin_bottom, self.margin_left = 0, 1, 7

    def show(self, state: ConsoleState) -> None:
        """Bring the chart up to date."""
        shown = (state.figures, self.size)
        if shown == self._shown or (
            self._shown is not None and self._shown[1] == self.size and abs(state.now - self._at) < DRAWN_US
        ):
            return
        self._shown, self._at = shown, state.now
        self.draw_market(state, state.figures)

    def draw_market(self, state: HasRules, found: MarketFigures | None) -> None:
        """Draw a market's figures, on a chart that is emptied first."""
        self.clear()
        if found is None or not found.period:
            self.border_subtitle = "no period yet"
            self.set_xticks([])
            self.scale(state, state.rules.price_min, state.rules.price_max)
            return
        self.set_xticks(None)
        self.draw_figures(state, found)

    def draw_figures(self, state: HasRules, found: MarketFigures) -> None:
        """Draw a market's figures on the empty chart."""
        raise NotImplementedError

    def fit(self, state: HasRules, prices: Iterable[Price]) -> None:
        """The price axis round some prices."""
        held = list(prices)
        tick = state.rules.tick
        self.scale(state, max(state.rules.price_min, min(held) - tick), min(state.rules.price_max, max(held) + tick))

    def contracts_at(self, across: list[float], state: HasRules, found: MarketFigures) -> None:
        """A disc for each contract; dots where discs would hide the curves."""
        prices = [number_format(state.rules).scaled(point.price) for point in found.points]
        if len(prices) <= DISCS_MAX:
            self.scatter(across, prices, "●", DEAL)
        else:
            self.scatter(across, prices, marker_style=DEAL, hires_mode=HiResMode.BRAILLE)

    def p0(self, state: HasRules, found: MarketFigures, length: float) -> None:
        """The competitive price as a line."""
        if found.price is not None:
            height = found.price / number_format(state.rules).per_unit
            self.plot([0, length], [height, height], P0_COLOUR, HiResMode.BRAILLE)


class SupplyDemandPlot(_FiguresPlot, can_focus=False):
    """Both schedules as steps, and each contract over the units that it has used, in order."""

    def __init__(self) -> None:
        super().__init__("supply-demand")
        self.border_title = "Supply and demand"

    def draw_figures(self, state: HasRules, found: MarketFigures) -> None:
        """Draw a market's figures on the empty chart."""
        scaled = number_format(state.rules).scaled
        self.border_title = f"Supply and demand ({'Wh' if state.rules.energy else 'units'})"
        last = found.points[-1].before + found.points[-1].quantity if found.points else 0
        units = max(sum(step.quantity for step in found.demand), sum(step.quantity for step in found.supply), last, 1)
        self.set_xlimits(0, units)
        self.limit_lines(state, 0, units)
        self.p0(state, found, units)
        for steps, colour in ((found.demand, BID), (found.supply, ASK)):
            across, up = staircase(steps)
            self.plot(across, [scaled(price) for price in up], colour, HiResMode.BRAILLE)
        self.contracts_at([point.before + point.quantity / 2 for point in found.points], state, found)
        values = [step.value for step in (*found.demand, *found.supply)]
        self.fit(state, [*values, *(point.price for point in found.points)] or [state.rules.price_min])
        taxed = " · after taxes" if found.taxed else ""
        self.border_subtitle = f"blue demand · orange supply{taxed}"


class PricePathPlot(_FiguresPlot, can_focus=False):
    """Contract prices over the period's time, and P0."""

    def __init__(self) -> None:
        super().__init__("price-path")
        self.border_title = "Price path (seconds)"

    def draw_figures(self, state: HasRules, found: MarketFigures) -> None:
        """Draw a market's figures on the empty chart."""
        length_s = max(1.0, found.length_us / SECOND)
        self.set_xlimits(0, length_s)
        self.p0(state, found, length_s)
        self.contracts_at([one.into_us / SECOND for one in found.points], state, found)
        prices = [point.price for point in found.points]
        if found.price_low is not None and found.price_high is not None:
            prices += [found.price_low, found.price_high]
        self.fit(state, prices or [state.rules.price_min, state.rules.price_max])
        self.border_subtitle = "● contract · green P0"


def staircase(steps: Iterable[Step]) -> tuple[list[float], list[Price]]:
    """The corners of steps: units across, value or cost up."""
    across: list[float] = []
    up: list[Price] = []
    before = 0
    for step in steps:
        across += [before, before + step.quantity]
        up += [step.value, step.value]
        before += step.quantity
    return across, up
