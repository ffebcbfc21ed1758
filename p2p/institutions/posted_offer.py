"""Posted offers: sellers post once, unseen by anybody; when posting ends, buyers take, first come first served.

Source: the institution of Plott & Smith (1978), Review of Economic Studies 45, and of Ketcham, Smith & Williams (1984),
same journal 51. A post is a price for all units that its seller holds; any quantity said must not exceed those units.
Posting ends after `post_s`, or as soon as every seller with a unit has posted. A seller who has not posted by then is
absent for the period. Buyers take the cheapest offer, of equal ones the earlier post; a part of it may be taken. Nobody
bids, nothing is taken back, and no post outlives its period.
"""

from p2p.base.units import AGENTS, INSTITUTION, Address, Duration, Price, Quantity, Seat
from p2p.institutions.continuous import ContinuousAuction
from p2p.institutions.trading_rights import seat_of
from p2p.messages import (
    Ask,
    Bid,
    Buy,
    Cancel,
    EndPeriod,
    Message,
    Order,
    Reminder,
    Replace,
    Standing,
    StartPeriod,
)
from p2p.messages.envelope import Answer, Outgoing, Refusal
from p2p.orderbook.book import Order as Resting
from p2p.scenario.capabilities import INSTITUTIONS
from p2p.scenario.terms import PostingTerms


class PostedOffer(ContinuousAuction):
    """The institution. Takes are the open book's; while sellers post, that book is hidden."""

    capabilities = INSTITUTIONS["posted-offer"]

    def __init__(self) -> None:
        super().__init__()
        self.posting = False
        self.length_us: Duration = 0

    def handle(self, message: Message, sender: Address) -> Answer:
        """The messages in answer to one, or the reason of its refusal."""
        match message:
            case Ask(price=price, quantity=quantity):
                return self._post(sender, price, quantity)
            case Bid():
                return self.floor.role_refusal("buyer", sender) or Refusal("may_not_quote")
            case Buy() if self.posting:
                return self.floor.role_refusal("buyer", sender) or Refusal("still_posting")
            case Cancel() | Replace():
                return Refusal("cannot_be_withdrawn" if self.floor.open else "not_open")
            case _:
                return super().handle(message, sender)

    def _told(self, message: Message) -> list[Outgoing]:
        """What the environment, or its own reminder, tells the institution."""
        match message:
            case StartPeriod(length_us=length_us):
                self.posting, self.length_us = True, length_us
                return self.floor.start(message, self._post_us())
            case Reminder():
                return self._end_posting() if self.posting else [Outgoing(INSTITUTION, EndPeriod())]
            case EndPeriod():
                before = self.orders.best_quotes()
                gone = self.orders.drop_all()
                if self.posting:
                    self.posting = False
                    return [*map(_to_owner, gone), *self.floor.end()]
                return [*gone, *self.orders.quote_changes(before), *self.floor.end()]
            case _:
                return super()._told(message)

    def _post_us(self) -> Duration:
        return (self.floor.init.posting or PostingTerms()).post_us(self.length_us)

    def _post(self, sender: Address, price: Price, quantity: Quantity) -> Answer:
        refusal = (
            self.floor.role_refusal("seller", sender)
            or self._no_post(seat_of(sender))
            or self.floor.price_refusal(price)
            or self.floor.not_a_quantity(seat_of(sender), "seller", quantity)
        )
        if refusal:
            return refusal
        seat = seat_of(sender)
        post = Resting(self.orders.new_id(), False, price, self.floor.may_sell[seat], seat)
        sent = [_to_owner(self.orders.rest(post))]
        waited_for = (one for one, units in self.floor.may_sell.items() if units)
        return sent + (self._end_posting() if all(self.orders.open.get(one) for one in waited_for) else [])

    def _no_post(self, seat: Seat) -> Refusal | None:
        """Why a seller cannot post now, if so."""
        if not self.posting:
            return Refusal("posting_is_over")
        return Refusal("posted_already") if self.orders.open.get(seat) else None

    def _end_posting(self) -> list[Outgoing]:
        """All offers are shown, and buyers take for the rest of the period: the reminder says how long that is."""
        self.posting = False
        reminder = Reminder(self.floor.period, self.length_us - self._post_us())
        offers = [self.orders.order_event(order) for order in self.orders.book.asks]
        return [Outgoing(AGENTS, reminder), *offers, *self.orders.quote_changes((None, None))]

    def standing(self) -> Standing:
        """The cheapest offer; nothing while sellers post."""
        return Standing() if self.posting else super().standing()

    def commitments(self, seat: Seat, message: Message) -> list[tuple[Price, Quantity]]:
        """The commitments of a post, to all its seller's units; the trades that a take would make now."""
        match message:
            case Ask(price=price) if self.posting and not self.floor.role_refusal("seller", seat):
                return [] if self.floor.price_refusal(price) else [(price, self.floor.may_sell[seat])]
            case Buy() if not self.posting:
                return super().commitments(seat, message)
            case _:
                return []

    def state(self) -> object:
        """All that the institution remembers."""
        return (super().state(), self.posting, self.length_us)


def _to_owner(sent: Outgoing) -> Outgoing:
    """What the book says of an order, told to nobody but its owner."""
    order = sent.message
    assert isinstance(order, Order), "the book tells orders"
    assert order.trader is not None, "each has an owner"
    return Outgoing(order.trader, order)
