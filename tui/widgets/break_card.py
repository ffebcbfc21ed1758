"""The card of a break: one's own result of the period, its prices, and a large countdown to the next."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.text.period_result import own_lines, price_lines
from tui.text.phrases import between_periods, clock
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine


class BreakCard(Part, Horizontal):
    """Stands in the market's place while there is a break."""

    def __init__(self) -> None:
        super().__init__(id="break-card")
        self.display = False

    def compose(self) -> ComposeResult:
        """One's own result, the prices, the countdown."""
        with Vertical(id="break-own", classes="panel"):
            yield Digits("", id="break-gain")
            yield TextLine(id="break-trades")
        with Vertical(id="break-prices", classes="panel") as prices:
            prices.border_title = "Prices"
            yield TextLine()
        with Vertical(id="break-next", classes="panel") as following:
            following.border_title = "Next period in"
            yield Digits("", id="break-clock")
            yield TextLine(id="break-when")

    def show(self, view: ViewState) -> None:
        """Bring the card up to date."""
        period = view.period
        if period is None:
            return
        own, figures = self.query_one("#break-own"), number_format(view.rules)
        own.display = view.seat is not None
        played = f"{'Practice' if view.clock.practice else 'Period'} {period.number}"
        own.border_title = f"{played}: you earned, in {figures.money_unit}"
        prices = self.query_one("#break-prices")
        prices.border_title = "Prices" if own.display else f"{played} is over"
        _set(self.query_one("#break-gain", Digits), figures.signed(period.surplus).replace("−", "-"))
        self.query_one("#break-gain", Digits).set_class(period.surplus < 0, "-loss")
        if own.display:
            self.query_one("#break-trades", TextLine).set_text(Content("\n".join(own_lines(view, period))))
        prices.query_one(TextLine).set_text(Content("\n".join(price_lines(view, period))))
        self._show_next(view)

    def _show_next(self, view: ViewState) -> None:
        digits = self.query_one("#break-clock", Digits)
        digits.display = view.clock.left_us is not None
        _set(digits, clock(view.clock.left_us))
        periods = view.clock.periods or view.rules.periods
        when = f"{'Practice' if view.clock.practice else 'Period'} {view.clock.next_period} of {periods}"
        if view.clock.paused:
            when += "\nthe clock is stopped"
        elif view.clock.left_us is None:
            when += " starts when the experimenter says so"
        self.query_one("#break-when", TextLine).set_text(Content(when))


def in_break(view: ViewState) -> bool:
    """Whether the card is shown: not in a preview, which has the units of the next period."""
    return between_periods(view) and view.period is not None


def _set(digits: Digits, text: str) -> None:
    if digits.value != text:
        digits.update(text)
