"""A day of a cell, interval by interval: agents act in index order on a continuous book, or all at once in a call."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from p2p.base.exact_sum import total
from p2p.environments.load_profiles import INTERVAL_H
from p2p.orderbook.book import Book, Order
from p2p.orderbook.pairwise_clearing import Pair, clear, quoted_surplus
from p2p.orderbook.pairwise_clearing import Quote as Price
from p2p.orderbook.visible_offers import Offers, Ranked, Ticker
from p2p.sim.study.v4.cell import Cell
from p2p.sim.study.v4.measures import Clock, Interval, Trade, measure
from p2p.sim.study.v4.planner_bound import Turn
from p2p.sim.study.v4.rules import RULES, TICK_CPERKWH, BookPrices, Rules
from p2p.sim.study.v4.traders import Decision, Quote, Trader, seat


def to_submit(trader: Trader, net: float, decision: Decision, fresh: int) -> Quote:
    """The limit order that a decision comes to, which for v4's posts is a later quote."""
    action, is_buy, price, quantity, _ = decision
    if action == "post" and fresh:
        quote = None
        for _ in range(fresh):
            quote = trader.quote(net)
        assert quote is not None
        return quote
    return is_buy, price, quantity


class Day:
    """The state of a cell's market: its book, its traders, the number of the next order."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.rules: Rules = RULES[cell.rules]
        self.traders = seat(cell, self.rules)
        # By interval, in the traders' order: each day is read across, and a day of its own would be cold by then.
        self.net = [array("d", nets) for nets in zip(*(trader.day for trader in self.traders), strict=True)]
        self.next_id = 0
        self.capacity = self._capacity()
        self.prices = BookPrices()
        self._open()

    def _open(self) -> None:
        """An empty book, and what the information set shows of it."""
        self.book = Book()
        bids, asks = self.book.bids, self.book.asks
        self.ranked: tuple[Ranked, Ranked] | None = None
        self.offers: tuple[Offers, Offers] = (bids, asks)
        if self.cell.info_set == "ticker":
            self.offers = (Ticker(bids), Ticker(asks))
        elif self.cell.mechanism == "call" and self.cell.mode == "band":
            self.offers = self.ranked = (Ranked(bids), Ranked(asks))

    def _capacity(self) -> float | None:
        """What the feeder carries in an interval, in units of quantity."""
        kw = self.cell.feeder_cap_kw
        if kw is None:
            return None
        energy = kw * INTERVAL_H * self.rules.quantity_per_kwh
        return int(energy) if self.rules.whole_units else energy

    def play(self, clock: Clock | None = None) -> Iterator[Interval]:
        """The intervals of the day; each `decide` is timed if there is a clock."""
        interval = self._call if self.cell.mechanism == "call" else self._continuous
        for t in range(self.cell.intervals):
            yield interval(t, clock)
            if not self.rules.orders_outlive_their_interval:
                self._open()

    def _continuous(self, t: int, clock: Clock | None) -> Interval:
        """Each agent in turn decides on the book as it stands, and its order trades or rests at once."""
        turn = Turn(self.book, self.next_id)
        fresh, rounds, prices = self.rules.fresh_quotes_of_a_post_cda, self.rules.rounds_prices_at_the_book, self.prices
        bids, asks = self.offers
        decisions: list[Decision] = []
        wall_ns: list[int] = []
        for trader, net in zip(self.traders, self.net[t], strict=True):
            if clock is None:
                decision = trader.decide(net, bids, asks)
            else:
                started = clock()
                decision = trader.decide(net, bids, asks)
                wall_ns.append(clock() - started)
            decisions.append(decision)
            if decision[0] != "none":
                is_buy, price, quantity = to_submit(trader, net, decision, fresh)
                turn.submit(is_buy, price, prices[round(price / TICK_CPERKWH)] if rounds else price, quantity)
        self.next_id = turn.next_id
        return self._interval(t, decisions, wall_ns, turn.trades, turn.submitted, turn.bound(self.capacity))

    def _call(self, t: int, clock: Clock | None) -> Interval:
        """All agents decide on the book as the interval found it; then everything is cleared at once.

        A pair pays the ask's price. Clearing is the planner's own pairing, so the bound is what was reached.
        """
        fresh = self.rules.fresh_quotes_of_a_post_call
        bids, asks = self.offers
        decisions: list[Decision] = []
        wall_ns: list[int] = []
        both = zip(self.traders, self.net[t], strict=True)
        if clock is None:
            decisions = [trader.decide(net, bids, asks) for trader, net in both]
        else:
            started = clock()
            for trader, net in both:
                decisions.append(trader.decide(net, bids, asks))
                ended = clock()
                wall_ns.append(ended - started)
                started = ended
        submitted: tuple[list[Price], list[Price]] = ([], [])
        orders = []
        for trader, net, decision in zip(self.traders, self.net[t], decisions, strict=True):
            if decision[0] != "none":
                is_buy, price, quantity = to_submit(trader, net, decision, fresh)
                submitted[0 if is_buy else 1].append((price, quantity))
                orders.append(Order(self.next_id, is_buy, price, quantity))
                self.next_id += 1
        pairs = self._clear(orders)
        trades = [(bid, ask, quantity, ask) for bid, ask, quantity in pairs]
        return self._interval(t, decisions, wall_ns, trades, submitted, quoted_surplus(pairs))

    def _clear(self, orders: list[Order]) -> list[Pair]:
        """Rest the orders of a call and clear it."""
        self.book.rest_all(orders)
        if self.ranked is None:
            return clear(self.book, self.capacity)
        for ranked in self.ranked:
            ranked.rested(order.price for order in orders if order.is_buy is ranked.side.is_buy)
        pairs = clear(self.book, self.capacity)
        for ranked in self.ranked:
            ranked.traded()
        return pairs

    def _interval(
        self,
        t: int,
        decisions: list[Decision],
        wall_ns: list[int],
        trades: list[Trade],
        submitted: tuple[list[Price], list[Price]],
        bound: float,
    ) -> Interval:
        """The interval's row."""
        buy, sell = (total(quantity for _, quantity in side) for side in submitted)
        measures = measure(trades, buy, sell, bound, self.rules.price_unit, self.rules.quantity_per_kwh)
        return Interval(t, measures, decisions, wall_ns)
