"""The floor of a market: traders and their quantities in the period that runs, the prices, and the terms.

Checks common to all institutions are here, once; each keeps its own order of trade.
"""

from p2p.base.units import AGENTS, INSTITUTION, Address, Duration, Price, Quantity, Role, Seat
from p2p.messages import EndRound, InitInst, Reminder, StartPeriod, StartRound
from p2p.messages.envelope import Outgoing, Refusal
from p2p.scenario.terms import NO_TERMS, CallTerms, Terms


class TradingRights:
    """Opened by `start`, closed by `end`; counts what each trader may still buy and sell."""

    def __init__(self) -> None:
        self.init = InitInst(min_val=0, max_val=0, tick=1, agents=())
        self.changed: Terms | None = None
        self.open = False
        self.period = 0
        self.contracts = 0
        self.may_buy: dict[Seat, Quantity] = {}
        self.may_sell: dict[Seat, Quantity] = {}

    @property
    def terms(self) -> Terms:
        """The terms of trade: those of the latest period that changed them, or the first ones."""
        return self.changed or self.init.terms or NO_TERMS

    @property
    def call(self) -> CallTerms:
        """The further terms of a call auction."""
        return self.init.call or CallTerms()

    def start(self, message: StartPeriod, first_reminder_us: Duration) -> list[Outgoing]:
        """Open for a period; the institution is to be reminded after `first_reminder_us`."""
        assert not self.open, "a period starts after the one before has ended"
        self.open, self.period, self.contracts = True, message.period, 0
        self.changed = message.terms or self.changed
        self.may_buy, self.may_sell = dict(message.buyers), dict(message.sellers)
        return [
            Outgoing(AGENTS, StartRound(message.period, message.length_us)),
            Outgoing(INSTITUTION, Reminder(message.period, first_reminder_us)),
        ]

    def end(self) -> list[Outgoing]:
        """Close."""
        assert self.open, "only an open market can be closed"
        self.open = False
        return [Outgoing(AGENTS, EndRound(self.period))]

    def units(self, role: Role) -> dict[Seat, Quantity]:
        """The quantity that each trader of a role may still trade."""
        return self.may_buy if role == "buyer" else self.may_sell

    def role_refusal(self, role: Role, sender: Address) -> Refusal | None:
        """The reason why a sender may not trade in a role now; None if they may."""
        if not self.open:
            return Refusal("not_open")
        left = (self.may_buy if role == "buyer" else self.may_sell).get(sender) if isinstance(sender, int) else None
        if left is None:
            return Refusal("not_a_buyer" if role == "buyer" else "not_a_seller")
        return None if left > 0 else Refusal("no_units_left")

    def price_refusal(self, price: Price) -> Refusal | None:
        """Why a price may not be said, if so."""
        init, terms = self.init, self.terms
        if not init.min_val + init.tick <= price <= init.max_val - init.tick:
            return Refusal("price_out_of_limits")
        if (price - init.min_val) % init.tick:
            return Refusal("off_tick")
        if terms.price_ceiling is not None and price > terms.price_ceiling:
            return Refusal("above_ceiling")
        if terms.price_floor is not None and price < terms.price_floor:
            return Refusal("below_floor")
        return None

    def not_a_quote(self, role: Role) -> Refusal | None:
        """Why a role may not make quotes, if so."""
        allowed = self.terms.quotes
        return None if allowed == "both" or allowed == f"{role}s" else Refusal("may_not_quote")

    def not_a_quantity(self, sender: Seat, role: Role, quantity: Quantity, committed: Quantity = 0) -> Refusal | None:
        """The reason why a trader may not trade a quantity beside the committed one; None if they may."""
        if self.terms.units == "one" and quantity > 1:
            return Refusal("one_unit")
        return Refusal("no_units_left") if committed + quantity > self.units(role)[sender] else None

    def trade(self, buyer: Seat, seller: Seat, quantity: Quantity) -> int:
        """Count a contract; its number in the period."""
        self.may_buy[buyer] -= quantity
        self.may_sell[seller] -= quantity
        assert self.may_buy[buyer] >= 0, "nobody buys more than they may"
        assert self.may_sell[seller] >= 0, "nobody sells more than they may"
        self.contracts += 1
        return self.contracts

    def remembered(self) -> object:
        """All that it remembers."""
        units = (sorted(self.may_buy.items()), sorted(self.may_sell.items()))
        return (self.init, self.open, self.period, self.contracts, units, *([self.changed] if self.changed else []))


def seat_of(sender: Address) -> Seat:
    """The sender as a seat; only traders pass the checks before it."""
    assert isinstance(sender, int), "only traders trade"  # is_seat, without the call
    return sender
