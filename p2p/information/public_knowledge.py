"""The public's knowledge of a market, folded from its facts."""

from p2p.base.units import Duration, Instant, Price, Quantity
from p2p.information.changed_rules import changed
from p2p.information.period_clock import PeriodClock, SessionPhase
from p2p.messages import (
    Called,
    Contract,
    EndRound,
    Held,
    Lobby,
    Message,
    Order,
    OrderId,
    Quote,
    Robots,
    RulesChanged,
    StageBegan,
    Standing,
    StartRound,
    Voided,
    Waiting,
)
from p2p.orderbook.book import Book
from p2p.orderbook.book import Order as Resting
from p2p.scenario.public_rules import PublicRules, calls_in_period


class PublicKnowledge:
    """Knowledge common to all viewers of one view: the rules, the clock, the quotes, the contracts, and the book if
    shown.

    `stage`: the number of the stage that runs, -1 where there is none; `waiting`: how many are done with it. `rules`
    hold since the period `rules_from`, or since the break before it; `rules_before` held until then.
    """

    def __init__(self, rules: PublicRules) -> None:
        self.rules = rules
        self.rules_before: PublicRules | None = None
        self.rules_from = 1
        self.stage = -1
        self.waiting: Waiting | None = None
        self.resets = rules.capabilities.resets_on_contract
        self.clock = PeriodClock(calls_in_period(rules), rules.posting)
        self._forget()
        self.seats_taken = self.seats = 0
        self.robots: int | None = None
        self.waits = False
        self.void: set[int] = set()
        self.again = 0

    def _forget(self) -> None:
        """Nothing has been traded yet, or what was does not count."""
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
                self.clock.on_fact(message, at)
            case _:
                self._phase(message, at)

    def _phase(self, message: Message, at: Instant) -> None:
        """Take in where the session is."""
        practised = self.clock.practice
        self.clock.on_fact(message, at)
        match message:
            case StartRound():
                self.contracts, self.calls = [], []
                self._close_quotes()
            case EndRound():
                self._close_quotes()
            case Lobby(taken=taken, seats=seats, robots=robots):
                self.seats_taken, self.seats, self.robots = taken, seats, robots
            case Robots(count=count):
                self.robots = count
            case Held(off=off):
                self.waits = not off
            case Voided(period=period, again=again):
                self.void.add(period)
                self.again += again
            case StageBegan(stage=stage):
                self.stage, self.waiting = stage, None
                if practised or self.clock.practice:
                    self._forget()
            case Waiting():
                self.waiting = message
            case RulesChanged():
                self.rules_before, self.rules = self.rules, changed(self.rules, message)
                self.rules_from = message.period
            case _:
                pass

    def _close_quotes(self) -> None:
        """No quote outlives its period, but where orders live as long as the session."""
        if self.resets or self.rules.terms.order_life != "session":
            self._no_quotes()

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

    @property
    def periods(self) -> int:
        """How many periods the session has, with those that are played again."""
        return self.rules.periods + self.again

    @property
    def phase(self) -> SessionPhase:
        """Where the session is."""
        return self.clock.phase

    @property
    def period(self) -> int:
        """The number of the period that runs or ran last, 0 before the first."""
        return self.clock.period

    @property
    def open(self) -> bool:
        """Whether the period runs, though it may be paused."""
        return self.clock.open

    @property
    def paused(self) -> bool:
        """Whether the clock stands still."""
        return self.clock.paused

    def time_left_us(self, now: Instant) -> Duration | None:
        """Time left in the period or the break, None if no clock runs towards anything."""
        return self.clock.time_left_us(now)
