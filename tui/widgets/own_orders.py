"""One's own orders that rest, the one that cancel and replace mean marked."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.base.units import Instant
from p2p.messages import Order, OrderId
from tui.model.model import Model
from tui.widgets.text_line import TextLine


class OwnOrders(Vertical):
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

    def order(self, model: Model) -> Order | None:
        """The order that cancel and replace mean: the picked one, or the newest."""
        orders = model.own.orders
        if self.picked not in orders:
            self.picked = None
        meant = max(orders, default=None) if self.picked is None else self.picked
        return None if meant is None else orders[meant]

    def pick(self, model: Model, step: int) -> None:
        """Mean the next older order (or, with −1, the next newer one), round and round."""
        meant = self.order(model)
        if meant is not None:
            numbers = sorted(model.own.orders, reverse=True)
            self.picked = numbers[(numbers.index(meant.order) + step) % len(numbers)]

    def show(self, model: Model, now: Instant) -> None:
        """Bring the list up to date."""
        meant = self.order(model)
        own = sorted(model.own.orders.values(), key=lambda order: -order.order)
        room = max(1, self.content_size.height - 1)
        first = 0 if meant is None else max(0, min(own.index(meant) - room // 2, len(own) - room))
        rows = [self._row(model, order, order is meant) for order in own[first : first + room]]
        nothing = Content.styled("none yet" if model.public.open else "none", "dim")
        self.query_one(".rows", TextLine).set_text(Content("\n").join(rows) if rows else nothing)
        left, figures = model.own.units_left, model.figures
        offered = f"{model.offered} of {figures.quantity(left)} offered" if own else ""
        self.query_one(".offered", TextLine).set_text(Content.styled(offered, "bold"))
        if self.picks:
            self.border_subtitle = "Tab picks ▸" if len(own) > 1 else ""

    def _row(self, model: Model, order: Order, meant: bool) -> Content:
        mark = "▸" if meant and self.picks else "◆"
        text = f"{mark} {order.side} {model.figures.price(order.price)} × {order.quantity}"
        style = "bold" if meant and self.picks else ""
        return Content.assemble((text, style), (f" #{order.order}", "dim"))
