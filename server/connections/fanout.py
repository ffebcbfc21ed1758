"""Published facts out: one's own at once, the public at the next tick, in an order drawn anew each time."""

from collections.abc import Iterable
from random import Random

from server.connections.fanout_timer import Ticks
from server.connections.outbox import Outbox
from server.connections.seat_table import SeatTable
from server.connections.spectators import Spectators
from server.limits import DEFAULT, Limits
from server.publishing.feeds import Feeds, Viewer
from server.session.sequencer import Committed


class Fanout:
    """Sends each durable fact to all connections of one session. `tokens`: the last one of each seat that has."""

    def __init__(
        self,
        feeds: Feeds,
        seats: SeatTable,
        spectators: Spectators,
        tokens: Iterable[tuple[Viewer, int]],
        chance: Random,
        limits: Limits = DEFAULT,
    ) -> None:
        self.feeds, self._seats, self._spectators, self._chance = feeds, seats, spectators, chance
        self._tokens: dict[Viewer, int] = dict(tokens)
        self._ticks = Ticks(self._recipients, limits)

    def token(self, viewer: Viewer) -> int:
        """The last token of a viewer that was published."""
        return self._tokens.get(viewer, 0)

    def publish(self, happened: list[Committed]) -> None:
        """Add durable facts to the feeds, and wake the connections."""
        own: set[Viewer] = set()
        due: set[int] = set()
        for what in happened:
            markets, viewers = self.feeds.add_events(what.at, what.events)
            own |= viewers
            due |= markets
            envelope = what.arrival.envelope
            if envelope.token:
                self._tokens[envelope.sender] = envelope.token
            if what.arrival.published:
                what.arrival.published()
        self.feeds.refresh_states(due)
        for viewer in self._chance.sample(sorted(own, key=str), len(own)):
            for outbox in self._seats.outboxes(viewer):
                outbox.wake()
        self._ticks.news(due)

    def _recipients(self, markets: set[int]) -> list[Outbox]:
        """Everybody in the markets with news, in an order drawn anew, so that no seat is always first."""
        outboxes = [outbox for outbox in self._seats.all_outboxes() if outbox.market in markets]
        self._chance.shuffle(outboxes)
        return outboxes + self._spectators.recipients(markets)
