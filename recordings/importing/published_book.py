"""An open book of published orders: each rests, and trades, at its own time and price."""

from msgspec.structs import replace

from p2p.base.units import ENVIRONMENT, Address, Price, Quantity, Role, Seat
from p2p.institutions.continuous import ContinuousAuction
from p2p.institutions.trading_rights import seat_of
from p2p.messages import Contract, OrderId
from p2p.messages.envelope import Answer, Outgoing
from p2p.orderbook.book import Order as Resting
from recordings.importing.orders import PublishedOrder


class PublishedBook(ContinuousAuction):
    """The institution of an imported market. `coming`: the published order that the next message stands for, and
    `outlives`: whether it traded later than its life would have let it.

    A contract is made by the later of its two orders. Orders leave as published: replaced by a newer one of their
    trader, with their life, or with the period. A contract whose first order had left by then is told all the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.coming: PublishedOrder | None = None
        self.outlives = False
        self._waiting: dict[int, tuple[OrderId, Seat, Price]] = {}

    def _quote(self, sender: Address, role: Role, price: Price, quantity: Quantity) -> Answer:
        return self._as_published(seat_of(sender), role, price)

    def _take(self, sender: Address, role: Role, limit: Price | None, quantity: Quantity) -> Answer:
        assert limit is not None, "a published acceptance has its price"
        return self._as_published(seat_of(sender), role, limit)

    def _as_published(self, seat: Seat, role: Role, price: Price) -> list[Outgoing]:
        order, self.coming = self.coming, None
        assert order is not None, "each message stands for a published order"
        before = self.orders.best_quotes()
        sent = [self.orders.cancel(one) for one in self.orders.orders_of(seat, role)] if self._replaces else []
        number = self.orders.new_id()
        deal = order.deal
        first = None if deal is None else self._waiting.pop(deal.number, None)
        if deal is not None and first is not None:
            sent += self._contract((number, seat, deal.price), first, role)
        else:
            if deal is not None:
                self._waiting[deal.number] = number, seat, deal.price
            lives = self.orders.lives
            lives.life_us = None if self.outlives else self.floor.terms.life_us
            sent.append(self.orders.rest(Resting(number, role == "buyer", price, 1, seat)))
        return [*sent, *self.orders.quote_changes(before)]

    @property
    def _replaces(self) -> bool:
        return self.floor.terms.replace_own

    def _contract(
        self, later: tuple[OrderId, Seat, Price], first: tuple[OrderId, Seat, Price], role: Role
    ) -> list[Outgoing]:
        """The contract of two orders, each at its trader's own price; `role`: the later one's."""
        buy, sell = (later, first) if role == "buyer" else (first, later)
        contract = Contract(
            self.floor.trade(buy[1], sell[1], 1),
            buy[2],
            "ask" if role == "buyer" else "bid",
            buy[1],
            sell[1],
            buy_order=buy[0],
            sell_order=sell[0],
        )
        if sell[2] != buy[2]:
            contract = replace(contract, seller_price=sell[2])
        sent = [Outgoing(ENVIRONMENT, contract)]
        resting = self.orders.own_order(first[1], first[0])
        if resting is not None:
            sent.append(self.orders.cancel(resting))
        return [*sent, *self.orders.trim(later[1], role), *self.orders.trim(first[1], _other(role))]


def _other(role: Role) -> Role:
    return "seller" if role == "buyer" else "buyer"
