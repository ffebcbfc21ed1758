"""The period's prices over its time: contracts, and the bid and ask as steps, as long as they stood."""

from textual_hires_canvas import Canvas
from textual_plot import HiResMode

from p2p.base.units import SECOND, Duration, Instant, Price
from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.widgets.part import Part
from tui.widgets.price_plot import GOAL, PricePlot, goal_key, limits_key
from tui.widgets.quote_steps import Cell, Frame, cells, limits, steps

BID, ASK, DEAL, OWN = "#56b4e9", "#e69f00", "#ffffff", "#f0e442"
"""Colours that those who are colour-blind tell apart (Okabe and Ito); the shapes differ too."""

QUOTES = f"[{ASK}]━[/] ask  [{BID}]━[/] bid"
"""The legend of the chart's lines."""
BEYOND = 1.03
"""The axis goes on beyond a period's end by so much: a call at the end is a point inside the frame."""
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
        self._view: ViewState | None = None
        self.goal: float | None = None
        """The competitive price of the period: of a recording only."""

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
        self._version, self._place, self._at, self._view = view.version, place, view.now, view
        self._fit_labels(number_format(view.rules).price(view.rules.price_max))
        quotes = "━ if called now" if view.rules.capabilities.collects else QUOTES
        key = f"{contracts(view)}  {quotes}{goal_key(self.goal is not None)}{limits_key(view)}"
        self.border_subtitle = self.shaded(key.strip())
        self.clear()
        if period is None or not period.length_us:
            self.empty(view)
            return
        self.set_xticks(None)
        length_s = period.length_us / SECOND
        self.set_xlimits(0, length_s * BEYOND)
        others, own = view.chart.others, view.chart.own
        scaled = number_format(view.rules).scaled
        self._scale(view)
        self.limit_lines(view, 0, length_s * BEYOND)
        if self.goal is not None:
            height = self.goal / number_format(view.rules).per_unit
            self.plot([0, length_s * BEYOND], [height, height], GOAL, HiResMode.BRAILLE)
        if view.indicative and view.indicative.price is not None and view.clock.open:
            height = scaled(view.indicative.price)
            self.plot([0, length_s * BEYOND], [height, height], OWN, HiResMode.BRAILLE)
        for deals, marker, colour in ((others, "●", DEAL), (own, "◆", OWN)):
            self.scatter(
                [deal.into_us / SECOND for deal in deals], [scaled(deal.price) for deal in deals], marker, colour
            )

    def draw_anew(self) -> None:
        """The screen has other colours: all is drawn again with the next view."""
        self._version = -1

    def _scale(self, view: ViewState) -> None:
        period = view.period
        contracts: list[Price] = [deal.price for deal in (*view.chart.others, *view.chart.own)]
        if view.indicative and view.indicative.price is not None:
            contracts.append(view.indicative.price)
        if self.goal is not None:
            contracts.append(round(self.goal))
        now_us = into_period(view)
        gone = [*steps(view.bid, now_us), *steps(view.ask, now_us)]
        standing = [price for price in (view.bid.price, view.ask.price) if price is not None]
        value = None if view.rules.energy else view.own.unit_value
        found = limits(contracts, standing, gone, period.length_us if period else 0, value)
        low, high = found or (view.rules.price_min, view.rules.price_max)
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

    def _render_plot(self) -> None:
        """Contracts lie on top of the quotes: those are drawn last, into the cells that are empty yet."""
        super()._render_plot()
        view = self._view
        if view is None or view.period is None or not view.period.length_us or view.collects:
            return
        area, canvas = self._scale_rectangle, self.query_one("#plot", Canvas)
        if area.width < 1 or area.height < 1:
            return
        per_unit, now_us = number_format(view.rules).per_unit, into_period(view)
        low, high = self._y_min * per_unit, self._y_max * per_unit
        shown_us = round(view.period.length_us * BEYOND)
        frame = Frame(area.width, area.height, shown_us, low, high, now_us)
        for cell in cells(steps(view.bid, now_us), steps(view.ask, now_us), frame):
            column, row = area.x + cell.column, area.y + cell.row
            if canvas.get_pixel(column, row)[0] == " ":
                canvas.set_pixel(column, row, cell.sign, self.shaded(colours(cell)))


def colours(cell: Cell) -> str:
    """The colour of a cell's side."""
    return ASK if cell.side == "ask" else BID


def into_period(view: ViewState) -> Duration:
    """How far into the period it is now, or its whole length once it is over."""
    period, left_us = view.period, view.clock.left_us
    if period is None:
        return 0
    return max(0, period.length_us - left_us) if view.clock.open and left_us is not None else period.length_us
