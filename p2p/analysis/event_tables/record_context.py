"""The place of a record in its session: market, period, time, holders of the seats. Asked by each table's rows."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from p2p.analysis.practice_filter import PracticeFilter
from p2p.analysis.seat_occupancy import SeatHolder
from p2p.base.units import SECOND, Instant, Seat
from p2p.information.period_clock import MarketClocks
from p2p.messages import EndRound
from p2p.messages.envelope import Envelope, Event

Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Record:
    """A message that was handed in, and its events that count: those of practice are left out."""

    number: int
    at: Instant
    envelope: Envelope
    events: Sequence[Event]
    every: Sequence[Event]
    """With those of practice."""
    practice: bool
    """Whether practice runs: then no message of a trader's is part of the result."""
    agent: str = ""
    """The agent that a robot plays, of a record with which one comes."""


class RowFold(ABC):
    """One table's rows, folded from the records of a session."""

    @abstractmethod
    def on_record(self, record: Record) -> None:
        """Take in a record."""


@dataclass
class Held:
    """The present holder of a seat; `agent` is the robot's, "" of a person or of nobody."""

    holder: SeatHolder = "nobody"
    agent: str = ""


@dataclass
class RecordContext:
    """Folded from the records before and up to the present one."""

    market_of: dict[Seat, int]
    clocks: MarketClocks = field(default_factory=MarketClocks)
    practice: PracticeFilter = field(default_factory=PracticeFilter)
    held: dict[Seat, Held] = field(default_factory=dict)

    def take_in(self, number: int, envelope: Envelope, at: Instant, events: Sequence[Event], agent: str = "") -> Record:
        """The next record; its events are those that count."""
        counted = [event for event in events if self.practice.counts(event)]
        for event in counted:
            self.clocks.advance(event, at)
        return Record(number, at, envelope, counted, events, self.practice.practising, agent)

    def head(self, record: Record, market: int) -> Row:
        """The first columns of a row: where and when. `period` is empty before the first, `time_s` out of periods."""
        clock, at = self.clocks.of[market], record.at
        inside = clock.open or any(type(event.message) is EndRound for event in record.events)
        return {
            "market": market,
            "period": clock.period or None,
            "record": record.number,
            "at_us": at,
            "wall_s": at / SECOND,
            "time_s": clock.run_us(at) / SECOND if inside else None,
        }

    def whose(self, seat: Seat) -> Row:
        """The columns of a seat and its present holder."""
        held = self.held.get(seat) or Held()
        return {"seat": seat, "card": seat + 1, "holder": held.holder, "agent": held.agent or None}
