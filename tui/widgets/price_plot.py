"""A chart of prices: its price axis fits its rows, whenever their number changes."""

from textual_plot import PlotWidget

from p2p.base.units import Price
from tui.model.model import Model
from tui.widgets.price_axis import axis

FRAME_ROWS = 2
"""Rows of a chart that are its frame's."""


class PricePlot(PlotWidget, can_focus=False):
    """What the charts of a period and of a session share. Neither is moved by hand."""

    BINDINGS = []

    def __init__(self, name_in_tcss: str) -> None:
        super().__init__(id=name_in_tcss, classes="panel", allow_pan_and_zoom=False)
        self._prices: tuple[Model, Price, Price] | None = None

    def empty(self, model: Model) -> None:
        """Nothing is to be drawn yet: the prices that may be said, and no time."""
        self.set_xticks([])
        self.scale(model, model.rules.price_min, model.rules.price_max)

    def on_resize(self) -> None:
        """Other rows, another axis."""
        if self._prices:
            self.scale(*self._prices)

    def scale(self, model: Model, low: Price, high: Price) -> None:
        """Show the prices from low to high, with labels at round ones."""
        self._prices = model, low, high
        rows = self.size.height - self.margin_top - self.margin_bottom - FRAME_ROWS
        found = axis(low, high, rows, model.rules.price_min, model.rules.price_max)
        per_unit = model.figures.per_unit
        self.set_ylimits(found.low / per_unit, found.high / per_unit)
        self.set_yticks([model.figures.scaled(price) for price in found.labels])
