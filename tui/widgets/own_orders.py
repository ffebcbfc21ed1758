"""One's own orders that rest, the one that cancel and replace mean marked."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.base.units import SECOND
from p2p.information.view_state import OwnOrder, ViewState
from p2p.messages import OrderId
from tui.entry.previews import profit
from tui.model.number_format import number_format
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

WIDE = 32
"""Columns in which three keys have their words."""


class OwnOrders(Part, Vertical):
    """As many as there is room for, newest first; `picked` is the number of the one that is meant."""

    def __init__(self, picks: bool) -> None:
        super().__init__(id="own-orders", classes="panel")
        self.picks = picks
        self.picked: OrderId | None = None

    def compose(self) -> ComposeResult:
        """One block of lines, and how much is offered."""
        yield TextLine(classes="rows")
        yield TextLine(classes="offered")

    def on_mount(self) -> None:
        """Say what it is."""
        self.border_title = "Your orders"

    def order(self, view: ViewState) -> OwnOrder | None:
        """The order that cancel and replace mean: the picked one, or the newest."""
        orders = view.own.orders
        picked = next((order for order in orders if order.order == self.picked), None)
        if picked is None:
            self.picked = None
        return picked or (orders[0] if orders else None)

    def pick(self, view: ViewState, step: int) -> None:
        """Mean the next older order (or, with −1, the next newer one), round and round."""
        meant = self.order(view)
        if meant is not None:
            numbers = [order.order for order in view.own.orders]
            self.picked = numbers[(numbers.index(meant.order) + step) % len(numbers)]

    def show(self, view: ViewState) -> None:
        """Bring the list up to date."""
        meant = self.order(view)
        own = view.own.orders
        room = max(1, self.content_size.height - 1)
        first = 0 if meant is None else max(0, min(own.index(meant) - room // 2, len(own) - room))
        rows = [self._row(view, order, order is meant) for order in own[first : first + room]]
        nothing = Content.styled("none yet" if view.clock.open else "none", "dim")
        self.query_one(".rows", TextLine).set_text(Content("\n").join(rows) if rows else nothing)
        left, figures = view.own.units_left, number_format(view.rules)
        offered = f"{view.own.offered} of {figures.quantity(left)} offered" if own else ""
        self.query_one(".offered", TextLine).set_text(Content.styled(offered, "bold"))
        if self.picks and view.rules.capabilities.withdraws:
            self.border_subtitle = keys_words(len(own), self.content_size.width)

    def _row(self, view: ViewState, order: OwnOrder, meant: bool) -> Content:
        mark = "▸" if meant and self.picks else "◆"
        figures = number_format(view.rules)
        text = f"{mark} {order.side} {figures.price(order.price)}{figures.times(order.quantity).replace(' ', '')}"
        style = "bold" if meant and self.picks else ""
        gain = profit(view, order.price, order.quantity)
        gained = "" if gain is None else f"  {figures.gained(gain)}"
        if gain is not None and len(text + gained) > self.content_size.width:
            gained = f"  {figures.signed(gain)}"
        left = life_left(view, order)
        if left and len(text + gained + left) > self.content_size.width:
            gained = ""
        row = Content.assemble((text, style), gained, left)
        number = Content.styled(f" #{order.order}", "dim")
        return row + number if row.cell_length + number.cell_length <= self.content_size.width else row


def life_left(view: ViewState, order: OwnOrder) -> str:
    """The rest of an order's life in whole seconds, the one that runs among them."""
    if order.ends_us is None:
        return ""
    return f" · expires in {-(-max(0, order.ends_us - view.clock.run_us) // SECOND)} s"


def keys_words(orders: int, width: int) -> str:
    """The keys for an order of one's own, where there is one; in few words where there is little room."""
    if not orders:
        return ""
    if orders == 1:
        return "c cancel · r change"
    return "c cancel · r change · Tab next" if width > WIDE else "c · r · Tab next ▸"
