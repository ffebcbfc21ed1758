"""One side of the market: the standing quote in large digits, below it the quotes that it has beaten."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.base.units import Instant, Side
from tui.model.model import Model, QuoteShown
from tui.widgets.text_line import TextLine

DIGIT_WIDTH = 3
"""Columns of one large digit."""


class Quotes(Vertical):
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

    def show(self, model: Model, now: Instant) -> None:
        """Bring the side up to date."""
        price, mine = model.standing(self.side), model.standing_mine(self.side)
        text = "–" if price is None else str(price)
        large = len(text) * DIGIT_WIDTH <= self.content_size.width
        digits = self.query_one(Digits)
        digits.display = large
        if digits.value != text:
            digits.update(text)
        self.set_class(mine, "-mine")
        last = model.quotes[self.side][-1] if price is not None and model.quotes[self.side] else None
        said = Content("nobody yet" if model.public.open else "closed") if last is None else Content(_owner(last))
        self.query_one(".whose", TextLine).set_text(said if large else Content.assemble((text, "bold"), " ", said))
        self._show_beaten(model)

    def _show_beaten(self, model: Model) -> None:
        """As many as there is room for, newest first."""
        room = max(0, self.content_size.height - 4)
        quotes = model.quotes[self.side]
        lines = [
            f"{quotes[-i].price} beaten{', yours' if quotes[-i].mine else ''}" for i in range(2, len(quotes) + 1)[:room]
        ]
        self.query_one(".beaten", TextLine).set_text(Content("\n".join(lines)))


def _owner(quote: QuoteShown) -> str:
    if quote.mine:
        return "◆ YOURS, it stands"
    return "standing" if quote.trader is None else f"standing, by T{quote.trader}"
