"""The period's prices over its time: contracts, the quotes that led to them, the standing bid and ask as lines."""

from textual_plot import HiResMode

from p2p.base.units import SECOND, Instant, Price, Side
from tui.model.model import Model
from tui.model.period import Deal
from tui.widgets.price_plot import PricePlot

BID, ASK, DEAL, OWN = "#56b4e9", "#e69f00", "#ffffff", "#f0e442"
"""Colours that those who are colour-blind tell apart (Okabe and Ito); the shapes differ too."""

CHART_US = SECOND // 2
"""A running period's chart is drawn twice a second at the most: it is a third of a drawing's cost, and all history."""


def contracts(model: Model) -> str:
    """How contracts are marked: the public has none of its own, and not everybody is shown those of others."""
    shown = ["● contract"] if model.sees_contracts else []
    return "  ".join([*shown, *([] if model.seat is None else ["◆ yours"])])


class PriceChart(PricePlot, can_focus=False):
    """A chart that draws the running period from scratch whenever it has changed, from series of bounded length."""

    def __init__(self) -> None:
        super().__init__("chart")
        self._version = -1
        self._place: object = None
        self._at: Instant = 0

    def on_mount(self) -> None:
        """Leave the room to the data."""
        self.margin_top, self.margin_bottom = 0, 1
        self.border_title = "Prices by seconds of the period"

    def show(self, model: Model, now: Instant) -> None:
        """Bring the chart up to date."""
        period = model.period
        place = (model.public.period, model.public.open, self.size)
        if model.version == self._version or (place == self._place and abs(now - self._at) < CHART_US):
            return
        self._version, self._place, self._at = model.version, place, now
        self._fit_labels(model.figures.price(model.rules.price_max))
        quotes = "━ indicative" if model.own.collects else "▔ ask  ▁ bid"
        self.border_subtitle = f"{contracts(model)}  {quotes}".strip()
        self.clear()
        if period is None or not period.length_us:
            self.empty(model)
            return
        self.set_xticks(None)
        length_s = period.length_us / SECOND
        self.set_xlimits(0, length_s)
        others, own = period.others.points, period.mine.points
        scaled = model.figures.scaled
        self._scale(model, [*others, *own])
        self._quotes(model, "ask", ASK, length_s)
        self._quotes(model, "bid", BID, length_s)
        if model.indicative and model.indicative.price is not None and model.public.open:
            height = scaled(model.indicative.price)
            self.plot([0, length_s], [height, height], OWN, HiResMode.BRAILLE)
        for deals, marker, colour in ((others, "●", DEAL), (own, "◆", OWN)):
            self.scatter(
                [deal.into_us / SECOND for deal in deals], [scaled(deal.price) for deal in deals], marker, colour
            )

    def _scale(self, model: Model, deals: list[Deal]) -> None:
        prices: list[Price] = [deal.price for deal in deals]
        if model.indicative and model.indicative.price is not None:
            prices.append(model.indicative.price)
        for path in model.path.values():
            prices += [price for _, price in path.points]
        low, high = (min(prices), max(prices)) if prices else (model.rules.price_min, model.rules.price_max)
        room = model.rules.tick * (1 if model.public.resets else 5)
        self.scale(model, low - room, high + room)

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

    def _quotes(self, model: Model, side: Side, colour: str, length_s: float) -> None:
        points = model.path[side].points
        self.scatter(
            [at / SECOND for at, _ in points],
            [model.figures.scaled(price) for _, price in points],
            marker_style=colour,
            hires_mode=HiResMode.BRAILLE,
        )
        price = model.standing(side)
        if price is not None:
            height = model.figures.scaled(price)
            self.plot([0, length_s], [height, height], colour, HiResMode.BRAILLE)
