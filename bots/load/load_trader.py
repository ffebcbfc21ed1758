"""A hand of `pit load`: sends orders on one seat's line, and reads only its own messages."""

import asyncio
import random
import ssl
import time
from collections import Counter
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field
from typing import assert_never

import msgspec

from bots.client import Client, Socket
from bots.load.fast_websocket import Wire
from bots.load.load_orders import OpenMarket, OwnOrders, next_order
from bots.reconnecting import Facts, Lost
from p2p.messages import (
    Accepted,
    Contract,
    Forecast,
    Message,
    Order,
    Quote,
    Refused,
    Reminder,
    Schedule,
    StartRound,
)
from p2p.protocol.codec import message_of
from p2p.protocol.frames import FactRead, Fault, FeedRead, Welcome

ROBOT_PER_S = 19.0
"""Just below what the server lets a seat say, so that no answer is `too_fast`."""
UNANSWERED_MAX = 60
"""Orders of one hand under way: below what a line may have pending."""

FEED = b'{"directive":"feed","payload":{"first":'
STATE = b'],"state":['
FACT = b'{"directive":"'
OWN = (b'{"directive":"accepted"', b'{"directive":"refused"', b'{"directive":"schedule"', b'{"directive":"forecast"')
MINE = b'"mine":'
"""Messages for their owners alone: orders and contracts of their own."""

_feed = msgspec.json.Decoder(FeedRead)
_fact = msgspec.json.Decoder(FactRead)


class _Frame(msgspec.Struct):
    payload: FeedRead


_frame = msgspec.json.Decoder(_Frame)


class LoadError(Exception):
    """The load could not be made; the server's own words."""


@dataclass
class LoadTrader:
    """One seat's client, whose feed is read as cheaply as can be: facts are counted, its own answers are read in full.

    A frame's facts are counted by how each of them begins. Frames that are read in full show whether that is right.
    `ended` is done when the connection is gone. It does not come back: that would hide what the load has done.
    """

    url: str
    code: str
    per_s: float
    floor: OpenMarket
    reads: bool
    rng: random.Random
    facts: int = 0
    frames: int = 0
    gaps: int = 0
    faults: list[str] = field(default_factory=list)
    said: dict[int, float] = field(default_factory=dict)
    times_ms: list[float] = field(default_factory=list)
    refused_ms: list[float] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    schedule: Schedule | None = None
    own: OwnOrders = field(default_factory=OwnOrders)
    told: bool = False
    """Whether it has had a schedule, or the forecast of a household that may have nothing to trade."""

    def __post_init__(self) -> None:
        self.client = Client(self.url, self.code, "robot", opener=self._opened)
        self._welcomed = asyncio.Event()

    def _opened(self, url: str, tls: ssl.SSLContext | None) -> AbstractAsyncContextManager[Socket]:
        return Wire.connected(url, self._reads)

    async def join(self) -> None:
        """Log in; raises LoadError."""
        self.ended = asyncio.create_task(self._listen())
        welcomed = asyncio.create_task(self._welcomed.wait())
        await asyncio.wait((welcomed, self.ended), return_when=asyncio.FIRST_COMPLETED)
        if not welcomed.done():
            welcomed.cancel()
            why = self.client.closed.why if self.client.closed else self.faults[-1]
            raise LoadError(f"the server did not let a line in: {why}")

    async def _listen(self) -> None:
        """Everything but the feed, which is read before it could wait for this task, to the connection's end."""
        async with aclosing(self.client.happenings()) as happenings:
            async for happening in happenings:
                match happening:
                    case Welcome(seat=seat):
                        self.seat = seat
                        self._welcomed.set()
                    case Fault(why=why):
                        self.faults.append(why)
                    case Lost(why=why):
                        self.faults.append(why)
                        return
                    case Facts():
                        raise AssertionError("a feed is read where it comes in")
                    case _:
                        assert_never(happening)

    def _reads(self, data: bytes) -> bool:
        """Read a frame of the feed; False of another one."""
        if not data.startswith(FEED):
            return False
        now = time.perf_counter()
        start = len(FEED)
        first, facts = int(data[start : data.index(b",", start)]), data.count(FACT, start, data.rindex(STATE))
        self.gaps += bool(facts) and first != self.facts + 1
        self.facts += facts
        self.frames += 1
        if self.reads or MINE in data or any(own in data for own in OWN):
            self._read_whole(data, facts, now)
        return True

    def _read_whole(self, data: bytes, counted: int, now: float) -> None:
        feed = _frame.decode(data).payload
        if len(feed.facts) != counted:
            self.faults.append(f"{counted} facts were counted where there are {len(feed.facts)}")
        for raw in feed.facts:
            if not self.reads and MINE not in (text := bytes(raw)) and not text.startswith(OWN):
                continue
            fact = _fact.decode(raw)
            self._see(message_of(fact.directive, fact.payload), now)

    def _see(self, message: Message, now: float) -> None:
        match message:
            case Accepted(token=token):
                self.times_ms.append((now - self.said.pop(token)) * 1e3)
                self.accepted.append(token)
                self._answered(token, still_open=False)
            case Refused(token=token, reason=reason):
                self.refused_ms.append((now - self.said.pop(token)) * 1e3)
                self.refused[reason] += 1
                self._answered(token, still_open=reason != "unknown_order")
            case Forecast() | Schedule():
                self.told = True
                self.schedule = message if isinstance(message, Schedule) else None
                self.own.scheduled(self.schedule)
            case Order(mine=True, order=order, quantity=quantity):
                self.own.told(order, quantity)
            case Contract(mine=str(), quantity=quantity):
                self.own.units -= quantity
                self._see_all(message)
            case _:
                self._see_all(message)

    def _answered(self, token: int, still_open: bool) -> None:
        self.client.line.pending.pop(token, None)
        self.own.answered(token, still_open)
        self.floor.answered(self.code, token)

    def _see_all(self, message: Message) -> None:
        """What everybody is told, which one hand reads for all."""
        match message:
            case Quote(price=None, side=side) if self.reads:
                if side == "bid":
                    self.floor.bid = 0
                else:
                    self.floor.ask = 0
            case Reminder() if self.reads:
                self.floor.posting = False
            case Quote(side=side, price=int(price)) if self.reads:
                if side == "bid":
                    self.floor.bid = max(self.floor.bid, price)
                else:
                    self.floor.ask = min(self.floor.ask or price, price)
            case Contract() | StartRound() if self.reads:
                self.floor.begin_anew()
                self.floor.posting = isinstance(message, StartRound)

    async def trade(self, until: float) -> None:
        """Say orders until a time of the performance counter."""
        steady = self.per_s >= ROBOT_PER_S
        due = time.perf_counter()
        due += self.rng.uniform(0, 1 / self.per_s) if steady else self.rng.expovariate(self.per_s)
        while due < until:
            await asyncio.sleep(due - time.perf_counter())
            due = max(due + (1 / self.per_s if steady else self.rng.expovariate(self.per_s)), time.perf_counter())
            if len(self.said) < UNANSWERED_MAX:
                message = self._order()
                if message is not None:
                    self.send(message)

    def send(self, message: Message) -> None:
        """Say a message, and note when."""
        token = self.client.send(message)
        self.said[token] = time.perf_counter()
        self.own.said(token, message)
        self.floor.under_way.add((self.code, token))

    def _order(self) -> Message | None:
        """What can be said now, if anything."""
        welcome = self.client.line.welcome
        assert welcome is not None, "a hand trades when it has joined"
        role = self.schedule.role if self.schedule is not None else None
        return next_order(welcome.rules, role, self.own, self.floor, len(self.said), self.rng)
