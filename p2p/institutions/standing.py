"""Smith's double auction with a standing bid and a standing ask and nothing behind them.

Source: the seed `double-auction-mes`, after Smith (1962, 1969). One unit a contract. A bid or ask must improve on the
standing one (a tie does not; improving on one's own is allowed; nothing can be withdrawn). A bid at or above the
standing ask contracts at the ask, an ask at or below the standing bid at the bid; buy and sell accept what stands.
After each contract both sides are open again.
"""

from p2p.institutions import Sent
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Contract,
    EndPeriod,
    EndRound,
    InitInst,
    Message,
    Quote,
    Reason,
    Reminder,
    RequestStanding,
    Sell,
    Standing,
    StartPeriod,
    StartRound,
)
from p2p.units import AGENTS, ENVIRONMENT, INSTITUTION, Address, Price, Quantity, Seat, Side


class StandingAuction:
    """The institution. Between `start_period` and `end_period` it is open; outside every order is refused."""

    def __init__(self) -> None:
        self.init = InitInst(min_val=0, max_val=0, tick=1, agents=())
        self.open = False
        self.period = 0
        self.contracts = 0
        self.may_buy: dict[Seat, Quantity] = {}
        self.may_sell: dict[Seat, Quantity] = {}
        self._clear()

    def _clear(self) -> None:
        """Back to the opening sentinels, which no one can accept."""
        self.bid: Price = self.init.min_val
        self.ask: Price = self.init.max_val
        self.bidder: Seat | None = None
        self.asker: Seat | None = None

    def handle(self, message: Message, sender: Address) -> list[Sent] | Reason:
        """What is sent upon a message, or why it is refused."""
        match message:
            case Bid(price=price):
                return self._not_a_buyer(sender) or self._not_a_price(price) or self._bid(_seat(sender), price)
            case Ask(price=price):
                return self._not_a_seller(sender) or self._not_a_price(price) or self._ask(_seat(sender), price)
            case Buy(price=limit):
                return self._not_a_buyer(sender) or self._buy(_seat(sender), limit)
            case Sell(price=limit):
                return self._not_a_seller(sender) or self._sell(_seat(sender), limit)
            case RequestStanding():
                return [Sent(sender, self.standing())]
            case InitInst():
                self.init = message
                self._clear()
                return []
            case StartPeriod():
                return self._start(message)
            case Reminder():
                return [Sent(INSTITUTION, EndPeriod())]
            case EndPeriod():
                return self._end()
            case _:
                raise AssertionError(f"an institution is not told {message.directive}")

    def _start(self, message: StartPeriod) -> list[Sent]:
        assert not self.open, "a period starts after the one before has ended"
        self.open, self.period, self.contracts = True, message.period, 0
        self.may_buy, self.may_sell = dict(message.buyers), dict(message.sellers)
        self._clear()
        return [
            Sent(AGENTS, StartRound(message.period, message.length_us)),
            Sent(INSTITUTION, Reminder(message.period, message.length_us)),
        ]

    def _end(self) -> list[Sent]:
        assert self.open, "only an open auction can be closed"
        self.open = False
        self._clear()
        return [Sent(AGENTS, EndRound(self.period))]

    def _not_a_buyer(self, sender: Address) -> Reason | None:
        if not self.open:
            return "not_open"
        left = self.may_buy.get(sender) if isinstance(sender, int) else None
        if left is None:
            return "not_a_buyer"
        return None if left > 0 else "no_units_left"

    def _not_a_seller(self, sender: Address) -> Reason | None:
        if not self.open:
            return "not_open"
        left = self.may_sell.get(sender) if isinstance(sender, int) else None
        if left is None:
            return "not_a_seller"
        return None if left > 0 else "no_units_left"

    def _not_a_price(self, price: Price) -> Reason | None:
        init = self.init
        if not init.min_val + init.tick <= price <= init.max_val - init.tick:
            return "price_out_of_limits"
        return None if (price - init.min_val) % init.tick == 0 else "off_tick"

    def _bid(self, buyer: Seat, price: Price) -> list[Sent] | Reason:
        if self.asker is not None and price >= self.ask:
            return self._contract(buyer, self.asker, self.ask, "ask")
        if price <= self.bid:
            return "does_not_improve"
        self.bid, self.bidder = price, buyer
        return [Sent(AGENTS, Quote("bid", price, buyer))]

    def _ask(self, seller: Seat, price: Price) -> list[Sent] | Reason:
        if self.bidder is not None and price <= self.bid:
            return self._contract(self.bidder, seller, self.bid, "bid")
        if price >= self.ask:
            return "does_not_improve"
        self.ask, self.asker = price, seller
        return [Sent(AGENTS, Quote("ask", price, seller))]

    def _buy(self, buyer: Seat, limit: Price | None) -> list[Sent] | Reason:
        if self.asker is None:
            return "no_standing_ask"
        if limit is not None and self.ask > limit:
            return "moved"
        return self._contract(buyer, self.asker, self.ask, "ask")

    def _sell(self, seller: Seat, limit: Price | None) -> list[Sent] | Reason:
        if self.bidder is None:
            return "no_standing_bid"
        if limit is not None and self.bid < limit:
            return "moved"
        return self._contract(self.bidder, seller, self.bid, "bid")

    def _contract(self, buyer: Seat, seller: Seat, price: Price, taken: Side) -> list[Sent]:
        self.may_buy[buyer] -= 1
        self.may_sell[seller] -= 1
        self.contracts += 1
        self._clear()
        return [Sent(ENVIRONMENT, Contract(self.contracts, price, taken, buyer, seller))]

    def standing(self) -> Standing:
        """The standing bid and ask and whose they are; the sentinels are not shown."""
        return Standing(
            bid=None if self.bidder is None else self.bid,
            buyer=self.bidder,
            ask=None if self.asker is None else self.ask,
            seller=self.asker,
        )

    def price_of(self, message: Message) -> Price | None:
        """What the sender of an order would pay or get at worst, None where it cannot trade."""
        if not self.open:
            return None
        match message:
            case Bid(price=price) | Ask(price=price):
                return None if self._not_a_price(price) else price
            case Buy(price=limit):
                return self.ask if self.asker is not None and (limit is None or self.ask <= limit) else None
            case Sell(price=limit):
                return self.bid if self.bidder is not None and (limit is None or self.bid >= limit) else None
            case _:
                return None

    def state(self) -> object:
        """All that the auction remembers."""
        standing = (self.bid, self.bidder, self.ask, self.asker)
        units = (sorted(self.may_buy.items()), sorted(self.may_sell.items()))
        return (self.init, self.open, self.period, self.contracts, standing, units)


def _seat(sender: Address) -> Seat:
    assert isinstance(sender, int), "only traders pass the checks before this"
    return sender
