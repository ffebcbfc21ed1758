"""A continuous double auction with an open book: price–time priority, the resting order's price, partial fills.

A bid or ask trades with the orders that it crosses and rests with the remainder. Buy and sell take from the other side
up to a price (or any price, without one) and never rest. An order can be cancelled or replaced; replacing loses its
place in the queue unless only the quantity shrinks.

By its terms an order may live for seconds. A trader's new quote may take the place of their older one. A contract may
have a price between those of the two orders, or each trader their own.
"""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from p2p.base.rng import stream
from p2p.base.sides import ROLE_OF
from p2p.base.units import ENVIRONMENT, INSTITUTION, Address, Instant, Price, Quantity, Role, Seat
from p2p.institutions.base import DrawOf, Institution
from p2p.institutions.open_orders import OpenOrders
from p2p.institutions.trading_rights import TradingRights, seat_of
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Cancel,
    Contract,
    EndPeriod,
    Expire,
    InitInst,
    Message,
    OrderId,
    Reminder,
    Replace,
    RequestStanding,
    Sell,
    Standing,
    StartPeriod,
)
from p2p.messages.envelope import Answer, Outgoing, Refusal
from p2p.orderbook.book import Fill
from p2p.orderbook.book import Order as Resting
from p2p.scenario.capabilities import INSTITUTIONS


