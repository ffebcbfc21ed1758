"""The messages that wait for the single writer. The gateway and the meters let messages in, the sequencer takes them
out."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from p2p.base.units import GATEWAY
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import ProtocolError


class Originator(Protocol):
    """The origin of a message, as far as the sequencer has to answer it."""

    def fault(self, error: ProtocolError) -> None:
        """Tell them that they were wrong."""


@dataclass(frozen=True)
class InboxItem:
    """A message let in: the envelope, who is told if its token is wrong, and what to do when it is published."""

    envelope: Envelope
    speaker: Originator | None = None
    published: Callable[[], None] | None = None


class Inbox:
    """A bounded queue in the order of coming."""

    def __init__(self, waiting_max: int) -> None:
        self._waiting_max = waiting_max
        self._queue: asyncio.Queue[InboxItem | None] = asyncio.Queue()

    def put(self, item: InboxItem) -> None:
        """Let a message in; raises ProtocolError `busy` when too many wait already.

        The gateway's own words (joined, left) are never refused: there are no more of them than connections.
        """
        if self._queue.qsize() >= self._waiting_max and item.envelope.sender != GATEWAY:
            raise ProtocolError("busy", "too many messages wait; say it again in a moment")
        self._queue.put_nowait(item)

    def wake(self) -> None:
        """Wake the task that waits for a message, though there is none."""
        self._queue.put_nowait(None)

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return self._queue.qsize()

    async def gather(self, count_max: int, wait_s: float | None) -> list[InboxItem]:
        """All that waits, up to a count, once there is something or so many seconds have passed."""
        batch: list[InboxItem | None] = []
        try:
            async with asyncio.timeout(wait_s):
                batch.append(await self._queue.get())
        except TimeoutError:
            return []
        while len(batch) < count_max and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return [item for item in batch if item is not None]
