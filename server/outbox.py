"""One viewer's end of a connection: a place in the feed, from which what is new is sent.

There is no queue: the feed is the queue, and a line remembers only how far it has sent. While the peer takes what it is
given, frames are handed to its socket at once, without a task; when too much waits there, a task waits with it. A peer
that takes nothing for too long, or falls too far behind, is cut; it resumes from the number it had.
"""

import asyncio
from collections.abc import Callable

from p2p.line import FEED_FACTS_MAX, feed_frame
from server.deliveries import Delivery
from server.feeds import Feeds, Viewer
from server.limits import BEHIND_FACTS_MAX, SEND_BYTES_MAX, SEND_S_MAX
from server.peer import Gone, Peer


class Outbox:
    """Sends a viewer's facts from a number on, all that is new in one frame."""

    def __init__(
        self, peer: Peer, feeds: Feeds, viewer: Viewer, sent: int, delivery: Delivery, on_cut: Callable[[str], None]
    ) -> None:
        self.peer, self.feeds, self.viewer, self.sent, self.delivery = peer, feeds, viewer, sent, delivery
        self._on_cut = on_cut
        self._caught_up = self._cut = False
        self._state: list[bytes] = []
        self._waiting: asyncio.Task[None] | None = None
        self.wake()

    def wake(self) -> None:
        """There is something new: send it, unless the peer is behind. Cuts the line if it has fallen too far."""
        if self._waiting is None:
            while self.peer.buffered() <= SEND_BYTES_MAX:
                frame = self._next()
                if frame is None:
                    self._caught_up = True
                    return
                self.peer.push(frame)
            self._waiting = asyncio.create_task(self._wait())
        elif self._caught_up and self.feeds.count(self.viewer) - self.sent > BEHIND_FACTS_MAX:
            self.cut("behind")

    def cut(self, why: str = "asked") -> None:
        """End the connection without waiting for the peer."""
        if not self._cut:
            self._cut = True
            self._on_cut(why)
            self.peer.abort()

    def stop(self) -> None:
        """The line is gone."""
        if self._waiting:
            self._waiting.cancel()

    async def drain(self) -> None:
        """Wait until all that is published has been handed to the socket, or the line is gone."""
        self.wake()
        if self._waiting:
            await asyncio.wait([self._waiting])

    async def _wait(self) -> None:
        """Send frame by frame, as the peer takes them, until it has caught up."""
        try:
            while (frame := self._next()) is not None:
                async with asyncio.timeout(SEND_S_MAX):
                    await self.peer.send(frame)
            self._waiting, self._caught_up = None, True
        except TimeoutError:
            self.cut("slow")
        except Gone:
            return

    def _next(self) -> bytes | None:
        """The next frame, counted as sent; None when there is nothing new.

        A state may change without a fact for this viewer: by orders that he is not shown.
        """
        count, facts = self.feeds.joined(self.viewer, self.sent, FEED_FACTS_MAX)
        state = self.feeds.state[self.feeds.channel(self.viewer)]
        if not count and state == self._state:
            return None
        if count:
            self.delivery.sent(count, self.feeds.published_at(self.viewer, self.sent) if self._caught_up else None)
        first, self.sent = self.sent + 1, self.sent + count
        if state == self._state or self.sent < self.feeds.count(self.viewer):
            state = []
        else:
            self._state = state
        return feed_frame(first, self.feeds.now, [facts], state)
