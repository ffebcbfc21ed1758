"""A connection that comes back by itself: its events, and the one loop that tries again.

`happenings` ends when the other end has closed for good, or when nobody has let us in for `patience_s`. That is counted
from when the connection was lost, however long it had been quiet before. `closed` says why.
"""

import asyncio
import random
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from p2p.base.units import Instant
from p2p.messages import Message
from p2p.protocol.frames import Fault, NumberedFact, Welcome
from p2p.protocol.retries import Retries


@dataclass(frozen=True)
class Facts:
    """New facts, in the order of their numbers, and the latest states by directive as they are after them."""

    told: list[NumberedFact]
    state: Mapping[str, Message] = field(default_factory=dict)


@dataclass(frozen=True)
class Lost:
    """The connection is gone; it is tried again in `retry_s`."""

    why: str
    retry_s: float


@dataclass(frozen=True)
class Closed:
    """The connection is gone for good: the server's close code (0 where it had none to give) and why."""

    code: int
    why: str


class ConnectionGoneError(Exception):
    """One connection is over, and why; another is tried."""


Happening = Welcome | Facts | Fault | Lost
Seen = TypeVar("Seen")


class Reconnecting(ABC, Generic[Seen]):
    """A connection over all its connections. A subclass defines the events of one of them."""

    def __init__(self, url: str, patience_s: float) -> None:
        self.url, self.patience_s = url, patience_s
        self.closed: Closed | None = None
        self._clock_at = (0, 0.0)

    @abstractmethod
    def connection(self) -> AsyncGenerator[Seen, None]:
        """Open one connection, and yield its events.

        Raises ConnectionGoneError where it is over; sets `closed` where it is over for good.
        """

    def set_clock(self, now: Instant) -> None:
        """The session's clock stands so at this moment."""
        self._clock_at = (now, time.monotonic())

    def now(self) -> Instant:
        """The session's clock, as near as was last told: microseconds since it was opened."""
        at, mine = self._clock_at
        return at + int((time.monotonic() - mine) * 1_000_000)

    async def happenings(self) -> AsyncGenerator[Seen | Lost, None]:
        """Everything that happens, over all connections, until it is closed for good."""
        retries, since = Retries(), time.monotonic()
        while self.closed is None:
            let_in, why = False, "the server went away"
            try:
                async with aclosing(self.connection()) as happenings:
                    async for happening in happenings:
                        let_in = let_in or not isinstance(happening, Fault)
                        yield happening
            except ConnectionGoneError as error:
                why = str(error)
            if let_in:
                retries.let_in()
                since = time.monotonic()
            if self.closed is None and time.monotonic() - since > self.patience_s:
                self.closed = Closed(0, f"no answer from {self.url} for {self.patience_s:.0f} s: {why}")
            if self.closed is None:
                retry_s = retries.pause_s(random.uniform)
                yield Lost(why, retry_s)
                await asyncio.sleep(retry_s)
