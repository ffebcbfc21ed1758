"""One's own orders that rest, the one that cancel and replace mean marked."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.information.view_state import OwnOrder, ViewState
from p2p.messages import OrderId
from tui.model.number_format import number_format
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine


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
        if self.picks:
            self.border_subtitle = "Tab picks ▸" if len(own) > 1 else ""

    def _row(self, view: ViewState, order: OwnOrder, meant: bool) -> Content:
        mark = "▸" if meant and self.picks else "◆"
        text = f"{mark} {order.side} {number_format(view.rules).price(order.price)} × {order.quantity}"
        style = "bold" if meant and self.picks else ""
        return Content.assemble((text, style), (f" #{order.order}", "dim"))
