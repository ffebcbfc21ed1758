"""The best bid and the best ask with their quantities: all that the poorer information sets show of an open book."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.base.units import Side
from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

LINES = 8
"""Two large prices with a line each; with less room they are written small."""


class BestQuotes(Part, Vertical):
    """The ask above, the bid below."""

    def __init__(self, beside_book: bool = False) -> None:
        super().__init__(id="bests", classes="panel -beside-book" if beside_book else "panel")
        self.border_title = "Best ask, best bid"

    def compose(self) -> ComposeResult:
        """Price and words of each."""
        for side in ("ask", "bid"):
            yield Digits("", id=f"best-{side}", classes="standing")
            yield TextLine(id=f"words-{side}")

    def show(self, view: ViewState) -> None:
        """Bring both up to date."""
        large = self.content_size.height >= LINES
        sides: tuple[Side, Side] = ("ask", "bid")
        for side in sides:
            price = view.side(side).price
            text = "–" if price is None else number_format(view.rules).price(price)
            digits = self.query_one(f"#best-{side}", Digits)
            digits.display = large
            if digits.value != text:
                digits.update(text)
            small = Content("") if large else Content.styled(f"{side} {text}  ", "bold")
            self.query_one(f"#words-{side}", TextLine).set_text(small + Content(words(view, side)))


def words(view: ViewState, side: Side) -> str:
    """How much there is at the best price, and whether it is one's own."""
    shown = view.side(side)
    if shown.price is None and view.rules.capabilities.posts and view.clock.open:
        return "nobody bids here" if side == "bid" else "hidden" if view.clock.posting else "no offers"
    if shown.price is None:
        return f"no {side}" if view.clock.open else "closed"
    mine = any(order.side == side and order.price == shown.price for order in view.own.orders)
    return f"{side}, {number_format(view.rules).quantity(shown.quantity)}{' ◆ yours' if mine else ''}"
