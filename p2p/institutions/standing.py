"""Smith's double auction with a standing bid and a standing ask and nothing behind them.

Source: the MES `double-auction-mes`, after Smith (1962, 1969). One unit a contract. A bid or ask must improve on the
standing one (a tie does not; improving on one's own is allowed; nothing can be withdrawn). A bid at or above the
standing ask contracts at the ask, an ask at or below the standing bid at the bid. Buy and sell accept the standing
quote. After each contract both sides are open again. Where the terms of trade waive the improvement rule, the newest
stands.
"""

from p2p.base.units import AGENTS, ENVIRONMENT, INSTITUTION, Address, Price, Quantity, Role, Seat, Side
from p2p.institutions.base import Institution
from p2p.institutions.trading_rights import TradingRights, seat_of
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Cancel,
    Contract,
    EndPeriod,
    InitInst,
    Message,
    Quote,
    Reminder,
    Replace,
    RequestStanding,
    Sell,
    Standing,
    StartPeriod,
)
from p2p.messages.envelope import Answer, Outgoing, Refusal
from p2p.scenario.capabilities import INSTITUTIONS


class StandingAuction(Institution):
    """The institution. Between `start_period` and `end_period` it is open; outside every order is refused."""

    capabilities = INSTITUTIONS["standing"]

    def __init__(self) -> None:
        self.floor = TradingRights()
        self._clear()

    def _clear(self) -> None:
        """Back to the opening sentinels, which no one can accept."""
        self.bid: Price = self.floor.init.min_val
        self.ask: Price = self.floor.init.max_val
        self.bidder: Seat | None = None
        self.asker: Seat | None = None

    def handle(self, message: Message, sender: Address) -> Answer:
        """The messages in answer to one, or the reason of its refusal."""
        if type(message) is Bid:  # not `match`: most of what is said is a quote
            refused = self._no_quote(sender, "buyer", message.price, message.quantity)
            return refused or self._bid(seat_of(sender), message.price)
        if type(message) is Ask:
            refused = self._no_quote(sender, "seller", message.price, message.quantity)
            return refused or self._ask(seat_of(sender), message.price)
        match message:
            case Buy(price=limit, quantity=quantity):
                return self._no_trade(sender, "buyer", quantity) or self._buy(seat_of(sender), limit)
            case Sell(price=limit, quantity=quantity):
                return self._no_trade(sender, "seller", quantity) or self._sell(seat_of(sender), limit)
            case Cancel() | Replace():
                return Refusal("cannot_be_withdrawn" if self.floor.open else "not_open")
            case RequestStanding():
                return [Outgoing(sender, self.standing())]
            case _:
                return self._told(message)

    def _told(self, message: Message) -> list[Outgoing]:
        """What the environment, or its own reminder, tells the institution."""
        match message:
            case InitInst():
                self.floor.init = message
                self._clear()
                return []
            case StartPeriod():
                self._clear()
                return self.floor.start(message, message.length_us)
            case Reminder():
                return [Outgoing(INSTITUTION, EndPeriod())]
            case EndPeriod():
                self._clear()
                return self.floor.end()
            case _:
                raise AssertionError(f"an institution is not told {message.directive}")

    def _no_trade(self, sender: Address, role: Role, quantity: Quantity) -> Refusal | None:
        """One unit a contract: nothing else can be meant."""
        return self.floor.role_refusal(role, sender) or (Refusal("one_unit") if quantity > 1 else None)

    def _no_quote(self, sender: Address, role: Role, price: Price, quantity: Quantity) -> Refusal | None:
        floor = self.floor
        return self._no_trade(sender, role, quantity) or floor.not_a_quote(role) or floor.price_refusal(price)

    def _bid(self, buyer: Seat, price: Price) -> Answer:
        if self.asker == buyer and price >= self.ask:
            if self.floor.terms.self_trade == "refuse":
                return Refusal("own_order")
            return [self._withdrawn("ask"), *self._stands("bid", price, buyer)]
        if self.asker is not None and price >= self.ask:
            return self._contract(buyer, self.asker, self.ask, "ask")
        if price <= self.bid and self.floor.terms.improvement is not False:
            return Refusal("does_not_improve")
        return self._stands("bid", price, buyer)

    def _ask(self, seller: Seat, price: Price) -> Answer:
        if self.bidder == seller and price <= self.bid:
            if self.floor.terms.self_trade == "refuse":
                return Refusal("own_order")
            return [self._withdrawn("bid"), *self._stands("ask", price, seller)]
        if self.bidder is not None and price <= self.bid:
            return self._contract(self.bidder, seller, self.bid, "bid")
        if price >= self.ask and self.floor.terms.improvement is not False:
            return Refusal("does_not_improve")
        return self._stands("ask", price, seller)

    def _stands(self, side: Side, price: Price, trader: Seat) -> list[Outgoing]:
        """A quote becomes the standing one."""
        if side == "bid":
            self.bid, self.bidder = price, trader
        else:
            self.ask, self.asker = price, trader
        return [Outgoing(AGENTS, Quote(side, price, trader))]

    def _withdrawn(self, side: Side) -> Outgoing:
        """The quote of a trader that would have met themselves leaves."""
        if side == "bid":
            self.bid, self.bidder = self.floor.init.min_val, None
        else:
            self.ask, self.asker = self.floor.init.max_val, None
        return Outgoing(AGENTS, Quote(side, None, quantity=0))

    def _buy(self, buyer: Seat, limit: Price | None) -> Answer:
        if self.asker is None:
            return Refusal("no_standing_ask")
        if limit is not None and self.ask > limit:
            return Refusal("moved")
        if self.asker == buyer:
            return Refusal("own_order") if self.floor.terms.self_trade == "refuse" else [self._withdrawn("ask")]
        return self._contract(buyer, self.asker, self.ask, "ask")

    def _sell(self, seller: Seat, limit: Price | None) -> Answer:
        if self.bidder is None:
            return Refusal("no_standing_bid")
        if limit is not None and self.bid < limit:
            return Refusal("moved")
        if self.bidder == seller:
            return Refusal("own_order") if self.floor.terms.self_trade == "refuse" else [self._withdrawn("bid")]
        return self._contract(self.bidder, seller, self.bid, "bid")

    def _contract(self, buyer: Seat, seller: Seat, price: Price, taken: Side) -> list[Outgoing]:
        number = self.floor.trade(buyer, seller, 1)
        self._clear()
        return [Outgoing(ENVIRONMENT, Contract(number, price, taken, buyer, seller))]

    def standing(self) -> Standing:
        """The standing bid and ask and whose they are; the sentinels are not shown."""
        return Standing(
            bid=None if self.bidder is None else self.bid,
            buyer=self.bidder,
            ask=None if self.asker is None else self.ask,
            seller=self.asker,
        )

    def commitments(self, seat: Seat, message: Message) -> list[tuple[Price, Quantity]]:
        """The one price that the sender of an order would pay or get at worst; none where it cannot trade."""
        role: Role = "buyer" if isinstance(message, Bid | Buy) else "seller"
        if self.floor.role_refusal(role, seat):
            return []
        match message:
            case Bid(price=price) | Ask(price=price):
                return [] if self.floor.price_refusal(price) else [(price, 1)]
            case Buy(price=limit) if self.asker is not None and (limit is None or self.ask <= limit):
                return [(self.ask, 1)]
            case Sell(price=limit) if self.bidder is not None and (limit is None or self.bid >= limit):
                return [(self.bid, 1)]
            case _:
                return []

    def state(self) -> object:
        """All that the auction remembers."""
        return (self.floor.remembered(), (self.bid, self.bidder, self.ask, self.asker))
