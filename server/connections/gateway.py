"""The gateway: connections in, messages stamped with who said them, published facts out.

A login is answered when the session has it on record (`joined`): then every message of the seat's older line is
published too, and the token in the welcome is the last one for certain.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.server import ServerConnection

from p2p.base.rng import derived
from p2p.base.units import EXPERIMENTER, GATEWAY, Seat, is_seat
from p2p.messages import FROM_EXPERIMENTER, FROM_TRADERS, Announce, Joined, Left, Message, Passes
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import ClientFrame, ProtocolError
from p2p.protocol.frames import Login, Welcome, error_frame, frame
from p2p.protocol.server_connection import ServerProtocol
from p2p.scenario.public_rules import public_rules
from p2p.session.session import Session
from server.connections.fanout_timer import Ticks
from server.connections.outbox import Outbox
from server.connections.peer import Gone, Peer, SocketPeer
from server.connections.rate_limits import LoginThrottle, MessageRateLimit
from server.connections.spectators import Spectators
from server.limits import (
    FLOODED,
    FULL,
    GOING_AWAY,
    LINES_MAX,
    LOGIN_S_MAX,
    PROTOCOL_FAULT,
    SEND_BYTES_MAX,
    SESSION_OVER,
    TAKEN_OVER,
    WRONG_CODE,
)
from server.monitoring.event_log import EventLog
from server.monitoring.prometheus import SILENT, Metrics
from server.publishing.announcements import Announcements
from server.publishing.delivery_stats import Delivery
from server.publishing.feeds import Feeds, Viewer
from server.publishing.side_files import save
from server.session.credentials import SeatCredentials, Who
from server.session.sequencer import Committed, InboxItem, Sequencer

CLOSED_WITH = {
    "wrong_code": WRONG_CODE,
    "flood": FLOODED,
    "too_many_tries": FULL,
    "too_many_spectators": FULL,
    "closing": GOING_AWAY,
    "seat_taken": TAKEN_OVER,
    "no_spectators": WRONG_CODE,
}
"""Close codes of faults that have their own."""


class Connection:
    """A connection that has logged in: whose it is, and its outbox once it was welcomed.

    `stands_in`: a robot holds the seat in the place of its owner, with the token it was lent.
    """

    def __init__(self, peer: Peer, who: Who, login: Login, metrics: Metrics, stands_in: bool = False) -> None:
        self.peer, self.who, self.login, self.metrics = peer, who, login, metrics
        self.stands_in = stands_in
        self.by_robot = stands_in or login.controller == "robot"
        self.outbox: Outbox | None = None

    def fault(self, error: ProtocolError) -> None:
        """Tell the peer that it was wrong; does not wait. One that does not read what it is told is cut."""
        self.metrics.faulted(error.code)
        if self.peer.buffered() > SEND_BYTES_MAX:
            self.peer.abort()
        else:
            self.peer.push(error_frame(error))


class Gateway:
    """All the lines of one session."""

    def __init__(
        self,
        session: Session,
        name: str,
        doors: SeatCredentials,
        feeds: Feeds,
        on_news: Callable[[], None],
        metrics: Metrics = SILENT,
        log: EventLog | None = None,
    ) -> None:
        self.session, self.name, self.doors, self.feeds = session, name, doors, feeds
        self.metrics, self.log = metrics, log or EventLog(name)
        self.sequencer: Sequencer | None = None
        self.lines: dict[Viewer, Connection] = {}
        self.spectators = Spectators(feeds, name, session.scenario, metrics)
        self.tokens: dict[Viewer, int] = {}
        self.people: dict[str, str] = {}
        self.agents: dict[str, str] = {}
        self.announcements: Announcements
        self.deliveries: defaultdict[Viewer, Delivery] = defaultdict(Delivery)
        self.doorstep = LoginThrottle()
        self.chance = random.Random()
        self.aside: Callable[..., Awaitable[Any]] = asyncio.to_thread
        self._paces: defaultdict[Viewer, MessageRateLimit] = defaultdict(MessageRateLimit)
        self._connections = 0
        self.ticks = Ticks(self._recipients)
        self._on_news = on_news
        self._admissions: dict[asyncio.Future[None], None] = {}
        self._closings: set[asyncio.Task[None]] = set()
        self._closing = ""

    # --- in -----------------------------------------------------------------------------------------------------

    async def serve(self, socket: ServerConnection) -> None:
        """One connection of the listening socket."""
        await self.serve_connection(SocketPeer(socket))

    async def serve_connection(self, peer: Peer) -> None:
        """One connection, from its login to its end."""
        if self._connections >= LINES_MAX:
            await peer.close(FULL, "the server is full; try again in a moment")
            return
        self._connections += 1
        try:
            await self._attend(peer)
        except ProtocolError as error:
            self.metrics.faulted(error.code)
            await self._reject(peer, error)
        except Gone:
            pass
        except TimeoutError:
            await peer.close(FULL, "no login came in time; try again")
        finally:
            self._connections -= 1

    async def _reject(self, peer: Peer, error: ProtocolError) -> None:
        peer.push(error_frame(error))
        await peer.close(CLOSED_WITH.get(error.code, PROTOCOL_FAULT), error.why[:120])

    async def _attend(self, peer: Peer) -> None:
        ends = ServerProtocol()
        async with asyncio.timeout(LOGIN_S_MAX):
            data = await peer.recv()
        login = ends.received(data)
        assert isinstance(login, Login), "the line lets nothing else through first"
        lent = self.doors.stands_in(login)
        who = None if login.spectator else lent if lent is not None else await self._authenticate(peer, login)
        if who is None:
            return await self._attend_spectator(peer, login)
        line = Connection(peer, who, login, self.metrics, lent is not None)
        try:
            await self._take_seat(line)
            while True:
                self._on_frame(line, ends, await peer.recv())
        finally:
            self._on_disconnect(line)

    async def _attend_spectator(self, peer: Peer, login: Login) -> None:
        if self.session.scenario.spectators == "none":
            raise ProtocolError("no_spectators", "this session has no spectators: it is not shown to the public", True)
        await self.spectators.attend(peer, login)

    async def _authenticate(self, peer: Peer, login: Login) -> Who:
        """Whose the login is; raises ProtocolError. Resume tokens cannot be guessed and are not counted."""
        who: Who | None
        if login.resume:
            who = await self.aside(self.doors.who, login)
        else:
            async with self.doorstep.trying(peer.address, self._now_s) as may_try:
                if not may_try:
                    why = "too many wrong codes came from this address; try again in a moment"
                    raise ProtocolError("too_many_tries", why, fatal=True)
                who = await self.aside(self.doors.who, login)
                if who is None:
                    self.doorstep.was_wrong(peer.address, self._now_s())
        if who is None:
            raise ProtocolError("wrong_code", "no seat has this code; look at the slip of paper again", fatal=True)
        if login.conducts and who != EXPERIMENTER:
            raise ProtocolError("not_experimenter", "this is a trader's code, not the experimenter's", fatal=True)
        return who

    async def _take_seat(self, line: Connection) -> None:
        """Take the seat: the session is told, the older line goes; when that is on record, the line is welcomed.

        Who has the seat here and who has it in the session change in the same order. Closing a line takes its time, for
        its peer may be out of reach: the newer one, which may be the same person's, does not wait for that.
        """
        viewer: Viewer = line.who
        older = self.lines.get(viewer)
        if older and line.by_robot and not older.by_robot:
            why = "a person trades on this seat; a robot can have it when he has left it"
            raise ProtocolError("seat_taken", why, fatal=True)
        self.lines[viewer] = line
        if not line.stands_in and is_seat(line.who):
            self.doors.take_back(line.who)
        told = self._joins(line, line.who) if is_seat(line.who) else None
        if older:
            closing = asyncio.create_task(older.peer.close(TAKEN_OVER, "somebody has logged in on this seat elsewhere"))
            self._closings.add(closing)
            closing.add_done_callback(self._closings.discard)
        if told:
            await told
        resume = line.login.resume if line.stands_in else await self.aside(self.doors.token, line.who)
        if self.lines.get(viewer) is line:
            await self._welcome(line, resume)

    def _joins(self, line: Connection, seat: Seat) -> "asyncio.Future[None]":
        """Tell the session who has a seat now; done when that is on record."""
        name = display_name(line.login.name)
        if name and not line.stands_in:
            (self.agents if line.by_robot else self.people)[str(seat)] = name
        if self._closing:
            raise ProtocolError("closing", self._closing, fatal=True)
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        joined = Joined(seat, "robot" if line.by_robot else "human", line.stands_in)
        self._put(InboxItem(Envelope(GATEWAY, joined), None, _once(told)))
        self._admissions[told] = None
        told.add_done_callback(lambda told: self._admissions.pop(told, None))
        return told

    async def _welcome(self, line: Connection, resume: str) -> None:
        viewer: Viewer = line.who
        robot = is_seat(viewer) and line.by_robot
        welcome = Welcome(
            session=self.name,
            seat=viewer if is_seat(viewer) else None,
            resume=resume,
            token=self.tokens.get(viewer, 0),
            facts=self.feeds.count(viewer),
            rules=public_rules(self.session.scenario, self.feeds.channel(viewer)[1], to_robot=robot),
            seed=derived(self.session.seed, "robot", viewer) if robot else None,
            stood_in=line.login.have < self.feeds.taken_over.get(viewer, 0),
        )
        line.peer.push(frame("welcome", welcome))
        delivery = self.deliveries[viewer]

        def cut(why: str) -> None:
            self.metrics.cut(why)
            delivery.was_cut(why)
            self._note("cut", viewer, why=why)

        have = min(line.login.have, self.feeds.count(viewer))
        line.outbox = Outbox(line.peer, self.feeds, viewer, have, delivery, cut)
        self._note("joined", viewer, controller=line.login.controller, had=have)

    def _on_frame(self, line: Connection, ends: ServerProtocol, data: bytes | str) -> None:
        """One frame of a line that is in: stamped and let in, or answered with what is wrong with it."""
        if self.lines.get(line.who) is not line:
            return
        try:
            self._paces[line.who].take(self._now_s())
            heard = ends.received(data)
            assert not isinstance(heard, Login), "the line refuses a second login"
            message, said = heard
            allowed = FROM_EXPERIMENTER if line.who == EXPERIMENTER else FROM_TRADERS
            if not isinstance(message, allowed) or (isinstance(message, Passes) and not line.by_robot):
                raise ends.counted(ProtocolError("not_yours", f"'{message.directive}' is not yours to say"))
            if isinstance(message, Announce):
                message = self.announcements.keep(message)
            self._put(InboxItem(self._stamped(line, message, said), line))
        except ProtocolError as error:
            if error.fatal:
                self._note("closed", line.who, why=error.code)
                raise
            line.fault(error)

    def _stamped(self, line: Connection, message: Message, said: ClientFrame) -> Envelope:
        """The message as its line's owner's: acting for another cannot be written down."""
        return Envelope(line.who, message, None, said.token, said.seen, said.meta)

    def _put(self, arrival: InboxItem) -> None:
        assert self.sequencer is not None
        self.sequencer.put(arrival)

    def _on_disconnect(self, line: Connection) -> None:
        """A line has ended; the seat is empty unless a newer line has it."""
        if line.outbox:
            line.outbox.stop()
            self.deliveries[line.who].measured(line.peer.round_trip_s())
        if self.lines.get(line.who) is line:
            del self.lines[line.who]
            self._note("left", line.who)
            if is_seat(line.who) and self.session.phase != "ended":
                self._put(InboxItem(Envelope(GATEWAY, Left(line.who))))

    def _note(self, what: str, viewer: Viewer, **more: str | float) -> None:
        records = self.sequencer.store.chain.records if self.sequencer else 0
        self.log.write(what, records, viewer, **more)

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time()

    # --- out ----------------------------------------------------------------------------------------------------

    def publish(self, happened: list[Committed]) -> None:
        """What has become durable: into the feeds, and to the lines: one's own at once, the public at the next tick."""
        own: set[Viewer] = set()
        due: set[int] = set()
        for what in happened:
            markets, viewers = self.feeds.add_events(what.at, what.events)
            own |= viewers
            due |= markets
            envelope = what.arrival.envelope
            if envelope.token:
                self.tokens[envelope.sender] = envelope.token
            if what.arrival.published:
                what.arrival.published()
        self.feeds.refresh_states(due)
        for viewer in self.chance.sample(sorted(own, key=str), len(own)):
            line = self.lines.get(viewer)
            if line and line.outbox:
                line.outbox.wake()
        self.ticks.news(due)
        self._on_news()

    def _recipients(self, markets: set[int]) -> list[Outbox]:
        """Everybody in the markets with news, in an order drawn anew, so that no seat is always first."""
        outboxes = [line.outbox for line in self.lines.values() if line.outbox and line.outbox.market in markets]
        self.chance.shuffle(outboxes)
        return outboxes + self.spectators.recipients(markets)

    async def close_connections(self, code: int = SESSION_OVER, why: str = "the session is over") -> None:
        """Give every line its last facts, then close it; those who wait at the door are sent away."""
        self._closing = why
        for waiting in list(self._admissions):
            waiting.set_exception(ProtocolError("closing", why, fatal=True))
        ends = [line.outbox.farewell if line.outbox else line.peer.close for line in self.lines.values()]
        await asyncio.gather(*(end(code, why) for end in ends), self.spectators.close_all(code, why))

    def save_beside(self) -> None:
        """Names, where any were given, robots' agents, how everybody was served: beside the journal, never in it."""
        assert self.sequencer is not None
        save(self.sequencer.store, self.people, self.agents, self.deliveries)


def display_name(name: str) -> str:
    """A name without control characters and markup: it is shown on terminals and in reports."""
    return "".join(letter for letter in name if letter.isprintable() and letter not in "<>&[]\\`").strip()


def _once(told: "asyncio.Future[None]") -> Callable[[], None]:
    def tell() -> None:
        if not told.done():
            told.set_result(None)

    return tell
