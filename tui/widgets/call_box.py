"""The call that is to come: how long orders are collected yet, what it would give now; and the calls that were held."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.information.view_state import ViewState
from p2p.messages import Called
from p2p.scenario.overrides import SEES_CONTRACTS
from tui.model.number_format import number_format
from tui.text.phrases import clock
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

LINES = 8
"""With fewer the indicative price is written small."""


class CallBox(Part, Vertical):
    """Countdown, indicative price and volume, calls held."""

    def __init__(self) -> None:
        super().__init__(id="call", classes="panel")

    def compose(self) -> ComposeResult:
        """From the one to come to those that were."""
        yield TextLine(classes="countdown")
        yield TextLine(classes="would")
        yield Digits("", classes="standing")
        yield TextLine(classes="volume")
        yield TextLine(classes="mine")
        yield TextLine(classes="held")

    def show(self, view: ViewState) -> None:
        """Draw the call as of this view."""
        at = view.clock
        self.border_title = f"Call {min(at.held + 1, at.calls)} of {at.calls}" if at.calls > 1 else "Call"
        width = self.content_size.width
        self.query_one(".countdown", TextLine).set_text(Content.styled(countdown(view, width), "bold"))
        self._show_indicative(view)
        self.query_one(".mine", TextLine).set_text(Content.styled(own_fate(view), "bold"))
        room = max(1, self.content_size.height - (7 if self.query_one(Digits).display else 3))
        held = [called_words(view, called) for called in reversed(view.calls[-room:])]
        self.query_one(".held", TextLine).set_text(Content.styled("\n".join(held), "dim"))

    def _show_indicative(self, view: ViewState) -> None:
        """What a call held now would give, where that is shown."""
        would, shown = view.indicative, view.rules.information in SEES_CONTRACTS
        price = None if would is None or not view.clock.open else would.price
        text = "–" if price is None else number_format(view.rules).price(price)
        digits = self.query_one(Digits)
        digits.display = shown and price is not None and self.content_size.height >= LINES
        self.query_one(".would", TextLine).display = self.query_one(".volume", TextLine).display = digits.display
        if digits.value != text:
            digits.update(text)
        self.query_one(".would", TextLine).set_text(Content("If called now:"))
        much = "" if would is None else number_format(view.rules).quantity(would.quantity)
        self.query_one(".volume", TextLine).set_text(Content(much))
        if digits.display:
            return
        if not view.clock.open:
            said = ""
        elif not shown:
            said = "orders are hidden"
        elif would is None or price is None:
            said = "If called now: no trade"
        else:
            said = f"If called now: {text}, {much}"
        line = self.query_one(".would", TextLine)
        line.display = True
        line.set_text(Content(said))


def countdown(view: ViewState, width: int) -> str:
    """How long until the call, in time and as a bar that fills up to it."""
    left_us, period, at = view.clock.call_left_us, view.period, view.clock
    if left_us is None or period is None:
        return "closed"
    said = f"call in {clock(left_us)} "
    whole_us = max(1, period.length_us // max(1, at.calls))
    cells = max(0, width - len(said))
    done = min(cells, max(0, cells * (whole_us - left_us) // whole_us))
    return said + "━" * done + "─" * (cells - done)


def own_fate(view: ViewState) -> str:
    """Whether one's own orders would trade in a call held now, where its one price is shown."""
    own, would = view.own.orders, view.indicative
    if not own or not view.clock.open or view.rules.information not in SEES_CONTRACTS:
        return ""
    if would is None or would.price is None:
        return "no trade yet" if len(own) > 1 else f"your {own[0].side}: no trade yet"
    price, trade, edge = would.price, 0, 0
    for order in own:
        edge += order.price == price
        trade += order.price > price if order.side == "bid" else order.price < price
    if len(own) == 1:
        return f"your {own[0].side}{' would trade' if trade else ' may trade' if edge else ': no trade yet'}"
    return f"{trade + edge} of your {len(own)} would trade"


def called_words(view: ViewState, called: Called) -> str:
    """A call that was held, in a line."""
    many = view.clock.calls > 1
    if view.rules.information not in SEES_CONTRACTS:
        return f"call {called.call} held" if many else "held"
    before = f"{called.call}. " if many else "held: "
    if not called.quantity:
        return f"{before}nothing traded"
    price = "asks' prices" if called.price is None else number_format(view.rules).price(called.price)
    return f"{before}{price} × {called.quantity}"
