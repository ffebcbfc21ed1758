"""The call that is to come: how long orders are collected yet, what it would give now; and the calls that were held."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.base.units import Instant
from p2p.messages import Called
from tui.model.model import Model
from tui.text.phrases import clock
from tui.widgets.text_line import TextLine

LINES = 7
"""With fewer the indicative price is written small."""


class CallBox(Vertical):
    """Countdown, indicative price and volume, calls held."""

    def __init__(self) -> None:
        super().__init__(id="call", classes="panel")

    def compose(self) -> ComposeResult:
        """From the one to come to those that were."""
        yield TextLine(classes="countdown")
        yield Digits("", classes="standing")
        yield TextLine(classes="volume")
        yield TextLine(classes="held")

    def show(self, model: Model, now: Instant) -> None:
        """Bring it up to date."""
        at = model.public.clock
        self.border_title = f"Call {min(at.held + 1, at.calls)} of {at.calls}" if at.calls > 1 else "Call"
        left = at.call_left_us(now)
        countdown = "closed" if left is None else f"held in {clock(left)}"
        self.query_one(".countdown", TextLine).set_text(Content.styled(countdown, "bold"))
        self._show_indicative(model)
        room = max(1, self.content_size.height - (5 if self.query_one(Digits).display else 2))
        held = [called_words(model, called) for called in reversed(model.public.calls[-room:])]
        self.query_one(".held", TextLine).set_text(Content.styled("\n".join(held), "dim"))

    def _show_indicative(self, model: Model) -> None:
        """What a call held now would give, where that is shown."""
        would, shown = model.indicative, model.rules.information != "quotes"
        price = None if would is None or not model.public.open else would.price
        text = "–" if price is None else model.figures.price(price)
        digits = self.query_one(Digits)
        digits.display = shown and price is not None and self.content_size.height >= LINES
        if digits.value != text:
            digits.update(text)
        small = "" if digits.display else f"{text}: "
        if not model.public.open:
            volume = ""
        elif not shown:
            volume = "what others say is hidden"
        elif would is None or price is None:
            volume = "nothing trades yet"
        else:
            volume = f"{small}now, for {model.figures.quantity(would.quantity)}"
        self.query_one(".volume", TextLine).set_text(Content(volume))


def called_words(model: Model, called: Called) -> str:
    """A call that was held, in a line."""
    many = model.public.clock.calls > 1
    if model.rules.information == "quotes":
        return f"{called.call}. held" if many else "held"
    before = f"{called.call}. " if many else "held: "
    if not called.quantity:
        return f"{before}nothing traded"
    price = "asks' prices" if called.price is None else model.figures.price(called.price)
    return f"{before}{price} × {called.quantity}"
