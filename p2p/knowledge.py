"""What a seat knows, folded from the facts it was told: the same fold for robots, the simulator and the terminal.

PublicKnowledge is what everybody with an information set in a market knows; Knowledge is one seat's, and holds the
public part. In the simulator all the seats that are shown the same share one public part, which is folded once.
"""

from collections.abc import Iterator

from p2p.book import Book
from p2p.book import Order as Resting
from p2p.charges import NO_CHARGES
from p2p.holdings import Holding
from p2p.messages import (
    Called,
    Contract,
    Ended,
    EndRound,
    Extended,
    Forecast,
    Intermission,
    Lobby,
    Message,
    Metered,
    Order,
    OrderId,
    Paused,
    Quote,
    Resumed,
    Robots,
    Schedule,
    SetBattery,
    SetReservation,
    Standing,
    StartRound,
    Unpaid,
)
from p2p.rules import PublicRules, after_next_call_us, controlled
from p2p.units import Duration, Instant, Money, Price, Quantity, Role

UNITS_SHOWN_MAX = 100
"""Units of one value that are listed one by one; more are an amount, not a list."""


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

    def see(self, message: Message, at: Instant) -> None:
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


class Knowledge:
    """What one seat knows: the public part, its own schedule and orders, what it has made of them. An agent's view."""

    def __init__(self, public: PublicKnowledge) -> None:
        self.public = public
        self.rules = public.rules
        self.tick = public.rules.tick
        self.price_min, self.price_max = controlled(public.rules)
        self.collects = public.rules.institution == "call"
        self.quotes = public.rules.terms.quotes
        self.role: Role | None = None
        self.holding: Holding | None = None
        self.unit_value: Money | None = None
        self.units_left: Quantity = 0
        self.prices: list[Price] = []
        self.surplus: Money = 0
        self.surplus_before: Money = 0
        self.unpaid: Money = 0
        self.orders: dict[OrderId, Order] = {}
        self.forecast: Forecast | None = None
        self.metered: Metered | None = None
        self.battery = SetBattery()
        self.reservation = SetReservation()
        self.now: Instant = 0
        self._my_bid = self._my_ask = -1

    def see(self, message: Message, at: Instant) -> None:
        """Take in a fact of one's own feed, the public part with it."""
        self.public.see(message, at)
        if getattr(message, "mine", True):  # most quotes, orders and contracts are others', and say so
            self.see_own(message)

    def see_own(self, message: Message) -> None:
        """Take in only what a fact says of oneself; the public part has been told already."""
        match message:
            case Quote(side="bid", mine=True):
                self._my_bid = self.public.bids_seen
            case Quote(side="ask", mine=True):
                self._my_ask = self.public.asks_seen
            case Order(mine=True):
                if message.quantity > 0:
                    self.orders[message.order] = message
                else:
                    self.orders.pop(message.order, None)
            case Contract(mine=mine) if mine:
                self._trade(message)
            case Schedule(role=role, steps=steps):
                self.role = role
                self.holding = Holding(role, steps)
                self.surplus_before += self.surplus
                self.prices, self.surplus = [], 0
                self._look_up()
            case Forecast() | Metered() | SetBattery() | SetReservation():
                self._household(message)
            case Unpaid(gain=gain):
                self.unpaid += gain
            case _:
                pass

    def _household(self, message: Message) -> None:
        """What only prosumers are told. A forecast begins an interval, in which there may be nothing to trade."""
        match message:
            case Forecast():
                self.forecast, self.metered = message, None
                self.role, self.holding, self.unit_value, self.units_left = None, None, None, 0
                self.surplus_before += self.surplus
                self.prices, self.surplus = [], 0
            case Metered(gain=gain):
                self.metered, self.surplus = message, gain
            case SetBattery():
                self.battery = message
            case SetReservation():
                self.reservation = message
            case _:
                pass

    def _trade(self, contract: Contract) -> None:
        assert self.holding is not None, "a schedule comes before the trade"
        price = contract.price
        if contract.mine == "seller" and contract.seller_price is not None:
            price = contract.seller_price
        self.surplus += self.holding.trade(price, contract.quantity, self.rules.charges)
        self.prices += [price] * (contract.quantity if len(self.values) > 1 else 1)
        self._look_up()

    def _look_up(self) -> None:
        """What is left to trade, and what the next unit is worth in trade: a buyer's value less what buying it costs
        beside its price, a seller's cost with what selling it does. Kept at hand: agents ask at every look."""
        assert self.holding is not None, "a schedule comes first"
        charges, role = self.rules.charges, self.holding.role
        self.units_left = self.holding.left
        self.unit_value = self.holding.unit_value()
        if self.unit_value is not None and charges != NO_CHARGES:
            charge = charges.per_unit(role) - (-charges.commission // self.step_left)
            self.unit_value += -charge if role == "buyer" else charge

    @property
    def time_left_share(self) -> float | None:
        """Which share of the period is left at `now`, which whoever asks the agent sets; None where no clock runs."""
        left = self.public.time_left_us(self.now)
        return None if left is None or not self.public.length_us else min(1.0, left / self.public.length_us)

    @property
    def quoted(self) -> bool:
        """Whether an order of one's own rests."""
        return bool(self.orders)

    @property
    def bid_mine(self) -> bool:
        """Whether the best bid is one's own."""
        return self._my_bid == self.public.bids_seen and self.public.bid is not None

    @property
    def ask_mine(self) -> bool:
        """Whether the best ask is one's own."""
        return self._my_ask == self.public.asks_seen and self.public.ask is not None

    @property
    def bid(self) -> Price | None:
        """The standing bid."""
        return self.public.bid

    @property
    def ask(self) -> Price | None:
        """The standing ask."""
        return self.public.ask

    @property
    def traded(self) -> Quantity:
        """Units traded in this period."""
        return self.holding.traded if self.holding else 0

    @property
    def values(self) -> list[Money]:
        """Value or cost of each unit of the period, best first, where units are few; of each step where they are Wh."""
        if self.holding is None:
            return []
        steps = self.holding.steps
        return [step.value for step in steps for _ in range(step.quantity if step.quantity <= UNITS_SHOWN_MAX else 1)]

    @property
    def step_left(self) -> Quantity:
        """How much is left at that value: what an agent offers at once."""
        return self.holding.step_left() if self.holding else 0

    def offers(self) -> Iterator[tuple[Price, Quantity]]:
        """The offers on the other side, best first, as far as they are shown: one pays for what one reads.

        Price and quantity of each order with `book`, of the best level only with less.
        """
        buys = self.role == "buyer"
        side = self.public.book.asks if buys else self.public.book.bids
        if side.count:
            for order in side:
                yield int(order.price), int(order.quantity)
        else:
            price = self.public.ask if buys else self.public.bid
            if price is not None:
                yield price, self.public.ask_quantity if buys else self.public.bid_quantity
