"""The open book as a ladder: asks above, bids below, the best ones in the middle, levels with one's own marked."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.base.units import Instant, Price, Quantity
from p2p.orderbook.book import BookSide
from tui.model.model import Model
from tui.widgets.chart import ASK, BID
from tui.widgets.text_line import TextLine

Rung = tuple[Price, Quantity, bool]
"""A price, how much rests there, and whether some of it is one's own."""


class Ladder(Vertical):
    """As many levels as there is room for; below each side's last one, how many more there are."""

    def __init__(self) -> None:
        super().__init__(id="ladder", classes="panel")

    def compose(self) -> ComposeResult:
        """One block of lines."""
        yield TextLine(classes="rungs")

    def on_mount(self) -> None:
        """Say what the columns are."""
        self.border_title = "Book: buy·price·sell"

    def show(self, model: Model, now: Instant) -> None:
        """Bring the ladder up to date."""
        self.border_subtitle = "" if model.seat is None else "◆ yours"
        room = max(2, self.content_size.height)
        book = model.public.book
        asks, bids = rungs(book.asks, model, room), rungs(book.bids, model, room)
        above = max(room // 2, room - len(bids))
        asks, bids = asks[:above], bids[: room - min(above, len(asks))]
        lines = [rung_row(model, rung, ask=True) for rung in reversed(asks)]
        lines += [rung_row(model, rung, ask=False) for rung in bids]
        if not lines:
            lines = [Content.styled(nothing(model), "dim")]
        self.query_one(".rungs", TextLine).set_text(Content("\n").join(lines))


def nothing(model: Model) -> str:
    """Why the book is empty."""
    if model.public.clock.posting:
        return "offers are hidden\nuntil posting ends"
    if not model.public.open:
        return "closed"
    return "no offers" if model.rules.capabilities.posts else "nothing in it yet"


def rungs(side: BookSide, model: Model, most: int) -> list[Rung]:
    """The best levels of a side."""
    own = model.own.orders
    levels = []
    for level in side.by_level():
        orders = [order for order in level.orders[level.first :] if order.quantity > 0]
        mine = any(order.order_id in own for order in orders)
        levels.append((int(level.price), sum(int(order.quantity) for order in orders), mine))
        if len(levels) == most:
            break
    return levels


def rung_row(model: Model, rung: Rung, ask: bool) -> Content:
    """`     3 ◆ 205          `: bids' quantities left of the price, asks' right of it."""
    price, quantity, mine = rung
    mark = "◆" if mine else " "
    sides = (" " * 7, f"{mark}{quantity:>6}") if ask else (f"{quantity:>6}{mark}", "")
    style = f"bold {ASK if ask else BID}" if mine else ASK if ask else BID
    return Content.styled(f"{sides[0]} {model.figures.price(price):>5} {sides[1]}", style)
