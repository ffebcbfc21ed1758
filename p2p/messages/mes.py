"""The message space of the MES (`double-auction-mes`), with its names: environment, institution and agents."""

from typing import ClassVar

from p2p.base.units import ENVIRONMENT, INSTITUTION, Duration, Price, Quantity, Role, Seat
from p2p.messages.base import Message, OrderId, Taken, WirePrice, WireQuantity
from p2p.scenario.terms import CallTerms, PostingTerms, Terms


class InitInst(Message, frozen=True):
    """Initialises an institution: its opening sentinels, which nobody can accept, its tick, its agents.

    A first bid must improve on `min_val`, a first ask on `max_val`; they lie one tick outside the price limits.
    """

    said_by: ClassVar = "environment"
    told_to: ClassVar = "institution"
    min_val: Price
    max_val: Price
    tick: Price
    agents: tuple[Seat, ...]
    terms: Terms | None = None
    call: CallTerms | None = None
    posting: PostingTerms | None = None


class StartPeriod(Message, frozen=True):
    """Opens the auction for `length_us`, with the buyers and sellers by seat and the number of units each may trade.

    `terms`: the terms of trade from this period on, where they change.
    """

    said_by: ClassVar = "environment"
    told_to: ClassVar = "institution"
    period: int
    length_us: Duration
    buyers: dict[Seat, Quantity]
    sellers: dict[Seat, Quantity]
    terms: Terms | None = None


class EndPeriod(Message, frozen=True):
    """Closes the auction: the institution tells its agents that the round has ended."""

    said_by: ClassVar = "environment, institution (to itself, when its reminder comes), experimenter"
    told_to: ClassVar = "institution, session"


class Reminder(Message, frozen=True):
    """The institution's alarm clock: it set it at the start of the period, and ends the period when it rings.

    The session has one too, for the pause between periods (`period` is then the one that is to come). Where sellers
    post, agents are told of the one that is set when posting ends: buyers take from then on, for `length_us`.
    """

    said_by: ClassVar = "institution, session"
    told_to: ClassVar = "itself, agents"
    period: int
    length_us: Duration


class ReminderEndPeriod(Message, frozen=True):
    """Makes the environment end the period before its time: it sends `end_period` to the institution."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "environment"


class StartRound(Message, frozen=True):
    """Tells the agents that they may trade now, and for how long."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    period: int
    length_us: Duration


class EndRound(Message, frozen=True):
    """Tells the agents that the market is closed: they stop thinking about it."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agents"
    period: int


class RequestStanding(Message, frozen=True):
    """Asks for the standing bid and ask; answered with `standing`."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "institution"
    recipient: ClassVar = INSTITUTION


class Standing(Message, frozen=True):
    """The standing bid and ask, absent where there is none, and whose they are where identities are shown."""

    said_by: ClassVar = "institution"
    told_to: ClassVar = "agent, agents"
    bid: Price | None = None
    buyer: Seat | None = None
    ask: Price | None = None
    seller: Seat | None = None


class Bid(Message, frozen=True):
    """Offers to buy a unit at a price. It must improve on the standing bid; at or above the standing ask it buys.

    `confirmed`: its sender was asked about a possible loss, and meant it.
    """

    said_by: ClassVar = "agent (a buyer)"
    told_to: ClassVar = "institution"
    recipient: ClassVar = INSTITUTION
    price: WirePrice
    quantity: WireQuantity = 1
    confirmed: bool = False


class Ask(Message, frozen=True):
    """Offers to sell a unit at a price. It must improve on the standing ask; at or below the standing bid it sells."""

    said_by: ClassVar = "agent (a seller)"
    told_to: ClassVar = "institution"
    recipient: ClassVar = INSTITUTION
    price: WirePrice
    quantity: WireQuantity = 1
    confirmed: bool = False


class Buy(Message, frozen=True):
    """Accepts the standing ask. With a price: only if the ask is no worse than that, else it is refused `moved`."""

    said_by: ClassVar = "agent (a buyer)"
    told_to: ClassVar = "institution"
    recipient: ClassVar = INSTITUTION
    price: WirePrice | None = None
    quantity: WireQuantity = 1
    confirmed: bool = False


class Sell(Message, frozen=True):
    """Accepts the standing bid. With a price: only if the bid is no worse than that, else it is refused `moved`."""

    said_by: ClassVar = "agent (a seller)"
    told_to: ClassVar = "institution"
    recipient: ClassVar = INSTITUTION
    price: WirePrice | None = None
    quantity: WireQuantity = 1
    confirmed: bool = False


class Contract(Message, frozen=True):
    """A unit changes hands: `number` counts the period's contracts from 1, `taken` is the quote that was accepted.

    Buyer and seller are in the record, and for agents only where identities are shown; `mine` is said to its owners.
    """

    said_by: ClassVar = "institution"
    told_to: ClassVar = "environment, and all agents in its public form"
    number: int
    price: Price
    taken: Taken
    buyer: Seat | None = None
    seller: Seat | None = None
    mine: Role | None = None
    quantity: Quantity = 1
    buy_order: OrderId | None = None
    sell_order: OrderId | None = None
    seller_price: Price | None = None

    @property
    def paid_to_seller(self) -> Price:
        """The seller's price per unit: the contract's price, less a congestion rent or what a matchmaker keeps."""
        return self.price if self.seller_price is None else self.seller_price

    @property
    def own_price(self) -> Price:
        """The price at which its owner is told that it traded."""
        return self.paid_to_seller if self.mine == "seller" else self.price


class RequestContracts(Message, frozen=True):
    """Asks the environment for the contracts of this period; answered with `contracts`."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "environment"
    recipient: ClassVar = ENVIRONMENT


class Contracts(Message, frozen=True):
    """The contracts of this period so far, (buyer_id, seller_id, price) each; ids are absent where hidden."""

    said_by: ClassVar = "environment"
    told_to: ClassVar = "agent"
    contracts: tuple[tuple[Seat | None, Seat | None, Price], ...]
