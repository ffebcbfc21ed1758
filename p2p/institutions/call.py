"""A periodic call auction: orders are collected, then cleared at once, once or several times a period.

At a uniform price inside the price tunnel (uniform_price.py), or each pair at its ask's price, as in the v4 model.
While orders are collected, what a call held now would give is told as a state (`indicative`). A period that is ended
before its time is cleared then: an order in the call binds its trader.
"""

from fractions import Fraction
from math import floor

from p2p.base.sides import ROLE_OF
from p2p.base.units import AGENTS, ENVIRONMENT, INSTITUTION, Address, Duration, Price, Quantity, Role, Seat
from p2p.institutions.base import Institution
from p2p.institutions.open_orders import OpenOrders
from p2p.institutions.trading_rights import TradingRights, seat_of
from p2p.institutions.uniform_price import Clearing, clearing, shares
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Called,
    Cancel,
    Contract,
    EndPeriod,
    Indicative,
    InitInst,
    Message,
    Order,
    OrderId,
    Reminder,
    Replace,
    RequestStanding,
    Sell,
    Standing,
    StartPeriod,
)
from p2p.messages.envelope import Answer, Outgoing, Refusal
from p2p.orderbook.book import Order as Resting
from p2p.orderbook.pairwise_clearing import clear
from p2p.scenario.capabilities import INSTITUTIONS


