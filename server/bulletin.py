"""What is due on a market's topics, folded from its public facts by number. No network in here, and no queue.

The bulletin stands on the list of facts that is published anyway: it remembers how far it has read, the latest of each
retained topic, and the contracts that the broker has not confirmed yet. Whatever is lost on the way to a broker is said
again.
"""

from collections.abc import Iterator

import msgspec

from p2p.broadcast import (
    CONTRACTS_KEPT,
    LEVELS_SHOWN,
    Book,
    Contracts,
    Interval,
    Made,
    Period,
    Standing,
    State,
    Welfare,
)
from p2p.knowledge import PublicKnowledge
from p2p.line import FactRead
from p2p.messages import (
    Contract,
    EndRound,
    Extended,
    Intermission,
    Message,
    Metered,
    Order,
    Paused,
    Quote,
    Resumed,
    StartRound,
)
from p2p.messages import Standing as StandingFact
from p2p.rules import PublicRules
from p2p.side import Side
from p2p.units import Instant, Price, Quantity
from p2p.wire import message_of
from server.board import Board
from server.broker_connection import INFLIGHT_MAX

READ_AT_ONCE = 200
"""Facts folded before other tasks of the server have their turn: a millisecond or two."""

HOUSEHOLDS_MIN = 3
"""Of two households, each could tell the other's energy from the sum."""


