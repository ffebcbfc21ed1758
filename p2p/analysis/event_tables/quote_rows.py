"""The best bid and the best ask of each market over time, a row for each change, as the public of the market has them.

Where orders are collected for a call nobody is told quotes: there they are the best of the orders collected so far,
which may cross.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from p2p.analysis.event_tables.order_rows import Open
from p2p.analysis.event_tables.record_context import Record, RecordContext, Row, RowFold
from p2p.base.units import Price, Quantity, Seat, Side
from p2p.messages import Contract, EndRound, OrderId, Quote, StartRound
from p2p.messages.envelope import Event
from p2p.scenario.capabilities import Capabilities


@dataclass(frozen=True)
class Best:
    """The best of a side: its price, how much there is at it, whose its first order is."""

    price: Price
    quantity: Quantity
    seat: Seat | None


Quotes: TypeAlias = dict[Side, Best]
BID = ("bid", "bid_quantity", "bidder")
ASK = ("ask", "ask_quantity", "asker")


class QuoteRows(RowFold):
    """Folds records, after the orders; `rows` are in order."""

    def __init__(
        self,
        context: RecordContext,
        capabilities: Mapping[int, Capabilities],
        books: Mapping[int, Mapping[OrderId, Open]],
    ) -> None:
        """`books`: the open orders of each market, as `OrderRows` keeps them."""
        self._context, self._can, self._books = context, capabilities, books
        self.rows: list[Row] = []
        self._now: dict[int, Quotes] = {market: {} for market in capabilities}
        self._told: dict[int, Quotes] = {market: {} for market in capabilities}
        self._last: dict[int, Row] = {}

    def on_record(self, record: Record) -> None:
        """Take in a record."""
        touched = {event.market for event in record.events if event.market is not None}
        for market in sorted(touched):
            began = any(event.market == market and type(event.message) is StartRound for event in record.events)
            ended = any(event.market == market and type(event.message) is EndRound for event in record.events)
            now = self._collected(market) if self._can[market].collects else self._quoted(record, market)
            if ended:
                self._close(market, self._context.head(record, market))
            elif began or (now != self._told[market] and self._context.clocks.of[market].open):
                self._add(market, now, self._context.head(record, market))

    def _quoted(self, record: Record, market: int) -> Quotes:
        """The quotes as they were told: the standing auction's are cleared by a contract, and all by its end."""
        now = self._now[market]
        for event in record.events:
            if event.market == market:
                now = self._after(now, event, market)
        self._now[market] = now
        return now

    def _after(self, now: Quotes, event: Event, market: int) -> Quotes:
        match event.message:
            case Quote(side=side, price=None):
                return {one: best for one, best in now.items() if one != side}
            case Quote(side=side, price=int() as price, trader=trader, quantity=quantity):
                return {**now, side: Best(price, quantity, trader)}
            case Contract() | EndRound() if self._can[market].resets_on_contract:
                return {}
            case _:
                return now

    def _collected(self, market: int) -> Quotes:
        """The best of the orders that were collected."""
        found: Quotes = {}
        by_side: dict[Side, list[Open]] = {"bid": [], "ask": []}
        for order in self._books[market].values():
            by_side[order.side].append(order)
        for side, orders in by_side.items():
            if orders:
                found[side] = _best(side, orders)
        return found

    def _add(self, market: int, now: Quotes, head: Row) -> None:
        self._close(market, head)
        row = {**head, **_cells(now.get("bid"), BID), **_cells(now.get("ask"), ASK)}
        row["stood_s"] = None
        self._last[market], self._told[market] = row, now
        self.rows.append(row)

    def _close(self, market: int, head: Row) -> None:
        """The quotes of the last row stood until now, pauses not counted."""
        last = self._last.pop(market, None)
        if last is not None and head["time_s"] is not None:
            last["stood_s"] = head["time_s"] - last["time_s"]


def _cells(best: Best | None, names: tuple[str, str, str]) -> Row:
    """The cells of a side; empty where nothing stands."""
    return dict(zip(names, (None,) * 3 if best is None else (best.price, best.quantity, best.seat), strict=True))


def _best(side: Side, orders: Iterable[Open]) -> Best:
    prices = [(order.price or 0, order) for order in orders]
    price = max(one for one, _ in prices) if side == "bid" else min(one for one, _ in prices)
    level = [order for one, order in prices if one == price]
    return Best(price, sum(order.left for order in level), min(level, key=lambda one: one.number).seat)
