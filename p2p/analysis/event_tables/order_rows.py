"""Every order's life, a row for each change of it: the book at any instant is what the rows up to it leave.

Of institutions with a book the number of an order is the market's own. The standing auction numbers none. There each
order that was accepted is counted; a quote leaves when a better one or a contract takes its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from p2p.analysis.event_tables.order_said import Said, Why, said_by, said_in, why_unasked
from p2p.analysis.event_tables.record_context import Record, RecordContext, Row, RowFold
from p2p.base.sides import OPPOSITE
from p2p.base.units import SECOND, Instant, Price, Quantity, Seat, Side
from p2p.messages import Cancel, Contract, EndRound, Order, OrderId, Quote, Replace, StartRound
from p2p.messages.envelope import Event

Change: TypeAlias = Literal[
    "placed", "filled", "replaced", "trimmed", "cancelled", "expired", "outbid", "cleared", "lapsed"
]
"""The fate of an order. `outbid` and `cleared` are of the standing auction; `lapsed`: a take found no more."""

BOTH: tuple[Side, Side] = ("bid", "ask")


@dataclass
class Open:
    """An order that is in the book, or on its way into it."""

    number: OrderId
    seat: Seat
    side: Side
    price: Price | None
    left: Quantity
    since: Instant


class OrderRows(RowFold):
    """Folds records; `rows` are in order. `books` has the open orders of each market."""

    def __init__(self, context: RecordContext, resets: Mapping[int, bool]) -> None:
        """`resets`: by market, whether a contract clears both quotes, as in the standing auction."""
        self._context, self._resets = context, resets
        self.rows: list[Row] = []
        self.books: dict[int, dict[OrderId, Open]] = {market: {} for market in resets}
        self.made: OrderId | None = None
        """Number of the order that the last record's message made or changed."""
        self._left: dict[int, dict[OrderId, Open]] = {market: {} for market in resets}
        self._last: dict[int, OrderId] = dict.fromkeys(resets, 0)
        self._head: dict[int, Row] = {}
        self._record: Record
        self._said: Said | None = None

    def on_record(self, record: Record) -> None:
        """Take in a record."""
        self._record, self.made = record, None
        self._head.clear()
        self._said = None if record.practice else said_by(record.envelope, record.events)
        for event in record.events:
            if event.market is None:
                continue
            if said := said_in(event):
                self._settle(event.market)
                self._said = said
            elif self._resets[event.market]:
                self._standing(event, event.market)
            else:
                self._book(event, event.market)
        if self._said is not None and self._said.seat is not None:
            self._settle(self._context.market_of[self._said.seat])

    # --- institutions with a book -------------------------------------------------------------------------------

    def _book(self, event: Event, market: int) -> None:
        match event.message:
            case Order() as order:
                self._rests(order, market)
            case Contract(buy_order=buy, sell_order=sell) as contract:
                both = [(number, side) for number, side in zip((buy, sell), BOTH, strict=True) if number is not None]
                for number, side in sorted(both, key=lambda one: one[0] in self.books[market]):  # the new one first
                    self._filled(market, number, side, contract)
            case _:
                pass

    def _rests(self, order: Order, market: int) -> None:
        """The book says how much is left of an order: a new one, or one that has changed."""
        known = self.books[market].get(order.order)
        if known is None:
            if order.quantity > 0:
                seat = -1 if order.trader is None else order.trader
                self._place(market, order.order, seat, order.side, order.price, order.quantity)
        elif order.quantity != known.left:
            change, why = self._cause(known)
            self._changed(market, known, change, why, known.left - order.quantity)

    def _cause(self, known: Open) -> tuple[Change, Why]:
        """Why an order has less left without a contract."""
        said = self._said
        if said is None or said.actor:
            why = why_unasked(self._record.envelope, self._record.events, said)
            if why == "units":
                return "trimmed", why
            return ("cancelled" if why in ("guard", "removed", "line_lost") else "expired"), why
        if known.seat != said.seat:
            return ("trimmed", "units") if self._trades(known.seat) else ("expired", "life")
        if isinstance(said.message, Cancel):
            self.made = known.number
            return "cancelled", ""
        if said.number is not None and said.number != known.number:
            return "trimmed", "units"
        if isinstance(said.message, Replace) or said.side == known.side:
            self.made = said.replaced = known.number
            return "replaced", ""
        return "cancelled", "own_order"

    def _trades(self, seat: Seat) -> bool:
        """Whether a contract of the record is a seat's."""
        made = (event.message for event in self._record.events if type(event.message) is Contract)
        return any(seat in (one.buyer, one.seller) for one in made)

    def _filled(self, market: int, number: OrderId, side: Side, contract: Contract) -> None:
        """A contract uses an order, which may be the one that was just said.

        A published contract may be of an order that had left the book by then: it is filled all the same.
        """
        known = self.books[market].get(number)
        if known is None and (known := self._left[market].get(number)) is not None:
            known.left += contract.quantity
        if known is None:
            seat = contract.buyer if side == "bid" else contract.seller
            price = None if self._said is None else self._said.limit
            asked = contract.quantity if self._said is None else self._said.asked
            known = self._place(market, number, -1 if seat is None else seat, side, price, asked)
        self._changed(market, known, "filled", "", contract.quantity, contract.number)

    def _settle(self, market: int) -> None:
        """What an order asked for beyond its contracts, and does not rest, is gone."""
        said = self._said
        if said is None or said.number is None or not said.takes:
            return
        known = self.books[market].get(said.number)
        if known is not None:
            self._changed(market, known, "lapsed", "", known.left)

    # --- the standing auction -----------------------------------------------------------------------------------

    def _standing(self, event: Event, market: int) -> None:
        match event.message:
            case Quote(side=side, price=None):
                self._leave(market, side, "cancelled", "own_order")
            case Quote(side=side, price=price, trader=trader) if trader is not None:
                old = self._stands(market, side)
                if old is not None:
                    own = old.seat == trader
                    if self._said is not None and own:
                        self._said.replaced = old.number
                    self._changed(market, old, "replaced" if own else "outbid", "improved", old.left)
                self._place(market, self._last[market] + 1, trader, side, price, 1)
            case Contract() as contract:
                self._contract(market, contract)
            case EndRound() | StartRound():
                for side in BOTH:
                    self._leave(market, side, "expired", "period_end")
            case _:
                pass

    def _contract(self, market: int, contract: Contract) -> None:
        """A quote was taken: both orders are filled, and the other side's quote is cleared."""
        taken: Side = "bid" if contract.taken == "bid" else "ask"
        maker, side = self._stands(market, taken), OPPOSITE[taken]
        taker = contract.buyer if side == "bid" else contract.seller
        assert taker is not None, "a record has the owners of a contract"
        said = self._said
        price = None if said is None or said.seat != taker else said.limit
        new = self._place(market, self._last[market] + 1, taker, side, price, 1)
        self._changed(market, new, "filled", "", 1, contract.number)
        if maker is not None:
            self._changed(market, maker, "filled", "", 1, contract.number)
        self._leave(market, side, "cleared", "contract")

    def _stands(self, market: int, side: Side) -> Open | None:
        return next((one for one in self.books[market].values() if one.side == side), None)

    def _leave(self, market: int, side: Side, change: Change, why: Why) -> None:
        old = self._stands(market, side)
        if old is not None:
            self._changed(market, old, change, why, old.left)

    # --- rows ---------------------------------------------------------------------------------------------------

    def _place(
        self, market: int, number: OrderId, seat: Seat, side: Side, price: Price | None, quantity: Quantity
    ) -> Open:
        """A new order; of the one that was just said, its number is known now."""
        said, replaces = self._said, None
        self._last[market] = max(self._last[market], number)
        if said is not None and said.seat == seat and said.number is None and not isinstance(said.message, Cancel):
            said.number = self.made = number
            replaces = said.replaced
        new = self.books[market][number] = Open(number, seat, side, price, quantity, self._record.at)
        self._add(market, new, "placed", "", quantity, replaces=replaces)
        return new

    def _changed(
        self, market: int, known: Open, change: Change, why: Why, by: Quantity, contract: int | None = None
    ) -> None:
        known.left -= by
        if known.left <= 0:
            self._left[market][known.number] = known
            self.books[market].pop(known.number, None)
        self._add(market, known, change, why, by, contract)

    def _add(
        self,
        market: int,
        one: Open,
        change: Change,
        why: Why,
        by: Quantity,
        contract: int | None = None,
        replaces: OrderId | None = None,
    ) -> None:
        head = self._head.get(market)
        if head is None:
            head = self._head[market] = self._context.head(self._record, market)
        gone = one.left <= 0
        self.rows.append(
            {
                **head,
                "order_id": one.number,
                **self._context.whose(one.seat),
                "side": one.side,
                "change": change,
                "why": why or None,
                "price": one.price,
                "quantity": by,
                "remaining": one.left,
                "contract": contract,
                "replaces": replaces,
                "life_s": (self._record.at - one.since) / SECOND if gone else None,
            }
        )
