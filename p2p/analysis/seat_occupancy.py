"""Holders of the seats while the market was open: folded from a session's messages and events, with their instants.

Pauses do not count. A robot in the place of a person is neither the one nor the other; the gain of its orders there is
`unpaid`.
"""

from collections import defaultdict
from typing import Literal, TypeAlias

from p2p.analysis.practice_filter import PracticeFilter
from p2p.base.units import Duration, Instant, Money, Seat, is_seat
from p2p.information.period_clock import MarketClocks
from p2p.messages import EndRound, InitInst, Joined, Left, Message, StartRound, Unpaid
from p2p.messages.envelope import Event

SeatHolder: TypeAlias = Literal["human", "robot", "stand_in", "nobody"]
"""The holder of a seat; `stand_in` is a robot in the place of a person."""
SITTERS: tuple[SeatHolder, ...] = ("human", "robot", "stand_in", "nobody")

Key: TypeAlias = tuple[int, int, Seat]
"""A seat's period: market, period, seat."""


class SeatOccupancy:
    """Time of open market by seat's period and sitter, and what robots gained in people's places."""

    def __init__(self) -> None:
        self._held_us: defaultdict[tuple[Key, SeatHolder], Duration] = defaultdict(int)
        self.unpaid: defaultdict[Key, Money] = defaultdict(int)
        self._seats: dict[int, tuple[Seat, ...]] = {}
        self._sits: dict[Seat, SeatHolder] = {}
        self._named_us: defaultdict[Key, dict[str, Duration]] = defaultdict(dict)
        self._names: dict[Seat, str] = {}
        self._practice = PracticeFilter()
        self._clocks = MarketClocks()
        self._counted_us: defaultdict[int, Duration] = defaultdict(int)

    def on_input(self, message: Message, at: Instant, agent: str = "") -> None:
        """Take in a session's message: arrivals and departures; `agent` is the agent of a robot that comes."""
        match message:
            case Joined(seat=seat, controller=controller, stand_in=stand_in):
                self._count(at)
                self._sits[seat] = "stand_in" if stand_in else controller
                if not stand_in:
                    self._names[seat] = agent or controller if controller == "robot" else controller
                elif seat not in self._names:
                    self._names[seat] = agent or controller
            case Left(seat=seat):
                self._count(at)
                self._sits.pop(seat, None)
            case _:
                pass

    def on_event(self, event: Event, at: Instant) -> None:
        """Take in an event of the session, in order."""
        if not self._practice.counts(event):
            return
        message, market = event.message, event.market
        match message:
            case InitInst(agents=seats) if market is not None:
                self._seats[market] = seats
            case StartRound() if market is not None:
                self._counted_us[market] = 0
            case EndRound():
                self._count(at)
            case Unpaid(gain=gain) if market is not None and is_seat(event.to):
                self.unpaid[market, self._clocks.of[market].period, event.to] += gain
            case _:
                pass
        self._clocks.advance(event, at)

    def of(self, key: Key) -> dict[SeatHolder, Duration]:
        """How long each kind of sitter held a seat in a period."""
        return {sitter: self._held_us.get((key, sitter), 0) for sitter in SITTERS}

    def holder(self, key: Key) -> str:
        """Whose a seat was in a period: of several, that held it longest. `human`, or a robot's agent; "" where nobody.

        A seat is its owner's while a robot stands in.
        """
        held = self._named_us.get(key, {})
        return max(held, key=lambda name: held[name], default="")

    def open_us(self, market: int, period: int) -> Duration:
        """Time for which a period was open, with any holder of the seats."""
        return sum(self.of((market, period, self._seats[market][0])).values())

    def _count(self, at: Instant) -> None:
        """The time of the period since the last change is theirs who have held the seats until now."""
        for market, clock in self._clocks.of.items():
            passed, self._counted_us[market] = clock.run_us(at) - self._counted_us[market], clock.run_us(at)
            if passed:
                for seat in self._seats[market]:
                    self._held_us[(market, clock.period, seat), self._sits.get(seat, "nobody")] += passed
                    named, name = self._named_us[market, clock.period, seat], self._names.get(seat, "")
                    named[name] = named.get(name, 0) + passed
