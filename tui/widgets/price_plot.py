"""A chart of prices: its price axis fits its rows, whenever their number changes."""

from typing import Protocol

from numpy.typing import ArrayLike
from textual_plot import HiResMode, PlotWidget

from p2p.base.units import Price
from p2p.scenario.public_rules import PublicRules
from tui.model.number_format import number_format
from tui.widgets.colours import shaded
from tui.widgets.price_axis import axis

FRAME_ROWS = 2
"""Rows of a chart that are its frame's."""


class HasRules(Protocol):
    """A view, or the console's state: the rules say which prices there are, and how they are written."""

    @property
    def rules(self) -> PublicRules:
        """The rules of the market."""


GOAL, LIMIT = "#cc79a7", "#d55e00"
"""Colours of the competitive price and of a price control (Okabe and Ito)."""


def goal_key(shown: bool) -> str:
    """The meaning of its line, where it is drawn."""
    return f"  [{GOAL}]━[/] P0" if shown else ""


def limits_key(view: HasRules) -> str:
    """The meaning of the lines of price controls, where there are some."""
    terms = view.rules.terms
    words = [
        word for word, limit in (("ceiling", terms.price_ceiling), ("floor", terms.price_floor)) if limit is not None
    ]
    return f"  [{LIMIT}]━[/] {', '.join(words)}" if words else ""


class PricePlot(PlotWidget, can_focus=False):
    """The common parts of the charts of a period and of a session. Neither is moved by hand."""

    BINDINGS = []

    def __init__(self, name_in_tcss: str) -> None:
        super().__init__(id=name_in_tcss, classes="panel", allow_pan_and_zoom=False)
        self._prices: tuple[HasRules, Price, Price] | None = None

    def plot(
        self,
        x: ArrayLike,
        y: ArrayLike,
        line_style: str = "white",
        hires_mode: HiResMode | None = None,
        label: str | None = None,
    ) -> None:
        """Draw a line, in a colour for the screen as it is."""
        super().plot(x, y, self.shaded(line_style), hires_mode, label)

    def scatter(
        self,
        x: ArrayLike,
        y: ArrayLike,
        marker: str = "o",
        marker_style: str = "white",
        hires_mode: HiResMode | None = None,
        label: str | None = None,
    ) -> None:
        """Draw points, in a colour for the screen as it is."""
        super().scatter(x, y, marker, self.shaded(marker_style), hires_mode, label)

    def shaded(self, text: str) -> str:
        """A colour, or a text with colours in it, for the screen as it is."""
        return shaded(text, self.app.current_theme.dark)

    def empty(self, view: HasRules) -> None:
        """Nothing is to be drawn yet: the prices that may be said, and no time."""
        self.set_xticks([])
        self.scale(view, view.rules.price_min, view.rules.price_max)

    def limit_lines(self, view: HasRules, begin: float, end: float) -> None:
        """The ceiling and the floor of prices, which everybody is told, as lines across the chart."""
        terms, scaled = view.rules.terms, number_format(view.rules).scaled
        for limit in (terms.price_ceiling, terms.price_floor):
            if limit is not None:
                self.plot([begin, end], [scaled(limit), scaled(limit)], LIMIT, HiResMode.BRAILLE)

    def on_resize(self) -> None:
        """Other rows, another axis."""
        if self._prices:
            self.scale(*self._prices)

    def scale(self, view: HasRules, low: Price, high: Price) -> None:
        """Show the prices from low to high, with labels at round ones."""
        self._prices = view, low, high
        rows = self.size.height - self.margin_top - self.margin_bottom - FRAME_ROWS
        found = axis(low, high, rows, view.rules.price_min, view.rules.price_max)
        per_unit = number_format(view.rules).per_unit
        self.set_ylimits(found.low / per_unit, found.high / per_unit)
        self.set_yticks([number_format(view.rules).scaled(price) for price in found.labels])
