"""A network in memory: a link delays every frame as it likes, keeps their order, and may be cut with what is in it."""

import asyncio
from random import Random

from server.connections.peer import Gone
from server.limits import DEFAULT

NARROW = 64
"""So many bytes are counted for each: a session of seconds is short, and a peer that does not read must be noticed."""


class End:
    """One end of a link. The server's end is a Peer; the client's end reads and sends."""

    def __init__(self, link: "Link") -> None:
        self.link, self.address = link, "simulated"
        self.other: End
        self._inbox: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._last = 0.0
        self.in_flight = 0
        self.close_code: int | None = None

    async def recv(self) -> bytes:
        data = await self._inbox.get() if not self.link.cut or not self._inbox.empty() else None
        if data is None:
            raise Gone
        return data

    async def send(self, data: bytes) -> None:
        """Waits until the other end has taken what was sent, if it is much."""
        if self.link.cut:
            raise Gone
        self.push(data)
        await asyncio.sleep(self._under_way_s() if self.buffered() > DEFAULT.send_bytes_max else 0)
        if self.link.cut:
            raise Gone

    def push(self, data: bytes) -> None:
        if self.link.cut:
            return
        loop = asyncio.get_running_loop()
        taken = self.link.stands_until if self is self.link.server else 0.0
        self._last = max(self._last + 1e-6, loop.time() + self.link.delay_s(), taken)
        self.in_flight += len(data)
        loop.call_at(self._last, self._arrive, data)

    def _arrive(self, data: bytes) -> None:
        self.in_flight -= len(data)
        if not self.link.cut:
            self.other._inbox.put_nowait(data)

    def _under_way_s(self) -> float:
        return max(0.0, self._last - asyncio.get_running_loop().time())

    def buffered(self) -> int:
        return self.in_flight * NARROW

    def abort(self) -> None:
        self.link.end()

    async def close(self, code: int, why: str) -> None:
        """Frames that are under way arrive before the end does, if they arrive within a second."""
        await asyncio.sleep(min(1.0, self._under_way_s()) + 1e-4)
        if not self.link.cut:
            self.other.close_code = code
        self.link.end()

    def round_trip_s(self) -> float:
        return 0.0


class Link:
    """A connection between a client and a server."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.cut = rng, False
        self.slow = rng.choice((0.001, 0.005, 0.05))
        self.stands_until = 0.0
        self.client, self.server = End(self), End(self)
        self.client.other, self.server.other = self.server, self.client

    def delay_s(self) -> float:
        return self.rng.expovariate(1 / self.slow)

    def stand(self, seconds: float) -> None:
        """The client reads nothing for a while."""
        self.stands_until = asyncio.get_running_loop().time() + seconds

    def end(self) -> None:
        """Cut it: what has not arrived is lost."""
        if not self.cut:
            self.cut = True
            for end in (self.client, self.server):
                end._inbox.put_nowait(None)
