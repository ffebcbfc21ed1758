"""The call that is to come: how long orders are collected yet, what it would give now; and the calls that were held."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.information.view_state import ViewState
from p2p.messages import Called
from tui.model.number_format import number_format
from tui.text.phrases import clock
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

LINES = 7
"""With fewer the indicative price is written small."""


class CallBox(Part, Vertical):
    """Countdown, indicative price and volume, calls held."""

    def __init__(self) -> None:
        super().__init__(id="call", classes="panel")

    def compose(self) -> ComposeResult:
        """From the one to come to those that were."""
        yield TextLine(classes="countdown")
        yield Digits("", classes="standing")
        yield TextLine(classes="volume")
        yield TextLine(classes="held")

    def show(self, view: ViewState) -> None:
        """Draw the call as of this view."""
        at = view.clock
        self.border_title = f"Call {min(at.held + 1, at.calls)} of {at.calls}" if at.calls > 1 else "Call"
        left = at.call_left_us
        countdown = "closed" if left is None else f"held in {clock(left)}"
        self.query_one(".countdown", TextLine).set_text(Content.styled(countdown, "bold"))
        self._show_indicative(view)
        room = max(1, self.content_size.height - (5 if self.query_one(Digits).display else 2))
        held = [called_words(view, called) for called in reversed(view.calls[-room:])]
        self.query_one(".held", TextLine).set_text(Content.styled("\n".join(held), "dim"))

    def _show_indicative(self, view: ViewState) -> None:
        """What a call held now would give, where that is shown."""
        would, shown = view.indicative, view.rules.information != "quotes"
        price = None if would is None or not view.clock.open else would.price
        text = "–" if price is None else number_format(view.rules).price(price)
        digits = self.query_one(Digits)
        digits.display = shown and price is not None and self.content_size.height >= LINES
        if digits.value != text:
            digits.update(text)
        when = "if held now:" if digits.display else f"if now: {text},"
        if not view.clock.open:
            volume = ""
        elif not shown:
            volume = "orders are hidden"
        elif would is None or price is None:
            volume = "nothing trades yet"
        else:
            volume = f"{when} {number_format(view.rules).quantity(would.quantity)}"
        self.query_one(".volume", TextLine).set_text(Content(volume))


def called_words(view: ViewState, called: Called) -> str:
    """A call that was held, in a line."""
    many = view.clock.calls > 1
    if view.rules.information == "quotes":
        return f"{called.call}. held" if many else "held"
    before = f"{called.call}. " if many else "held: "
    if not called.quantity:
        return f"{before}nothing traded"
    price = "asks' prices" if called.price is None else number_format(view.rules).price(called.price)
    return f"{before}{price} × {called.quantity}"
