"""The open book as a ladder: asks above, bids below, the best ones in the middle, levels with one's own marked."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.information.view_state import Level, ViewState
from tui.model.number_format import number_format
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

HEADS = Content.assemble((" BUYERS", "$bid"), ("  PRICE ", "bold"), ("SELLERS", "$ask"))
"""Above the quantities of each side, and the prices between them."""


class Ladder(Part, Vertical):
    """As many levels as there is room for; below each side's last one, how many more there are."""

    def __init__(self) -> None:
        super().__init__(id="ladder", classes="panel")

    def compose(self) -> ComposeResult:
        """One block of lines."""
        yield TextLine(classes="rungs")

    def on_mount(self) -> None:
        """Say what the columns are."""
        self.border_title = "Open orders"

    def show(self, view: ViewState) -> None:
        """Bring the ladder up to date."""
        self.border_subtitle = "" if view.seat is None else "◆ yours"
        room = max(2, self.content_size.height - 1)
        asks, bids = view.ask.levels[:room], view.bid.levels[:room]
        above = max(room // 2, room - len(bids))
        asks, bids = asks[:above], bids[: room - min(above, len(asks))]
        lines = [rung_row(view, rung, ask=True) for rung in reversed(asks)]
        lines += [rung_row(view, rung, ask=False) for rung in bids]
        if not lines:
            lines = [Content.styled(nothing(view), "dim")]
        lines.insert(0, HEADS)
        self.query_one(".rungs", TextLine).set_text(Content("\n").join(lines))


def nothing(view: ViewState) -> str:
    """Why the book is empty."""
    if view.clock.posting:
        return "offers are hidden\nuntil posting ends"
    if not view.clock.open:
        return "closed"
    return "no offers" if view.rules.capabilities.posts else "nothing in it yet"


def rung_row(view: ViewState, rung: Level, ask: bool) -> Content:
    """`     3 ◆ 205          `: bids' quantities left of the price, asks' right of it."""
    price, quantity, mine = rung.price, rung.quantity, rung.mine
    mark = "◆" if mine else " "
    sides = (" " * 7, f"{mark}{quantity:>6}") if ask else (f"{quantity:>6}{mark}", "")
    style = f"{'bold ' if mine else ''}{'$ask' if ask else '$bid'}"
    return Content.styled(f"{sides[0]} {number_format(view.rules).price(price):>5} {sides[1]}", style)
