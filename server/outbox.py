"""One viewer's end of a connection: a place in the feed, and the task that sends what is new from there.

There is no queue: the feed is the queue, and a line remembers only how far it has sent. A peer that takes nothing for
too long, or falls too far behind, is cut; it resumes from the number it had.
"""

import asyncio

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from p2p.line import FEED_FACTS_MAX, feed_frame
from server.feeds import Feeds, Viewer
from server.limits import BEHIND_FACTS_MAX, SEND_S_MAX


class Outbox:
    """Sends a viewer's facts from a number on, each batch in one frame."""

    def __init__(self, socket: ServerConnection, feeds: Feeds, viewer: Viewer, sent: int) -> None:
        self.socket, self.feeds, self.viewer, self.sent = socket, feeds, viewer, sent
        self._wake = asyncio.Event()
        self._caught_up = False
        self._done = asyncio.Event()
        self._state: list[bytes] = []
        self.task = asyncio.create_task(self._run())

    def wake(self) -> None:
        """There is something new. Cuts the line if it has fallen too far behind."""
        if self._caught_up and self.feeds.count(self.viewer) - self.sent > BEHIND_FACTS_MAX:
            self.cut()
        self._wake.set()

    def cut(self) -> None:
        """End the connection without waiting for the peer."""
        self.socket.transport.abort()

    async def drain(self) -> None:
        """Wait until all that is published has been handed to the socket, or the line is gone."""
        self._done.clear()
        self._wake.set()
        done = asyncio.create_task(self._done.wait())
        await asyncio.wait([done, self.task], return_when=asyncio.FIRST_COMPLETED)
        done.cancel()

    async def _run(self) -> None:
        try:
            while True:
                await self._send_new()
                self._caught_up = True
                self._done.set()
                await self._wake.wait()
                self._wake.clear()
        except (ConnectionClosed, TimeoutError):
            self.cut()

    async def _send_new(self) -> None:
        while facts := self.feeds.after(self.viewer, self.sent, FEED_FACTS_MAX):
            first, self.sent = self.sent + 1, self.sent + len(facts)
            state = self.feeds.state[self.feeds.channel(self.viewer)]
            if state == self._state or self.sent < self.feeds.count(self.viewer):
                state = []
            else:
                self._state = state
            async with asyncio.timeout(SEND_S_MAX):
                await self.socket.send(feed_frame(first, self.feeds.now, facts, state), text=True)