class ContinuousAuction(Institution):
    """The institution; its orders end with the period unless the terms give them the session."""

    capabilities = INSTITUTIONS["continuous"]

    def __init__(self) -> None:
        self.floor = TradingRights()
        self.orders = OpenOrders(self.floor)
        self.draw: DrawOf = lambda period, number: stream(0, "contract price", period, number)

    def lend(self, clock: Callable[[], Instant], draw: DrawOf) -> None:
        """See Institution."""
        self.orders.lives.clock, self.draw = clock, draw

    def next_end(self) -> Instant | None:
        """See Institution."""
        return self.orders.lives.next_end()

    def handle(self, message: Message, sender: Address) -> Answer:
        """The messages in answer to one, or the reason of its refusal."""
        match message:
            case Bid(price=price, quantity=quantity):
                return self._quote(sender, "buyer", price, quantity)
            case Ask(price=price, quantity=quantity):
                return self._quote(sender, "seller", price, quantity)
            case Buy(price=limit, quantity=quantity):
                return self._take(sender, "buyer", limit, quantity)
            case Sell(price=limit, quantity=quantity):
                return self._take(sender, "seller", limit, quantity)
            case Cancel(order=order_id):
                return self._cancel(sender, order_id)
            case Replace(order=order_id, price=price, quantity=quantity):
                return self._replace(sender, order_id, price, quantity)
            case RequestStanding():
                return [Outgoing(sender, self.standing())]
            case _:
                return self._told(message)

    def _told(self, message: Message) -> list[Outgoing]:
        """What the environment, or its own reminder, tells the institution."""
        match message:
            case InitInst():
                self.floor.init = message
                return []
            case StartPeriod():
                before = self.orders.best_quotes()
                sent = self.floor.start(message, message.length_us)
                self.orders.lives.life_us = self.floor.terms.life_us
                return [*sent, *self.orders.carry_over(), *self.orders.quote_changes(before)]
            case Reminder():
                return [Outgoing(INSTITUTION, EndPeriod())]
            case Expire():
                before = self.orders.best_quotes()
                return [*self.orders.drop_ended(), *self.orders.quote_changes(before)]
            case EndPeriod():
                before = self.orders.best_quotes()
                gone = [] if self.floor.terms.order_life == "session" else self.orders.drop_all()
                return [*gone, *self.orders.quote_changes(before), *self.floor.end()]
            case _:
                raise AssertionError(f"an institution is not told {message.directive}")

    def _quote(self, sender: Address, role: Role, price: Price, quantity: Quantity) -> Answer:
        own = self.floor.terms.replace_own
        refusal = (
            self.floor.role_refusal(role, sender)
            or self.floor.not_a_quote(role)
            or self.floor.price_refusal(price)
            or self.orders.refusal(seat_of(sender), role, quantity, self._replaced(sender, role) if own else ())
            or self._not_now(seat_of(sender), role, price, quantity)
        )
        if refusal:
            return refusal
        before = self.orders.best_quotes()
        gone = [self.orders.cancel(order) for order in self._replaced(sender, role)] if own else []
        return [*gone, *self._submit(seat_of(sender), role, price, quantity), *self.orders.quote_changes(before)]

    def _replaced(self, sender: Address, role: Role) -> Sequence[Resting]:
        """The trader's own orders whose place a new quote takes."""
        return self.orders.orders_of(seat_of(sender), role)

    def _not_now(self, seat: Seat, role: Role, price: Price, quantity: Quantity) -> Refusal | None:
        """Why the book, as it stands, does not take such an order, if so."""
        if self.floor.terms.self_trade == "refuse" and self._own_in_the_way(seat, role, price, quantity):
            return Refusal("own_order")
        return self.orders.not_better(role, price)

    def _submit(self, seat: Seat, role: Role, price: Price, quantity: Quantity, rests: bool = True) -> list[Outgoing]:
        """Trade what crosses, keep the rest (or let it go), and trim what there are no units for any more."""
        sent = [self.orders.cancel(order) for order in self._own_in_the_way(seat, role, price, quantity)]
        fills: list[Fill] = []
        order_id = self.orders.new_id()
        rest = self.orders.book.submit(order_id, role == "buyer", price, quantity, fills, seat)
        sent += self._contracts(seat, role, order_id, fills, price if rests else None)
        if rest is not None and rests:
            sent.append(self.orders.keep(rest))
        elif rest is not None:
            self.orders.book.cancel(rest.order_id)
        return sent + (self.orders.trim(seat, role) if fills else [])

    def _own_in_the_way(self, seat: Seat, role: Role, price: Price, quantity: Quantity) -> list[Resting]:
        """The trader's own orders that such an order would meet before it is filled."""
        is_buy = role == "buyer"
        if not any(order.is_buy != is_buy for order in self.orders.open.get(seat, {}).values()):
            return []
        own = []
        for order in self.orders.book.asks if is_buy else self.orders.book.bids:
            if quantity <= 0 or (order.price > price if is_buy else order.price < price):
                break
            if order.trader == seat:
                own.append(order)
            else:
                quantity -= int(order.quantity)
        return own

    def _contracts(
        self, seat: Seat, role: Role, order_id: OrderId, fills: list[Fill], named: Price | None
    ) -> list[Outgoing]:
        """A contract for each fill, and what is left of the resting order. `named`: the new order's own price."""
        sent = []
        for maker, traded, _ in fills:
            buyer, seller = (seat, maker.trader) if role == "buyer" else (maker.trader, seat)
            number = self.floor.trade(buyer, seller, int(traded))
            orders = (order_id, maker.order_id) if role == "buyer" else (maker.order_id, order_id)
            contract = Contract(
                number,
                int(maker.price),
                "ask" if role == "buyer" else "bid",
                buyer,
                seller,
                quantity=int(traded),
                buy_order=orders[0],
                sell_order=orders[1],
            )
            if named != maker.price and named is not None and self.floor.terms.contract_price != "earlier":
                contract = self._repriced(contract, named)
            sent += [Outgoing(ENVIRONMENT, contract), self.orders.gone_event(maker)]
        return sent

    def _repriced(self, contract: Contract, named: Price) -> Contract:
        """A contract, made at the resting order's price, at the price of the terms. `named`: the new order's price."""
        low, high = sorted((contract.price, named))
        if self.floor.terms.contract_price == "matchmaker":
            return replace(contract, price=high, seller_price=low)
        tick = self.floor.init.tick
        drawn = self.draw(self.floor.period, contract.number).randint(0, (high - low) // tick)
        return replace(contract, price=low + tick * drawn)

    def _take(self, sender: Address, role: Role, limit: Price | None, quantity: Quantity) -> Answer:
        floor = self.floor
        refusal = floor.role_refusal(role, sender) or floor.not_a_quantity(seat_of(sender), role, quantity)
        if refusal:
            return refusal
        seat, is_buy = seat_of(sender), role == "buyer"
        best = (self.orders.book.asks if is_buy else self.orders.book.bids).best()
        if best is None:
            return Refusal("no_standing_ask" if is_buy else "no_standing_bid")
        if limit is not None and (best.price > limit if is_buy else best.price < limit):
            return Refusal("moved")
        price = (floor.init.max_val if is_buy else floor.init.min_val) if limit is None else limit
        if floor.terms.self_trade == "refuse" and self._own_in_the_way(seat, role, price, quantity):
            return Refusal("own_order")
        before = self.orders.best_quotes()
        return [*self._submit(seat, role, price, quantity, rests=False), *self.orders.quote_changes(before)]

    def _cancel(self, sender: Address, order_id: OrderId) -> Answer:
        if not self.floor.open:
            return Refusal("not_open")
        order = self.orders.own_order(seat_of(sender), order_id)
        if order is None:
            return Refusal("unknown_order")
        before = self.orders.best_quotes()
        return [self.orders.cancel(order), *self.orders.quote_changes(before)]

    def _replace(self, sender: Address, order_id: OrderId, price: Price, quantity: Quantity) -> Answer:
        if not self.floor.open:
            return Refusal("not_open")
        seat = seat_of(sender)
        order = self.orders.own_order(seat, order_id)
        if order is None:
            return Refusal("unknown_order")
        role = ROLE_OF[order.side]
        refusal = self.floor.price_refusal(price) or self.orders.refusal(seat, role, quantity, (order,))
        shrinks = price == order.price and quantity <= order.quantity
        refusal = refusal or (None if shrinks else self._not_now(seat, role, price, quantity))
        if refusal:
            return refusal
        before = self.orders.best_quotes()
        if shrinks:
            order.quantity = quantity
            self.orders.lives.begin(order.order_id)
            return [self.orders.order_event(order), *self.orders.quote_changes(before)]
        gone = self.orders.cancel(order)
        return [gone, *self._submit(seat, role, price, quantity), *self.orders.quote_changes(before)]

    def resting(self, seat: Seat) -> list[tuple[OrderId, Price, Quantity]]:
        """See Institution."""
        return self.orders.resting(seat)

    def commitments(self, seat: Seat, message: Message) -> list[tuple[Price, Quantity]]:
        """The commitments of an order's sender, in the order in which its units would go."""
        match message:
            case Buy(price=limit, quantity=quantity) if not self.floor.role_refusal("buyer", seat):
                return [*self._fills(seat, "buyer", limit, quantity), *self.orders.priced(seat, "buyer")]
            case Sell(price=limit, quantity=quantity) if not self.floor.role_refusal("seller", seat):
                return [*self._fills(seat, "seller", limit, quantity), *self.orders.priced(seat, "seller")]
            case _:
                return self.orders.worst_case(seat, message)

    def _fills(self, seat: Seat, role: Role, limit: Price | None, quantity: Quantity) -> list[tuple[Price, Quantity]]:
        """What taking up to a limit would trade now, nothing of one's own."""
        fills, is_buy = [], role == "buyer"
        for order in self.orders.book.asks if is_buy else self.orders.book.bids:
            if quantity <= 0 or (limit is not None and (order.price > limit if is_buy else order.price < limit)):
                break
            if order.trader == seat:
                continue
            traded = min(quantity, int(order.quantity))
            fills.append((int(order.price), traded))
            quantity -= traded
        return fills

    def standing(self) -> Standing:
        """The best bid and ask and whose they are."""
        bid, ask = self.orders.best_quotes()
        return Standing(
            bid=bid[0] if bid else None,
            buyer=bid[2] if bid else None,
            ask=ask[0] if ask else None,
            seller=ask[2] if ask else None,
        )

    def state(self) -> object:
        """All that the auction remembers."""
        return (self.floor.remembered(), self.orders.remembered())