class CallAuction(Institution):
    """The institution. The period is cut into `calls` equal parts, each ends with a call, the last with the period."""

    capabilities = INSTITUTIONS["call"]

    def __init__(self) -> None:
        self.floor = TradingRights()
        self.orders = OpenOrders(self.floor)
        self.length_us: Duration = 0
        self.held = 0

    def handle(self, message: Message, sender: Address) -> Answer:
        """The messages in answer to one, or the reason of its refusal."""
        match message:
            case Bid(price=price, quantity=quantity):
                return self._collect(sender, "buyer", price, quantity)
            case Ask(price=price, quantity=quantity):
                return self._collect(sender, "seller", price, quantity)
            case Buy() | Sell():
                return Refusal("no_taking_in_a_call" if self.floor.open else "not_open")
            case Cancel(order=order_id):
                order = self._mine(sender, order_id)
                return order if isinstance(order, Refusal) else [self.orders.cancel(order)]
            case Replace(order=order_id, price=price, quantity=quantity):
                return self._replace(sender, order_id, price, quantity)
            case RequestStanding():
                return [Outgoing(sender, self.standing())]
            case _:
                return self._told(message, early=sender == ENVIRONMENT)

    def _told(self, message: Message, early: bool) -> list[Outgoing]:
        """What the environment, or its own reminder, tells the institution."""
        match message:
            case InitInst():
                self.floor.init = message
                return []
            case StartPeriod(length_us=length_us):
                self.length_us, self.held = length_us, 0
                return [*self.floor.start(message, self._part(1)), *self.orders.carry_over()]
            case Reminder():
                return self._reminded()
            case EndPeriod():
                held = self._hold() if early else []
                gone = [] if self.floor.terms.order_life == "session" else self.orders.drop_all()
                return [*held, *gone, *self.floor.end()]
            case _:
                raise AssertionError(f"an institution is not told {message.directive}")

    def _part(self, number: int) -> Duration:
        """How long the orders of a call are collected; the parts add up to the period exactly."""
        calls = self.floor.call.calls
        return self.length_us * number // calls - self.length_us * (number - 1) // calls

    def _reminded(self) -> list[Outgoing]:
        sent = self._hold()
        if self.held == self.floor.call.calls:
            return [*sent, Outgoing(INSTITUTION, EndPeriod())]
        if self.floor.terms.order_life == "interval":
            sent += self.orders.drop_all()
        return [*sent, Outgoing(INSTITUTION, Reminder(self.floor.period, self._part(self.held + 1)))]

    def _mine(self, sender: Address, order_id: OrderId) -> Resting | Refusal:
        if not self.floor.open:
            return Refusal("not_open")
        return self.orders.own_order(seat_of(sender), order_id) or Refusal("unknown_order")

    def _collect(self, sender: Address, role: Role, price: Price, quantity: Quantity) -> Answer:
        refusal = (
            self.floor.role_refusal(role, sender)
            or self.floor.price_refusal(price)
            or self.orders.refusal(seat_of(sender), role, quantity)
            or self._not_now(seat_of(sender), role, price)
        )
        return refusal or self._rest(seat_of(sender), role, price, quantity)

    def _not_now(self, seat: Seat, role: Role, price: Price) -> Refusal | None:
        """Why such an order cannot be among those collected, if so."""
        if self.floor.terms.self_trade == "refuse" and self._own_in_the_way(seat, role, price):
            return Refusal("own_order")
        return self.orders.not_better(role, price)

    def _own_in_the_way(self, seat: Seat, role: Role, price: Price) -> list[Resting]:
        """The trader's own orders that such an order crosses."""
        if role == "buyer":
            return [order for order in self.orders.orders_of(seat, "seller") if order.price <= price]
        return [order for order in self.orders.orders_of(seat, "buyer") if order.price >= price]

    def _rest(self, seat: Seat, role: Role, price: Price, quantity: Quantity) -> list[Outgoing]:
        gone = [self.orders.cancel(order) for order in self._own_in_the_way(seat, role, price)]
        order = Resting(self.orders.new_id(), role == "buyer", price, quantity, seat)
        return [*gone, self.orders.rest(order)]

    def _replace(self, sender: Address, order_id: OrderId, price: Price, quantity: Quantity) -> Answer:
        order = self._mine(sender, order_id)
        if isinstance(order, Refusal):
            return order
        role = ROLE_OF[order.side]
        refusal = self.floor.price_refusal(price) or self.orders.refusal(seat_of(sender), role, quantity, (order,))
        shrinks = price == order.price and quantity <= order.quantity
        refusal = refusal or (None if shrinks else self._not_now(seat_of(sender), role, price))
        if refusal:
            return refusal
        if shrinks:
            order.quantity = quantity
            return [self.orders.order_event(order)]
        return [self.orders.cancel(order), *self._rest(seat_of(sender), role, price, quantity)]

    def capacity(self) -> Quantity | None:
        """The feeder's capacity in one call's part of the interval, in Wh."""
        call = self.floor.call
        if call.feeder_cap_kw is None:
            return None
        return floor(Fraction(str(call.feeder_cap_kw)) * 1_000 * Fraction(str(call.interval_min)) / 60 / call.calls)

    def outcome(self) -> Clearing:
        """The result of a call held now at a uniform price."""
        init, book = self.floor.init, self.orders.book
        return clearing(book.bids, book.asks, self.floor.call, init.tick, init.min_val, self.capacity())

    def indicative(self) -> Indicative:
        """The same, as it is told while orders are collected."""
        outcome = self.outcome()
        return Indicative(outcome.buyers_pay, outcome.quantity)

    def _hold(self) -> list[Outgoing]:
        """Hold a call: contracts, and what is left of their orders."""
        self.held += 1
        if self.floor.call.pricing == "ask":
            return self._hold_at_asks()
        outcome = self.outcome()
        called = Outgoing(AGENTS, Called(self.held, outcome.buyers_pay, outcome.quantity))
        rationing = self.floor.call.rationing
        bids = shares(list(self.orders.book.bids), outcome.quantity, rationing)
        asks = shares(list(self.orders.book.asks), outcome.quantity, rationing)
        sent = [called]
        for bid, ask, quantity in _paired(bids, asks):
            assert outcome.buyers_pay is not None
            gets = None if outcome.sellers_get == outcome.buyers_pay else outcome.sellers_get
            sent.append(self._contract(bid, ask, quantity, outcome.buyers_pay, gets))
        return sent + [self._reduced(order, quantity) for order, quantity in [*bids, *asks]]

    def _hold_at_asks(self) -> list[Outgoing]:
        """The v4 model's rule: heads are paired while they cross, each pair at its ask's price."""
        book = self.orders.book
        before = {order_id: order.quantity for order_id, order in book.orders.items()}
        bids, asks = list(book.bids), list(book.asks)
        pairs = clear(book, self.capacity())
        sent = [Outgoing(AGENTS, Called(self.held, None, sum(int(q) for _, _, q in pairs)))]
        dealt_bids = [(o, int(before[o.order_id] - o.quantity)) for o in bids if o.quantity < before[o.order_id]]
        dealt_asks = [(o, int(before[o.order_id] - o.quantity)) for o in asks if o.quantity < before[o.order_id]]
        for bid, ask, quantity in _paired(dealt_bids, dealt_asks):
            sent.append(self._contract(bid, ask, quantity, int(ask.price), None))
        return sent + [self.orders.gone_event(order) for order, _ in [*dealt_bids, *dealt_asks]]

    def _contract(self, bid: Resting, ask: Resting, quantity: Quantity, price: Price, gets: Price | None) -> Outgoing:
        number = self.floor.trade(bid.trader, ask.trader, quantity)
        contract = Contract(
            number,
            price,
            "call",
            bid.trader,
            ask.trader,
            quantity=quantity,
            buy_order=bid.order_id,
            sell_order=ask.order_id,
            seller_price=gets,
        )
        return Outgoing(ENVIRONMENT, contract)

    def _reduced(self, order: Resting, quantity: Quantity) -> Outgoing:
        """An order that has traded in a call: in the book, less what it traded."""
        if quantity >= order.quantity:
            return self.orders.cancel(order)
        order.quantity -= quantity
        return self.orders.order_event(order)

    def standing(self) -> Standing:
        """The best bid and ask that have been collected; they may cross."""
        bid, ask = self.orders.best_quotes()
        return Standing(
            bid=bid[0] if bid else None,
            buyer=bid[2] if bid else None,
            ask=ask[0] if ask else None,
            seller=ask[2] if ask else None,
        )

    def states(self) -> list[Message]:
        """The best quotes, and what a call held now would give."""
        return [self.standing(), self.indicative()]

    def follow(self, messages: list[Message]) -> Indicative | None:
        """Take in the terms and the orders of a recording; returns the result of a call held then."""
        changed = False
        for message in messages:
            if isinstance(message, InitInst):
                self.floor.init = message
            elif isinstance(message, Order):
                self._follow_order(message)
                changed = True
        return self.indicative() if changed else None

    def _follow_order(self, order: Order) -> None:
        known = self.orders.book.orders.get(order.order)
        if known is None:
            self.orders.rest(Resting(order.order, order.side == "bid", order.price, order.quantity, order.trader or 0))
        elif order.quantity > 0:
            known.quantity = order.quantity
        else:
            self.orders.book.cancel(order.order)

    def resting(self, seat: Seat) -> list[tuple[OrderId, Price, Quantity]]:
        """See Institution."""
        return self.orders.resting(seat)

    def commitments(self, seat: Seat, message: Message) -> list[tuple[Price, Quantity]]:
        """The commitments of an order's sender, in the order in which its units would go."""
        return self.orders.worst_case(seat, message)

    def state(self) -> object:
        """All that the auction remembers."""
        return (self.floor.remembered(), self.orders.remembered(), self.length_us, self.held)


def _paired(
    bids: list[tuple[Resting, Quantity]], asks: list[tuple[Resting, Quantity]]
) -> list[tuple[Resting, Resting, Quantity]]:
    """Buyers and sellers of one volume matched in their order; both lists deal the same sum."""
    pairs = []
    j, ask_left = 0, asks[0][1] if asks else 0
    for bid, wanted in bids:
        while wanted:
            quantity = min(wanted, ask_left)
            pairs.append((bid, asks[j][0], quantity))
            wanted, ask_left = wanted - quantity, ask_left - quantity
            if not ask_left:
                j += 1
                ask_left = asks[j][1] if j < len(asks) else 0
    return pairs
