"""Orders that rest: the book, whose each order is, and what every trader has open. Shared by continuous and call.

A trader's open orders never exceed the quantity that the trader may still trade. A new one that would is refused. After
a contract that used other units the trader's worst orders shrink or leave.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from p2p.base.sides import ROLE_OF, SIDE_OF, better, rank
from p2p.base.units import AGENTS, Price, Quantity, Role, Seat, Side
from p2p.institutions.order_lives import OrderLives
from p2p.institutions.trading_rights import TradingRights
from p2p.messages import Ask, Bid, Message, Order, OrderId, Quote, Replace
from p2p.messages.envelope import Outgoing, Refusal
from p2p.orderbook.book import Book, BookSide
from p2p.orderbook.book import Order as Resting

ORDERS_MAX = 200
"""Orders one trader may have open at once: no screen shows more, and a book of a class stays small."""


class OpenOrders:
    """The orders of one market."""

    def __init__(self, floor: TradingRights) -> None:
        self.floor = floor
        self.book = Book()
        self.last_id: OrderId = 0
        self.open: dict[Seat, dict[OrderId, Resting]] = {}
        self.lives = OrderLives()

    def new_id(self) -> OrderId:
        """A number that no order had."""
        self.last_id += 1
        return self.last_id

    def own_order(self, seat: Seat, order_id: OrderId) -> Resting | None:
        """An open order of a trader; None for another's and for one that is not there, alike."""
        return self.open.get(seat, {}).get(order_id)

    def orders_of(self, seat: Seat, role: Role) -> list[Resting]:
        """A trader's open orders in a role, oldest number first."""
        is_buy = role == "buyer"
        return [order for order in self.open.get(seat, {}).values() if order.is_buy == is_buy]

    def committed(self, seat: Seat, role: Role) -> Quantity:
        """The sum of a trader's open quantities in a role."""
        return sum(int(order.quantity) for order in self.orders_of(seat, role))

    def refusal(self, seat: Seat, role: Role, quantity: Quantity, instead: Sequence[Resting] = ()) -> Refusal | None:
        """Why a trader may not have one more order of a quantity (in the place of others), if so."""
        if not instead and len(self.open.get(seat, {})) >= ORDERS_MAX:
            return Refusal("too_many_orders")
        committed = self.committed(seat, role) - sum(int(order.quantity) for order in instead)
        return self.floor.not_a_quantity(seat, role, quantity, committed)

    def priced(self, seat: Seat, role: Role) -> list[tuple[Price, Quantity]]:
        """A trader's open orders in a role, in the order in which they would trade."""
        own = sorted(self.orders_of(seat, role), key=_priority)
        return [(int(o.price), int(o.quantity)) for o in own]

    def resting(self, seat: Seat) -> list[tuple[OrderId, Price, Quantity]]:
        """A trader's open orders, in the order in which they would trade."""
        own = sorted(self.open.get(seat, {}).values(), key=_priority)
        return [(one.order_id, int(one.price), int(one.quantity)) for one in own]

    def with_new(
        self, seat: Seat, role: Role, price: Price, quantity: Quantity, instead: Resting | None = None
    ) -> list[tuple[Price, Quantity]]:
        """The same with a new order among them (in the place of another)."""
        both = self.priced(seat, role)
        if instead is not None:
            both.remove((int(instead.price), int(instead.quantity)))
        return sorted([*both, (price, quantity)], key=lambda one: rank(SIDE_OF[role], one[0]))

    def worst_case(self, seat: Seat, message: Message) -> list[tuple[Price, Quantity]]:
        """The commitments of a quote's sender, open orders included; empty if the quote could not rest or trade."""
        instead = self.own_order(seat, message.order) if isinstance(message, Replace) else None
        if isinstance(message, Bid | Ask):
            role: Role = "buyer" if isinstance(message, Bid) else "seller"
        elif isinstance(message, Replace) and instead is not None:
            role = ROLE_OF[instead.side]
        else:
            return []
        if self.floor.role_refusal(role, seat) or self.floor.price_refusal(message.price):
            return []
        if instead is None and self.floor.terms.replace_own:
            return [(message.price, message.quantity)]
        return self.with_new(seat, role, message.price, message.quantity, instead)

    def not_better(self, role: Role, price: Price) -> Refusal | None:
        """Where the terms have an improvement rule: why a price does not improve, if so."""
        if not self.floor.terms.improvement:
            return None
        side = SIDE_OF[role]
        best = self.book.side(side).best()
        return None if best is None or better(side, price, best.price) else Refusal("does_not_improve")

    def rest(self, order: Resting) -> Outgoing:
        """Put an order into the book without matching."""
        self.book.orders[order.order_id] = order
        self.book.side(order.side).rest(order)
        return self.keep(order)

    def keep(self, order: Resting) -> Outgoing:
        """An order rests now, and its life begins."""
        if self.lives.life_us is not None:
            self.lives.begin(order.order_id)
        self.open.setdefault(order.trader, {})[order.order_id] = order
        return self.order_event(order)

    def gone_event(self, order: Resting) -> Outgoing:
        """An order has changed or left: it is forgotten where nothing is left of it."""
        if order.quantity <= 0:
            del self.open[order.trader][order.order_id]
            if self.lives.ends:
                self.lives.ends.pop(order.order_id, None)
        return self.order_event(order)

    def cancel(self, order: Resting) -> Outgoing:
        """Take an order out."""
        self.book.cancel(order.order_id)
        return self.gone_event(order)

    def order_event(self, order: Resting) -> Outgoing:
        """An order's present state, to all who may see the book, and to its owner."""
        shown = Order(order.order_id, order.side, int(order.price), int(order.quantity), order.trader)
        if self.lives.ends:  # asked first: where none lives for seconds, each order would pay for it
            shown = replace(shown, life_us=self.lives.left_us(order.order_id))
        return Outgoing(AGENTS, shown)

    def drop_ended(self) -> list[Outgoing]:
        """The orders whose life is over leave; their owners are told so."""
        sent = []
        for number in self.lives.take_ended():
            order = self.book.orders[number]
            self.book.cancel(number)
            del self.open[order.trader][number]
            gone = Order(number, order.side, int(order.price), 0, order.trader, life_us=0)
            sent.append(Outgoing(AGENTS, gone))
        return sent

    def trim(self, seat: Seat, role: Role) -> list[Outgoing]:
        """Shrink a trader's worst orders to what it may still trade."""
        excess = self.committed(seat, role) - self.floor.units(role).get(seat, 0)
        sent = []
        while excess > 0:
            worst = max(self.orders_of(seat, role), key=_priority)
            if worst.quantity <= excess:
                excess -= int(worst.quantity)
                sent.append(self.cancel(worst))
            else:
                worst.quantity -= excess
                excess = 0
                sent.append(self.order_event(worst))
        return sent

    def carry_over(self) -> list[Outgoing]:
        """At a period's start: orders of traders that have changed sides leave, the rest shrink to the quantity left to
        trade."""
        sent: list[Outgoing] = []
        roles: tuple[Role, Role] = ("buyer", "seller")
        for seat in sorted(self.open):
            changed = [o for o in self.open[seat].values() if seat not in self.floor.units(ROLE_OF[o.side])]
            sent += [self.cancel(order) for order in changed]
            for role in roles:
                sent += self.trim(seat, role)
        return sent

    def drop_all(self) -> list[Outgoing]:
        """Every order leaves: its interval, and the energy of it, is gone."""
        sent = []
        self.lives.clear()
        for seat in sorted(self.open):
            for order in list(self.open[seat].values()):
                order.quantity = 0
                sent.append(self.order_event(order))
        self.open.clear()
        self.book.clear()
        return sent

    def best(self, side: BookSide) -> tuple[Price, Quantity, Seat] | None:
        """Price of the best level of a side, how much there is at it, and whose its first order is."""
        top = side.top
        if top is None:
            return None
        quantity = sum(int(order.quantity) for order in top.orders[top.first :])
        return int(top.price), quantity, top.orders[top.first].trader

    def quote_changes(self, before: tuple[object, object]) -> list[Outgoing]:
        """The quotes that have changed since `bests` was asked."""
        sent = []
        names: tuple[Side, Side] = ("bid", "ask")
        for name, old, new in zip(names, before, self.best_quotes(), strict=True):
            if new == old:
                continue
            if new is None:
                sent.append(Outgoing(AGENTS, Quote(name, None, quantity=0)))
            else:
                price, quantity, trader = new
                sent.append(Outgoing(AGENTS, Quote(name, price, trader, quantity=quantity)))
        return sent

    def best_quotes(self) -> tuple[tuple[Price, Quantity, Seat] | None, tuple[Price, Quantity, Seat] | None]:
        """The best bid and the best ask."""
        return self.best(self.book.bids), self.best(self.book.asks)

    def remembered(self) -> object:
        """All that is remembered, orders in their priority."""
        sides = [
            [(o.order_id, o.price, o.quantity, o.trader) for o in side] for side in (self.book.bids, self.book.asks)
        ]
        ends = sorted(self.lives.ends.items())
        return (self.last_id, sides, ends) if ends else (self.last_id, sides)


def _priority(order: Resting) -> tuple[float, OrderId]:
    return rank(order.side, order.price), order.order_id
