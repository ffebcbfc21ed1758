"""Lines that only watch: fed with a market's public channel, no more than its poorest seat; they say nothing."""

import asyncio
import contextlib

from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Login, Welcome, frame
from p2p.protocol.reveal import Reveal
from server.connections.outbox import Outbox
from server.connections.peer import Peer
from server.limits import DEFAULT, Limits
from server.monitoring.prometheus import Metrics
from server.publishing.delivery_stats import Delivery
from server.publishing.feeds import Feeds, spectator
from server.session.session_status import SessionStatus


class Spectators:
    """All who watch a session. They come and go without a word in the recording."""

    def __init__(
        self, feeds: Feeds, name: str, status: SessionStatus, metrics: Metrics, limits: Limits = DEFAULT
    ) -> None:
        self.feeds, self.name, self.status, self.metrics, self._limits = feeds, name, status, metrics, limits
        self.outboxes: dict[Peer, Outbox] = {}
        self._delivery = Delivery()
        self._revealed: bytes | None = None

    async def attend(self, peer: Peer, login: Login) -> None:
        """Serve a spectator's line from its welcome to its end; raises ProtocolError, and Gone when it has ended."""
        if self.status.scenario.spectators == "none":
            raise ProtocolError("no_spectators", "this session has no spectators: it is not shown to the public", True)
        if not 0 <= login.market < self.status.markets:
            raise ProtocolError("no_market", f"there are markets 0 to {self.status.markets - 1}", fatal=True)
        if len(self.outboxes) >= self._limits.spectators_max:
            raise ProtocolError("too_many_spectators", "watch through a broker: pit watch mqtt://…", fatal=True)
        viewer = spectator(login.market)
        facts = self.feeds.count(viewer)
        rules = self.status.rules(self.feeds.channel(viewer)[1], market=self.feeds.channel(viewer)[0])
        welcome = Welcome(self.name, seat=None, resume="", token=0, facts=facts, rules=rules)
        peer.push(frame("welcome", welcome))
        have = min(login.have, facts)
        outbox = Outbox(peer, self.feeds, viewer, have, self._delivery, self.metrics.cut, self._limits)
        self.outboxes[peer] = outbox
        try:
            if self._revealed is not None:
                await self._reveal_to(peer, outbox, self._revealed)
            await peer.recv()
            raise ProtocolError("not_yours", "a spectator says nothing", fatal=True)
        finally:
            outbox.stop()
            del self.outboxes[peer]

    def recipients(self, markets: set[int]) -> list[Outbox]:
        """Those who watch one of these markets."""
        return [outbox for outbox in self.outboxes.values() if outbox.market in markets]

    async def reveal(self, told: Reveal) -> None:
        """Show what the session was: to all who watch, after their last facts, and to those who come later."""
        shown = frame("reveal", told)
        here, self._revealed = dict(self.outboxes), shown
        await asyncio.gather(*(self._reveal_to(peer, outbox, shown) for peer, outbox in here.items()))

    async def _reveal_to(self, peer: Peer, outbox: Outbox, shown: bytes) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.closing_s):
                await outbox.drain()
                peer.push(shown)

    async def close_all(self, code: int, why: str) -> None:
        """Give every line its last facts, then close it; all at once, for one that does not answer takes its time."""
        await asyncio.gather(*(outbox.farewell(code, why) for outbox in self.outboxes.values()))
