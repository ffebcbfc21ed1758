"""One viewer's end of a connection: a place in the feed, from which new facts are sent.

There is no queue: the feed is the queue, and a line remembers only how far it has sent. While the peer takes its
frames, they are handed to its socket at once, without a task. When too much waits there, a task waits with it. A peer
that takes nothing for too long, or falls too far behind, is cut; it resumes from the number it had.
"""

import asyncio
from collections.abc import Callable

from p2p.base.units import Instant
from p2p.protocol.frames import FEED_FACTS_MAX, feed_frame
from server.connections.peer import Gone, Peer
from server.limits import DEFAULT, Limits
from server.publishing.delivery_stats import Delivery
from server.publishing.feeds import Feeds, Viewer


class Outbox:
    """Sends a viewer's facts from a number on, all that is new in one frame."""

    def __init__(
        self,
        peer: Peer,
        feeds: Feeds,
        viewer: Viewer,
        sent: int,
        delivery: Delivery,
        on_cut: Callable[[str], None],
        limits: Limits = DEFAULT,
        frame: Callable[[int, Instant, list[bytes], list[bytes]], bytes] = feed_frame,
    ) -> None:
        """`frame` puts facts together for the peer."""
        self.peer, self.feeds, self.viewer, self.delivery, self._limits = peer, feeds, viewer, delivery, limits
        self._place = feeds.place(viewer, sent)
        self._on_cut, self._frame = on_cut, frame
        self._caught_up = self._cut = self._over = False
        self._state: list[bytes] = []
        self._waiting: asyncio.Task[None] | None = None
        self.wake()

    @property
    def market(self) -> int:
        """The market that is told."""
        return self._place.channel[0]

    def wake(self) -> None:
        """There is something new: send it, unless the peer is behind. Cuts the line if it has fallen too far."""
        if self._waiting is None and not self._over:
            while self.peer.buffered() <= self._limits.send_bytes_max:
                frame = self._next()
                if frame is not None:
                    self.peer.push(frame)
                if not self._place.facts_left:
                    self._caught_up = True
                    return
            self._waiting = asyncio.create_task(self._wait())
        elif self._caught_up and self._place.facts_left > self._limits.behind_facts_max:
            self.cut("behind")

    def cut(self, why: str = "asked") -> None:
        """End the connection without waiting for the peer."""
        if not self._cut:
            self._cut = True
            self._on_cut(why)
            self.peer.abort()

    def stop(self) -> None:
        """The line is gone: it is not woken any more."""
        self._over = True
        if self._waiting:
            self._waiting.cancel()

    async def drain(self) -> None:
        """Wait until all that is published has been handed to the socket, or the line is gone."""
        self.wake()
        if self._waiting:
            await asyncio.wait([self._waiting])

    async def farewell(self, code: int, why: str) -> None:
        """Send what there is still, and close; a peer that does not take it in `closing_s` is cut."""
        try:
            async with asyncio.timeout(self._limits.closing_s):
                await self.drain()
                await self.peer.close(code, why)
        except TimeoutError:
            self.peer.abort()

    async def _wait(self) -> None:
        """Send frame by frame, as the peer takes them, until it has caught up."""
        try:
            while (frame := self._next()) is not None:
                async with asyncio.timeout(self._limits.send_s_max):
                    await self.peer.send(frame)
            self._waiting, self._caught_up = None, True
        except TimeoutError:
            self.cut("slow")
        except Gone:
            return

    def _next(self) -> bytes | None:
        """The next frame, counted as sent; None when there is nothing new.

        A state may change without a fact for this viewer: by orders that the viewer is not shown.
        """
        place, feeds = self._place, self.feeds
        first, state = place.number + 1, feeds.state[place.channel]
        published_s = feeds.published_at(place)
        count, facts = feeds.next_batch(place, FEED_FACTS_MAX)
        if not count and state == self._state:
            return None
        if count:
            self.delivery.sent(count, published_s if self._caught_up else None)
        if state == self._state or place.facts_left:
            state = []
        else:
            self._state = state
        return self._frame(first, feeds.instant(), [facts], state)
