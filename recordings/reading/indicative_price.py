"""What a call auction of a recording would have given at an instant: a state, which no record holds, derived again."""

from p2p.institutions.call import CallAuction
from p2p.messages import Indicative, InitInst, Message, Order
from p2p.orderbook.book import Order as Resting


class IndicativePrice:
    """The orders of one market as its events tell them, and the call that they would make. Other markets have none."""

    def __init__(self, institution: str) -> None:
        self.auction = CallAuction()
        self.collects = institution == "call"

    def after(self, messages: list[Message]) -> Indicative | None:
        """Take in what a record told the market; what a call held then would give, where that may have changed."""
        changed = False
        for message in messages:
            if isinstance(message, InitInst):
                self.auction.floor.init = message
            elif isinstance(message, Order) and self.collects:
                self._order(message)
                changed = True
        return self.auction.indicative() if changed else None

    def _order(self, order: Order) -> None:
        orders = self.auction.orders
        known = orders.book.orders.get(order.order)
        if known is None:
            orders.rest(Resting(order.order, order.side == "bid", order.price, order.quantity, order.trader or 0))
        elif order.quantity > 0:
            known.quantity = order.quantity
        else:
            orders.book.cancel(order.order)
