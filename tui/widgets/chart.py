"""The period's prices over its time: contracts, the quotes that led to them, the standing bid and ask as lines."""

from collections.abc import Iterable

from textual_plot import HiResMode

from p2p.base.units import SECOND, Instant, Price, Side
from p2p.information.view_state import Deal, ViewState
from tui.model.number_format import number_format
from tui.widgets.part import Part
from tui.widgets.price_plot import PricePlot

BID, ASK, DEAL, OWN = "#56b4e9", "#e69f00", "#ffffff", "#f0e442"
"""Colours that those who are colour-blind tell apart (Okabe and Ito); the shapes differ too."""

CHART_US = SECOND // 2
"""A running period's chart is drawn twice a second at the most: it is a third of a drawing's cost, and all history."""


def contracts(view: ViewState) -> str:
    """How contracts are marked: the public has none of its own, and not everybody is shown those of others."""
    shown = ["● contract"] if view.sees_contracts else []
    return "  ".join([*shown, *([] if view.seat is None else ["◆ yours"])])


class PriceChart(Part, PricePlot, can_focus=False):
    """A chart that draws the running period from scratch whenever it has changed, from series of bounded length."""

    def __init__(self) -> None:
        super().__init__("chart")
        self._version = -1
        self._place: object = None
        self._at: Instant = 0

    def on_mount(self) -> None:
        """Leave the room to the data."""
        self.margin_top, self.margin_bottom = 0, 1
        self.border_title = "Prices over time (seconds)"

    def show(self, view: ViewState) -> None:
        """Bring the chart up to date."""
        period = view.period
        place = (view.clock.period, view.clock.open, self.size)
        if view.version == self._version or (place == self._place and abs(view.now - self._at) < CHART_US):
            return
        self._version, self._place, self._at = view.version, place, view.now
        self._fit_labels(number_format(view.rules).price(view.rules.price_max))
        quotes = "━ price if held now" if view.rules.capabilities.collects else "▔ ask  ▁ bid"
        self.border_subtitle = f"{contracts(view)}  {quotes}".strip()
        self.clear()
        if period is None or not period.length_us:
            self.empty(view)
            return
        self.set_xticks(None)
        length_s = period.length_us / SECOND
        self.set_xlimits(0, length_s)
        others, own = view.chart.others, view.chart.own
        scaled = number_format(view.rules).scaled
        self._scale(view, [*others, *own])
        self._quotes(view, "ask", ASK, length_s)
        self._quotes(view, "bid", BID, length_s)
        if view.indicative and view.indicative.price is not None and view.clock.open:
            height = scaled(view.indicative.price)
            self.plot([0, length_s], [height, height], OWN, HiResMode.BRAILLE)
        for deals, marker, colour in ((others, "●", DEAL), (own, "◆", OWN)):
            self.scatter(
                [deal.into_us / SECOND for deal in deals], [scaled(deal.price) for deal in deals], marker, colour
            )

    def _scale(self, view: ViewState, deals: Iterable[Deal]) -> None:
        prices: list[Price] = [deal.price for deal in deals]
        if view.indicative and view.indicative.price is not None:
            prices.append(view.indicative.price)
        prices += [price for side in (view.ask, view.bid) for _, price in side.path]
        low, high = (min(prices), max(prices)) if prices else (view.rules.price_min, view.rules.price_max)
        room = view.rules.tick * (1 if view.rules.capabilities.resets_on_contract else 5)
        self.scale(view, low - room, high + room)

    def _fit_labels(self, price_max: str) -> None:
        """Room for the longest price beside the axis; the canvases must be measured anew when it changes."""
        width = max(4, len(price_max) + 1)
        if self.margin_left != width:
            self.margin_left = width
            self.refresh(layout=True)
            self.call_after_refresh(self._measure_anew)

    def _measure_anew(self) -> None:
        """The canvases have their new size only now: what was rendered in between was measured before."""
        self.refresh(layout=True)

    def _quotes(self, view: ViewState, side: Side, colour: str, length_s: float) -> None:
        points = view.side(side).path
        self.scatter(
            [at / SECOND for at, _ in points],
            [number_format(view.rules).scaled(price) for _, price in points],
            marker_style=colour,
            hires_mode=HiResMode.BRAILLE,
        )
        price = view.side(side).price
        if price is not None:
            height = number_format(view.rules).scaled(price)
            self.plot([0, length_s], [height, height], colour, HiResMode.BRAILLE)
