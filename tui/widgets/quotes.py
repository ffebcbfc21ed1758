"""One side of the market: the standing quote in large digits, below it the quotes that it has beaten."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.base.units import Side
from p2p.information.view_state import QuoteShown, ViewState
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

DIGIT_WIDTH = 3
"""Columns of one large digit."""


class Quotes(Part, Vertical):
    """The bids, or the asks, since the last contract."""

    def __init__(self, side: Side) -> None:
        super().__init__(id=f"{side}s", classes="quotes panel")
        self.side = side
        self.border_title = "Ask · sellers" if side == "ask" else "Bid · buyers"

    def compose(self) -> ComposeResult:
        """The price, whose it is, and the beaten ones."""
        yield Digits("", classes="standing")
        yield TextLine(classes="whose")
        yield TextLine(classes="beaten")

    def show(self, view: ViewState) -> None:
        """Bring the side up to date."""
        price, mine = view.side(self.side).price, view.side(self.side).mine
        text = "–" if price is None else str(price)
        large = len(text) * DIGIT_WIDTH <= self.content_size.width
        digits = self.query_one(Digits)
        digits.display = large
        if digits.value != text:
            digits.update(text)
        self.set_class(mine, "-mine")
        last = view.side(self.side).quotes[-1] if price is not None and view.side(self.side).quotes else None
        said = Content("nobody yet" if view.clock.open else "closed") if last is None else Content(_owner(last))
        self.query_one(".whose", TextLine).set_text(said if large else Content.assemble((text, "bold"), " ", said))
        self._show_beaten(view)

    def _show_beaten(self, view: ViewState) -> None:
        """As many as there is room for, newest first."""
        room = max(0, self.content_size.height - 4)
        quotes = view.side(self.side).quotes
        lines = [
            f"previous {quotes[-i].price}{', yours' if quotes[-i].mine else ''}"
            for i in range(2, len(quotes) + 1)[:room]
        ]
        self.query_one(".beaten", TextLine).set_text(Content("\n".join(lines)))


def _owner(quote: QuoteShown) -> str:
    if quote.mine:
        return "◆ YOURS (current)"
    return "current" if quote.trader is None else f"current, by T{quote.trader}"