class Bulletin:
    """One market's public facts as topics. `fold` takes in facts, `due` has what has changed since it was asked."""

    def __init__(self, rules: PublicRules, facts: list[bytes], seats: int) -> None:
        self.rules, self.facts, self.seats = rules, facts, seats
        self.read = 0
        self.confirmed = 0
        self.made: list[tuple[int, int]] = []
        self._public = PublicKnowledge(rules)
        self._has_book = rules.information == "book" and rules.institution != "standing"
        self._next_period = 1
        self._stopped_at: Instant | None = None
        self._at: Instant = 0
        self._period: Period | None = None
        self._interval: Interval | None = None
        self._recent: list[Made] = []
        self._value = 0
        self._quantity: Quantity = 0
        self._last: Price | None = None
        self._energy: dict[int, tuple[int, int, int]] = {}
        self._changed: set[str] = set()
        self._welfare: Welfare | None = None
        self.board = Board(rules)

    # --- in -----------------------------------------------------------------------------------------------------

    def fold(self) -> bool:
        """Take in what is new, a portion at a time; whether there is more."""
        end = min(len(self.facts), self.read + READ_AT_ONCE)
        for index in range(self.read, end):
            fact = msgspec.json.decode(self.facts[index], type=FactRead)
            self._see(index + 1, message_of(fact.directive, fact.payload), fact.at)
        self.read = end
        return end < len(self.facts)

    def _see(self, number: int, message: Message, at: Instant) -> None:
        self._public.see(message, at)
        self._at = at
        match message:
            case Contract():
                self._contract(number, message, at)
            case Quote() | StandingFact():
                self._changed.add("standing")
            case Order():
                self._changed.add("book")
            case _:
                self._phase(message, at)
                self._changed |= {"state", "standing", "book"} if self._has_book else {"state", "standing"}
                self.board.see(number, message, at, self._public.time_left_us(at))

    def _contract(self, number: int, contract: Contract, at: Instant) -> None:
        self.made.append((number, self._public.period))
        self._recent.append(Made(len(self.made), number, self._public.period, at, contract))
        del self._recent[:-CONTRACTS_KEPT]
        self._value += contract.price * contract.quantity
        self._quantity += contract.quantity
        self._last = contract.price
        self._changed |= {"standing", "contracts"}

    def _phase(self, message: Message, at: Instant) -> None:
        period = self._period
        match message:
            case StartRound(period=number, length_us=length_us):
                self._period = Period(number, at, length_us)
                self._recent, self._value, self._quantity, self._last = [], 0, 0, None
                self._changed |= {"period", "contracts"}
            case EndRound():
                self._interval = self._ended(at)
                self._changed.add("interval")
            case Intermission(next_period=number):
                self._next_period = number
            case Paused():
                self._stopped_at = at
            case Resumed() if period and self._stopped_at is not None:
                self._period = msgspec.structs.replace(period, started_us=period.started_us + at - self._stopped_at)
                self._stopped_at = None
                self._changed.add("period")
            case Extended() if period:
                left_us = self._public.time_left_us(at) or 0
                self._period = msgspec.structs.replace(period, length_us=at - period.started_us + left_us)
                self._changed.add("period")
            case _:
                pass

    def metered(self, one: Metered) -> None:
        """Add a household's interval to the sums of its period. They are told of three households and more."""
        sums = self._energy.get(one.period, (0, 0, 0))
        self._energy = {one.period: (sums[0] + 1, sums[1] + one.grid_import, sums[2] + one.grid_export)}

    def _ended(self, at: Instant) -> Interval:
        """What the period came to; the feeder's head carries what comes from the grid less what goes to it."""
        mean = self._value / self._quantity if self._quantity else None
        interval = Interval(self._public.period, at, len(self._public.contracts), self._quantity, mean, self._last)
        households, taken, given = self._energy.get(self._public.period, (0, 0, 0))
        if households < HOUSEHOLDS_MIN:
            return interval
        return msgspec.structs.replace(interval, feeder_wh=taken - given, import_wh=taken, export_wh=given)

    def weighed(self, welfare: Welfare) -> None:
        """Take in what the periods came to, when that may be told."""
        self._welfare = welfare
        self._changed.add("welfare")

    @property
    def over(self) -> bool:
        """Whether the session has ended, as far as it was read."""
        return self._public.phase == "ended"

    # --- out ----------------------------------------------------------------------------------------------------

    def renew(self) -> None:
        """A broker that may have forgotten everything: all that is retained is due again."""
        self._changed = {"state", "standing", "contracts"}
        self._changed |= {"book"} if self._has_book else set()
        self._changed |= {"period"} if self._period else set()
        self._changed |= {"interval"} if self._interval else set()
        self._changed |= {"welfare"} if self._welfare else set()
        self.board.renew()

    def due(self, topics: set[str], now: Instant) -> Iterator[tuple[str, bytes]]:
        """What has changed on these retained topics, as it is now; it counts as told."""
        for topic in ("period", "welfare", "state", "contracts", "standing", "book", "interval"):
            if topic in topics & self._changed:
                self._changed.discard(topic)
                yield topic, msgspec.json.encode(self._latest(topic, now))

    def beat(self) -> None:
        """The clock is due."""
        self._changed.add("state")

    def unconfirmed(self) -> list[bytes]:
        """The contracts after the last one that the broker has confirmed, a window of them, from the list of facts."""
        first = self.confirmed
        return [self._made(n) for n in range(first, min(len(self.made), first + INFLIGHT_MAX))]

    def _made(self, index: int) -> bytes:
        number, period = self.made[index]
        fact = msgspec.json.decode(self.facts[number - 1], type=FactRead)
        contract = message_of(fact.directive, fact.payload)
        assert isinstance(contract, Contract), "a fact does not change"
        return msgspec.json.encode(Made(index + 1, number, period, fact.at, contract))

    def _latest(self, topic: str, now: Instant) -> msgspec.Struct | None:
        match topic:
            case "state":
                return self._state(now)
            case "period":
                return self._period
            case "contracts":
                return Contracts(self._public.period, self._recent)
            case "interval":
                return self._interval
            case "welfare":
                return self._welfare
            case "standing":
                return self._standing()
            case _:
                return Book(self._at, self.read, _levels(self._public.book.bids), _levels(self._public.book.asks))

    def _standing(self) -> Standing:
        """The standing quotes; a side without a price has no quantity."""
        public = self._public
        quantities = [
            0 if price is None else quantity
            for price, quantity in ((public.bid, public.bid_quantity), (public.ask, public.ask_quantity))
        ]
        return Standing(self._at, self.read, public.bid, public.ask, *quantities)

    def _state(self, now: Instant) -> State:
        public = self._public
        return State(
            now=now,
            phase=public.phase,
            period=public.period,
            periods=self.rules.periods,
            open=public.open,
            paused=public.paused,
            left_us=public.time_left_us(now),
            next_period=self._next_period,
            seats_taken=public.seats_taken,
            seats=self.seats,
        )


def _levels(side: Side) -> list[tuple[Price, Quantity]]:
    """The best levels of a side: price and what rests there."""
    levels: list[tuple[Price, Quantity]] = []
    for order in side:
        price, quantity = int(order.price), int(order.quantity)
        if levels and levels[-1][0] == price:
            levels[-1] = (price, levels[-1][1] + quantity)
        elif len(levels) == LEVELS_SHOWN:
            break
        else:
            levels.append((price, quantity))
    return levels
