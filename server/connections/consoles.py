"""The experimenter's console: frames beside its facts. The roster, figures of the markets, a mirror of a seat.

One console is connected at a time. Nothing is made of these while there is none.
"""

import asyncio
from collections.abc import Callable
from typing import assert_never

from msgspec.structs import replace

from p2p.analysis.live_figures import LiveFigures
from p2p.protocol.codec import ProtocolError
from p2p.protocol.console_frames import FIGURES_PER_S, ROSTER_PER_S, Mirror, MirrorOpened, Roster, RosterWanted
from p2p.protocol.frames import frame, mirrored_frame
from p2p.schedules.rationing import rules_by_market
from server.connections.connection import Connection
from server.connections.outbox import Outbox
from server.connections.roster_board import RosterBoard
from server.connections.seat_table import SeatTable
from server.limits import DEFAULT, Limits
from server.publishing.delivery_stats import Delivery
from server.publishing.feeds import Feeds, Viewer, market_viewer
from server.session.sequencer import Committed
from server.session.session_status import SessionStatus

LOOK_S = 2.0
"""A console's roster is looked at anew after so long without news: lags change without a message."""


class Consoles:
    """All that one session sends to its console."""

    def __init__(
        self, status: SessionStatus, feeds: Feeds, seats: SeatTable, board: RosterBoard, limits: Limits = DEFAULT
    ) -> None:
        self._status, self._feeds, self._seats, self.board, self._limits = status, feeds, seats, board, limits
        self._figures = LiveFigures(rules_by_market(status.scenario, status.seed))
        self._read = 0
        self._connection: Connection | None = None
        self._mirror: tuple[Viewer, Outbox] | None = None
        self._sent: Roster | None = None
        self._versions: dict[int, int] = {}
        self._due: dict[str, asyncio.TimerHandle] = {}
        self._last_s: dict[str, float] = {}

    # --- a console comes and goes -----------------------------------------------------------------------------------

    def opened(self, connection: Connection) -> None:
        """A console was welcomed: it is sent all there is at once."""
        self.closed(self._connection)
        self._connection, self._sent = connection, None
        self._versions.clear()
        self._last_s.clear()
        self._later("roster", 0, self._send_roster)
        self._later("figures", 0, self._send_figures)

    def closed(self, connection: Connection | None) -> None:
        """A connection has ended: if it was the console's, nothing is made any more."""
        if connection is None or connection is not self._connection:
            return
        self._end_mirror()
        self._connection = None
        for due in self._due.values():
            due.cancel()
        self._due.clear()

    def grant(self, connection: Connection, wanted: Mirror | RosterWanted) -> None:
        """Send the roster once, or open a mirror; raises ProtocolError."""
        match wanted:
            case Mirror():
                self._open_mirror(connection, wanted)
            case RosterWanted():
                connection.peer.push(frame("roster", self.board.roster()))
            case _:
                assert_never(wanted)

    def _open_mirror(self, connection: Connection, wanted: Mirror) -> None:
        """A mirror takes the place of the one there was; raises ProtocolError."""
        if connection is not self._connection:
            raise ProtocolError("not_yours", "'mirror' is a console's to say")
        if wanted.seat is not None and wanted.seat not in self._status.market_of:
            raise ProtocolError("no_seat", f"there are seats 0 to {len(self._status.seats) - 1}")
        if wanted.market is not None and wanted.market >= self._status.markets:
            raise ProtocolError("no_market", f"there are markets 0 to {self._status.markets - 1}")
        self._end_mirror()
        if wanted.seat is None and wanted.market is None:
            return
        viewer: Viewer = wanted.seat if wanted.seat is not None else market_viewer(wanted.market or 0)
        market, information = self._feeds.channel(viewer)
        rules = self._status.rules(information, market=market)
        connection.peer.push(frame("mirror_opened", MirrorOpened(wanted.seat, market, rules)))
        delivery, ends = Delivery(), lambda why: None
        outbox = Outbox(connection.peer, self._feeds, viewer, 0, delivery, ends, self._limits, mirrored_frame)
        self._mirror = viewer, outbox
        self._seats.beside[viewer].append(outbox)

    def _end_mirror(self) -> None:
        if self._mirror is not None:
            viewer, outbox = self._mirror
            outbox.stop()
            self._seats.beside[viewer].remove(outbox)
            self._mirror = None

    # --- news -------------------------------------------------------------------------------------------------------

    def on_news(self, happened: list[Committed]) -> None:
        """Something was published: a console is told soon, not oftener than it may be."""
        self.board.note(happened)
        if self._connection is not None:
            self._later("roster", 1 / ROSTER_PER_S, self._send_roster)
            self._later("figures", 1 / FIGURES_PER_S, self._send_figures)

    def warn(self, text: str) -> None:
        """Something that the experimenter should know is not of the session: its server says it."""
        self.board.warn(text)
        if self._connection is not None:
            self._later("roster", 1 / ROSTER_PER_S, self._send_roster)

    def _later(self, what: str, apart_s: float, send: Callable[[], None]) -> None:
        """Send it when so long has passed since it was sent; at once, where it was not."""
        loop = asyncio.get_running_loop()
        due = self._due.get(what)
        at = max(loop.time(), self._last_s.get(what, 0.0) + apart_s)
        if due is not None:
            if due.when() <= at:
                return
            due.cancel()
        self._due[what] = loop.call_at(at, self._now, what, send)

    def _now(self, what: str, send: Callable[[], None]) -> None:
        del self._due[what]
        self._last_s[what] = asyncio.get_running_loop().time()
        connection = self._connection
        if connection is not None and connection.peer.buffered() <= self._limits.send_bytes_max:
            send()
        if self._connection is not None:
            self._due.setdefault(what, asyncio.get_running_loop().call_later(LOOK_S, self._now, what, send))

    def _send_roster(self) -> None:
        assert self._connection is not None, "nothing is sent without a console"
        roster = self.board.roster()
        plain = replace(roster, now=0, left_us=None)
        if plain != self._sent:
            self._sent = plain
            self._connection.peer.push(frame("roster", roster))

    def _send_figures(self) -> None:
        """The figures of markets that have changed. Events are read here, so that none is before somebody looks."""
        assert self._connection is not None, "nothing is sent without a console"
        news = self._feeds.private_news
        for event, at in news[self._read :]:
            self._figures.observe(event, at)
        self._read = len(news)
        for market in range(self._status.markets):
            version = self._figures.version(market)
            if version and self._versions.get(market) != version:
                self._versions[market] = version
                self._connection.peer.push(frame("figures", self._figures.figures(market)))
