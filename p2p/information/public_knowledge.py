"""What the public of a market knows, folded from its facts."""

from p2p.base.units import Duration, Instant, Price, Quantity
from p2p.messages import (
    Called,
    Contract,
    Ended,
    EndRound,
    Extended,
    Intermission,
    Lobby,
    Message,
    Order,
    OrderId,
    Paused,
    Quote,
    Resumed,
    Robots,
    Standing,
    StartRound,
)
from p2p.orderbook.book import Book
from p2p.orderbook.book import Order as Resting
from p2p.scenario.public_rules import PublicRules, after_next_call_us


class PublicKnowledge:
    """What all who are shown the same know: the rules, the phase, the quotes, the contracts, and the book if shown."""

    def __init__(self, rules: PublicRules) -> None:
        self.rules = rules
        self.resets = rules.institution == "standing"
        self.phase = "lobby"
        self.period = 0
        self.open = False
        self.paused = False
        self.ends_at: Instant | None = None
        self.left_us: int | None = None
        self.length_us = 0
        self.seats_taken = self.seats = 0
        self.robots: int | None = None
        self._book = Book()
        self._new: dict[OrderId, Order] = {}
        self.calls: list[Called] = []
        self.contracts: list[Contract] = []
        self.bids_seen = self.asks_seen = 0
        self._no_quotes()

    def _no_quotes(self) -> None:
        self.bid: Price | None = None
        self.ask: Price | None = None
        self.bid_quantity: Quantity = 0
        self.ask_quantity: Quantity = 0

    def on_fact(self, message: Message, at: Instant) -> None:
        """Take in a public fact."""
        if type(message) is Order:  # where orders are shown, they are most of the facts
            self._order(message)
            return
        match message:
            case Quote(side="bid"):
                self.bid, self.bid_quantity = message.price, message.quantity
                self.bids_seen += 1
            case Quote():
                self.ask, self.ask_quantity = message.price, message.quantity
                self.asks_seen += 1
            case Contract():
                self.contracts.append(message)
                if self.resets:
                    self._no_quotes()
            case Standing():
                self.bid, self.ask = message.bid, message.ask
            case Called():
                self.calls.append(message)
            case _:
                self._phase(message, at)

    def _phase(self, message: Message, at: Instant) -> None:
        """Take in where the session is."""
        match message:
            case StartRound(period=period, length_us=length_us):
                self.phase, self.period, self.open = "trading", period, True
                self.ends_at, self.length_us = at + length_us, length_us
                self.contracts, self.calls = [], []
                if self.resets or self.rules.terms.order_life != "session":
                    self._no_quotes()
            case EndRound():
                self.open, self.ends_at = False, None
                if self.resets or self.rules.terms.order_life != "session":
                    self._no_quotes()
            case Intermission(length_us=length_us):
                self.phase, self.ends_at = "break", at + length_us
            case Paused(left_us=left_us):
                self.paused, self.left_us, self.ends_at = True, self._to_the_end(left_us), None
            case Resumed(left_us=left_us) | Extended(left_us=left_us):
                self.paused, self.left_us = False, None
                left_us = self._to_the_end(left_us)
                self.ends_at = None if left_us is None else at + left_us
            case Lobby(taken=taken, seats=seats, robots=robots):
                self.seats_taken, self.seats, self.robots = taken, seats, robots
            case Robots(count=count):
                self.robots = count
            case Ended():
                self.phase, self.open, self.paused, self.ends_at = "ended", False, False, None
            case _:
                pass

    def _to_the_end(self, left_us: Duration | None) -> Duration | None:
        """What is left of the period, or of the break, where so much is left until the session's next alarm."""
        if left_us is None or not self.open:
            return left_us
        return left_us + after_next_call_us(self.rules, self.length_us, self.calls[-1].call if self.calls else 0)

    def _order(self, order: Order) -> None:
        """An order rests, shrinks or leaves; one that moves leaves first.

        A new one waits in `_new`, in the order of arrival, until somebody looks at the book: most agents never do, and
        many an order is gone before the next look.
        """
        known = self._book.orders.get(order.order)
        if known is None:
            if order.quantity > 0:
                self._new[order.order] = order
            else:
                self._new.pop(order.order, None)
        elif order.quantity > 0:
            known.quantity = order.quantity
        else:
            self._book.cancel(order.order)

    @property
    def book(self) -> Book:
        """The orders that rest, as far as they are shown."""
        if self._new:
            book = self._book
            for order in self._new.values():
                resting = Resting(order.order, order.side == "bid", order.price, order.quantity, order.trader or -1)
                book.orders[order.order] = resting
                (book.bids if resting.is_buy else book.asks).rest(resting)
            self._new.clear()
        return self._book

    def time_left_us(self, now: Instant) -> int | None:
        """What is left of the period or of the break, None where no clock runs towards anything."""
        if self.paused:
            return self.left_us
        return None if self.ends_at is None else max(0, self.ends_at - now)
