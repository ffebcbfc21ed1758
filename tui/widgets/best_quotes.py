"""The best bid and the best ask with their quantities: all that the poorer information sets show of an open book."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.base.units import Instant, Side
from tui.model.model import Model
from tui.widgets.text_line import TextLine

LINES = 8
"""Two large prices with a line each; with less room they are written small."""


class BestQuotes(Vertical):
    """The ask above, the bid below."""

    def __init__(self) -> None:
        super().__init__(id="bests", classes="panel")
        self.border_title = "Best ask, best bid"

    def compose(self) -> ComposeResult:
        """Price and words of each."""
        for side in ("ask", "bid"):
            yield Digits("", id=f"best-{side}", classes="standing")
            yield TextLine(id=f"words-{side}")

    def show(self, model: Model, now: Instant) -> None:
        """Bring both up to date."""
        large = self.content_size.height >= LINES
        sides: tuple[Side, Side] = ("ask", "bid")
        for side in sides:
            price = model.standing(side)
            text = "–" if price is None else model.figures.price(price)
            digits = self.query_one(f"#best-{side}", Digits)
            digits.display = large
            if digits.value != text:
                digits.update(text)
            small = Content("") if large else Content.styled(f"{side} {text}  ", "bold")
            self.query_one(f"#words-{side}", TextLine).set_text(small + Content(words(model, side)))


def words(model: Model, side: Side) -> str:
    """How much there is at the best price, and whether it is one's own."""
    if model.rules.capabilities.posts and model.public.open and model.standing(side) is None:
        return "nobody bids here" if side == "bid" else "hidden" if model.public.clock.posting else "no offers"
    if model.standing(side) is None:
        return f"no {side}" if model.public.open else "closed"
    quantity = model.public.bid_quantity if side == "bid" else model.public.ask_quantity
    mine = any(order.side == side and order.price == model.standing(side) for order in model.own.orders.values())
    return f"{side}, {model.figures.quantity(quantity)}{' ◆ yours' if mine else ''}"
