"""The gateway: connections in, messages stamped with their senders. The way out is the fanout's.

A login is answered when the session has it on record (`joined`). By then every message of the seat's older connection
is published too, and the token in the welcome is certainly the last.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from p2p.base.units import EXPERIMENTER, GATEWAY, Seat, is_seat
from p2p.messages import (
    FROM_EXPERIMENTER,
    FROM_TRADERS,
    Announce,
    AnswerHelp,
    Help,
    Joined,
    Left,
    Message,
    Passes,
    Reissue,
    RequestContracts,
    Respond,
    Tell,
)
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import ClientFrame, ProtocolError
from p2p.protocol.console_frames import Mirror, RosterWanted
from p2p.protocol.frames import Login, Welcome, error_frame, frame
from p2p.protocol.server_connection import ServerProtocol
from server.connections.connection import CONSOLE, Connection
from server.connections.consoles import Consoles
from server.connections.entrance import WORDS, Entrance
from server.connections.fanout import Fanout
from server.connections.login_desk import LoginDesk
from server.connections.outbox import Outbox
from server.connections.paced_socket import PacedSocket
from server.connections.peer import Gone, Peer, SocketPeer
from server.connections.rate_limits import MessageRateLimit
from server.connections.seat_acts import TAKEN_OUT
from server.connections.seat_table import SeatTable
from server.connections.spectators import Spectators
from server.limits import (
    DEFAULT,
    FLOODED,
    FULL,
    GOING_AWAY,
    NOT_LET_IN,
    PROTOCOL_FAULT,
    REMOVED,
    SESSION_OVER,
    TAKEN_OVER,
    WRONG_CODE,
    Limits,
)
from server.monitoring.event_log import EventLog
from server.monitoring.prometheus import SILENT, Metrics
from server.publishing.announcements import Announcements
from server.publishing.feeds import Viewer
from server.session.credentials import SeatHolder
from server.session.inbox import Inbox, InboxItem
from server.session.machine import REAL, Machine
from server.session.notices import notify
from server.session.session_status import SessionStatus

CLOSED_WITH: dict[str, int] = {
    "wrong_code": WRONG_CODE,
    "flood": FLOODED,
    "too_many_logins": FULL,
    "too_many_spectators": FULL,
    "closing": GOING_AWAY,
    "seat_taken": TAKEN_OVER,
    "no_spectators": WRONG_CODE,
    **dict.fromkeys(WORDS, NOT_LET_IN),
    "removed": REMOVED,
}
"""Close codes of faults that have their own."""
LOOKS_ON = "a robot trades on your seat until the experimenter gives it back"
TOKENS_KEPT = 1_000
"""Tokens of the experimenter's whose place is remembered: a line says again no more than 64."""


ASKED = 1000
"""The close code of a connection that only asked at the door."""


class Gateway:
    """All the connections of one session, each from its login to its end."""

    def __init__(
        self,
        status: SessionStatus,
        desk: LoginDesk,
        entrance: Entrance,
        seats: SeatTable,
        spectators: Spectators,
        fanout: Fanout,
        inbox: Inbox,
        announcements: Announcements,
        consoles: Consoles,
        log: EventLog,
        metrics: Metrics = SILENT,
        machine: Machine = REAL,
        limits: Limits = DEFAULT,
    ) -> None:
        self.status, self.desk, self.entrance, self.seats, self.spectators = status, desk, entrance, seats, spectators
        self.fanout, self.feeds, self.inbox, self.announcements = fanout, fanout.feeds, inbox, announcements
        self.log, self.metrics, self._machine, self._limits = log, metrics, machine, limits
        self._paces: defaultdict[Viewer, MessageRateLimit] = defaultdict(lambda: MessageRateLimit(limits))
        self._connections = 0
        self._admissions: dict[asyncio.Future[None], None] = {}
        self._closings: set[asyncio.Task[None]] = set()
        self.consoles = consoles
        self._tokens_of: dict[int, Viewer] = {}
        self._closing = ""
        self._short: set[Viewer] = set()

    async def serve(self, socket: PacedSocket) -> None:
        """One connection of the listening socket."""
        await self.serve_connection(SocketPeer(socket, self._limits), socket.logged_in)

    async def serve_connection(self, peer: Peer, logged_in: Callable[[], None] = lambda: None) -> None:
        """One connection, from its login to its end; `logged_in` hears that it is one of ours."""
        if self._connections >= self._limits.lines_max:
            await peer.close(FULL, "the server is full; try again in a moment")
            return
        self._connections += 1
        try:
            await self._attend(peer, logged_in)
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

    async def _attend(self, peer: Peer, logged_in: Callable[[], None]) -> None:
        ends = ServerProtocol(self._limits.faults_max)
        async with asyncio.timeout(self._limits.login_s_max):
            data = await peer.recv()
        login = ends.received(data)
        assert isinstance(login, Login), "the connection lets nothing else through first"
        if login.spectator:
            logged_in()
            return await self.spectators.attend(peer, login)
        lent = self.desk.stand_in(login)
        said = lent if lent is not None else await self.desk.identify(peer, login)
        if login.ask:
            peer.push(frame("door", self.entrance.door(said, login)))
            return await peer.close(ASKED, "")
        who = lent if lent is not None else await self.entrance.admit(said, login)
        if said != who:
            self.desk.pace(who)
        logged_in()
        self._check_record(who, login)
        connection = Connection(peer, who, login, self.metrics, lent is not None, self._limits)
        if is_seat(who) and not connection.by_robot and who in self.status.acts.removed:
            raise ProtocolError("removed", TAKEN_OUT, fatal=True)
        try:
            await self._take_seat(connection)
            while True:
                await self._on_frame(connection, ends, await peer.recv())
        finally:
            self._on_disconnect(connection)

    def _check_record(self, who: SeatHolder, login: Login) -> None:
        """Raises ProtocolError where a seat was told more than there is on record: whole records were cut off, then.

        Nothing is published before it is on disk, so that no crash does this.
        """
        facts = self.feeds.count(who)
        if login.have <= facts:
            return
        self.log.write("record short", who, had=login.have)
        if who not in self._short:
            self._short.add(who)
            seat = f"seat {who}" if is_seat(who) else str(who)
            notify(
                f"the record is short, says {seat}: it was told {login.have} facts, {facts} are on record; "
                "if others say so too, records were cut off the journal: end the session, and look for the whole one"
            )
        why = f"you were told {login.have} facts, {facts} are on record: the recording was cut; ask the experimenter"
        raise ProtocolError("record_short", why, fatal=True)

    async def _take_seat(self, connection: Connection) -> None:
        """Take the seat: the session is told, the older connection goes; on record, the newer one is welcomed.

        Who has the seat here and who has it in the session change in the same order. Closing a connection takes its
        time, for its peer may be out of reach: the newer one, perhaps the same person's, does not wait for that.
        """
        who = connection.who
        if is_seat(who) and not connection.by_robot and who in self.status.acts.passed:
            await self._look_on(connection, who)
            return
        older = self.seats.take(connection)
        if not connection.stands_in and is_seat(who):
            self.desk.owner_is_back(who)
        named = is_seat(who) and self.seats.name(connection)
        told = self._joins(connection, who) if is_seat(who) else None
        if older:
            self._close_older(older)
        if told:
            await told
        if named:
            await self._machine.aside(self.seats.files.save_names)
        if not self.seats.holds(connection):
            return
        resume = await self._resume_token(connection)
        if self.seats.holds(connection):
            self._welcome(connection, resume)

    async def _resume_token(self, connection: Connection) -> str:
        """A token of its own. A command's connection has none: it would void the console's, which outlives a crash."""
        if connection.stands_in:
            return connection.login.resume
        if connection.key == EXPERIMENTER:
            return ""
        return await self.desk.token(connection.who)

    def _close_older(self, older: Connection) -> None:
        closing = asyncio.create_task(older.peer.close(TAKEN_OVER, "somebody has logged in on this seat elsewhere"))
        self._closings.add(closing)
        closing.add_done_callback(self._closings.discard)

    async def _look_on(self, connection: Connection, seat: Seat) -> None:
        """The owner of a seat on which a robot trades by the experimenter's act: told as before, and nothing more."""
        older, self.seats.onlookers[seat] = self.seats.onlookers.get(seat), connection
        if older:
            self._close_older(older)
        resume = await self.desk.token(seat)
        if self.seats.looks_on(connection):
            self._welcome(connection, resume)

    def _joins(self, connection: Connection, seat: Seat) -> "asyncio.Future[None]":
        """Tell the session who has a seat now; done when that is on record."""
        if self._closing:
            raise ProtocolError("closing", self._closing, fatal=True)
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        joined = Joined(seat, "robot" if connection.by_robot else "human", connection.stands_in)
        self.inbox.put(InboxItem(Envelope(GATEWAY, joined), None, _once(told)))
        self._admissions[told] = None
        told.add_done_callback(lambda told: self._admissions.pop(told, None))
        return told

    def _welcome(self, connection: Connection, resume: str) -> None:
        viewer: Viewer = connection.who
        seat = viewer if is_seat(viewer) else None
        robot = seat is not None and connection.by_robot
        facts = self.feeds.count(viewer)
        market, information = self.feeds.channel(viewer)
        welcome = Welcome(
            session=self.log.session,
            seat=seat,
            resume=resume,
            token=self.fanout.token(viewer),
            facts=facts,
            rules=self.status.rules(information, to_robot=robot, market=None if seat is None else market),
            seed=self.status.robot_seed(seat) if robot and seat is not None else None,
            stood_in=connection.login.have < self.feeds.taken_over.get(viewer, 0)
            or (seat in self.seats.given_back and not connection.by_robot),
        )
        if seat is not None and not robot:
            self.seats.given_back.discard(seat)
        connection.next_token = welcome.token + 1
        connection.peer.push(frame("welcome", welcome))
        delivery = self.seats.files.deliveries[viewer]

        def cut(why: str) -> None:
            self.metrics.cut(why)
            delivery.was_cut(why)
            self.log.write("cut", viewer, why=why)

        have = min(connection.login.have, facts)
        connection.outbox = Outbox(connection.peer, self.feeds, viewer, have, delivery, cut, self._limits)
        if connection.key == CONSOLE:
            self.consoles.opened(connection)
        self.log.write("joined", viewer, controller=connection.login.controller, had=have)

    async def _on_frame(self, connection: Connection, ends: ServerProtocol, data: bytes | str) -> None:
        """One frame of a connection that is in: stamped and let in, or answered with what is wrong with it."""
        if not self.seats.holds(connection) and not self.seats.looks_on(connection):
            return
        try:
            self._paces[connection.who].take(self._machine.clock_s())
            heard = ends.received(data)
            if isinstance(heard, Mirror | RosterWanted):
                if connection.who != EXPERIMENTER:
                    raise ends.counted(ProtocolError("not_yours", "that is the experimenter's to ask"))
                self.consoles.grant(connection, heard)
                return
            if self.seats.looks_on(connection):
                raise ends.counted(ProtocolError("not_yours", LOOKS_ON))
            assert not isinstance(heard, Login), "the connection refuses a second login"
            message, said = heard
            allowed = FROM_EXPERIMENTER if connection.who == EXPERIMENTER else FROM_TRADERS
            if not isinstance(message, allowed) or isinstance(message, Help if connection.by_robot else Passes):
                raise ends.counted(ProtocolError("not_yours", f"'{message.directive}' is not yours to say"))
            if connection.who == EXPERIMENTER:
                self._check_token(connection, said.token)
            if isinstance(message, RequestContracts):
                self._paces[connection.who].take_list(self._machine.clock_s())
            if isinstance(message, Reissue):
                self._reissue(message)
            if isinstance(message, Help):
                self._paces[connection.who].take_help(self._machine.clock_s())
            if isinstance(message, Announce | Tell | AnswerHelp | Help | Respond):
                message = await self._without_words(message, connection.who)
                if not self.seats.holds(connection):
                    return
            self.inbox.put(InboxItem(self._stamped(connection, message, said), connection))
            connection.heard(said.token)
        except ProtocolError as error:
            if error.fatal:
                self.log.write("closed", connection.who, why=error.code)
                raise
            connection.fault(error)

    async def _without_words(self, message: Announce | Tell | AnswerHelp | Help | Respond, who: SeatHolder) -> Message:
        """The message with a digest for its words, once those are kept on disk; the others trade on meanwhile.

        Of answers only words that a question waits for are kept: nobody fills the disk with others.
        """
        match message:
            case Announce():
                keep: Callable[[], Message] = partial(self.announcements.keep, message)
            case Respond() if not is_seat(who) or not self.status.stages.progress.waits_for_words(who, message):
                return replace(message, text="", length=0, digest="")
            case Respond():
                keep = partial(self.announcements.answers.kept_answer, message)
            case _:
                keep = partial(self.announcements.private.kept, message)
        kept: Message = await self._machine.aside(keep)
        return kept

    def _reissue(self, message: Reissue) -> None:
        """Give a seat a new code before the session hears of it. Raises ProtocolError where there is no such seat."""
        if message.seat not in self.status.market_of:
            raise ProtocolError("bad_payload", f"reissue: there are cards 1 to {len(self.status.market_of)}")
        self.entrance.reissue(message.seat)

        async def save() -> None:
            await self._machine.aside(self.entrance.save)

        saving = asyncio.create_task(save())
        self._closings.add(saving)
        saving.add_done_callback(self._closings.discard)

    def _check_token(self, connection: Connection, token: int) -> None:
        """A console and `pit ctl` say messages with the same tokens: raises ProtocolError where the other has had it.

        One that is said again after a lost line has had its token from the same place, and has no second effect.
        """
        said_by = self._tokens_of.setdefault(token, connection.key)
        if said_by != connection.key:
            why = "another command of the experimenter's came at the same time; say this one again"
            raise ProtocolError("token_taken", why)
        if len(self._tokens_of) > TOKENS_KEPT:
            del self._tokens_of[next(iter(self._tokens_of))]

    def _stamped(self, connection: Connection, message: Message, said: ClientFrame) -> Envelope:
        """The message as its connection's owner's: acting for another cannot be written down."""
        return Envelope(connection.who, message, None, said.token, said.seen, said.meta)

    def _on_disconnect(self, connection: Connection) -> None:
        """A connection has ended; the seat is empty unless a newer one has it."""
        if connection.outbox:
            connection.outbox.stop()
            self.seats.files.deliveries[connection.who].measured(connection.peer.round_trip_s())
        self.consoles.closed(connection)
        looked_on = self.seats.looks_on(connection)
        if looked_on and is_seat(connection.who):
            self.consoles.board.left(connection.who)
        vacated = self.seats.leave(connection)
        if looked_on and is_seat(connection.who) and connection.who not in self.seats.connections:
            vacated = not self.status.robot_trades(connection.who)
        if vacated:
            self.log.write("left", connection.who)
            if is_seat(connection.who) and not self.status.over:
                self.inbox.put(InboxItem(Envelope(GATEWAY, Left(connection.who))))

    async def close_connections(self, code: int = SESSION_OVER, why: str = "the session is over") -> None:
        """Give every connection its last facts, then close it; those who wait at the door are sent away."""
        self._closing = why
        self.desk.close()
        for waiting in list(self._admissions):
            waiting.set_exception(ProtocolError("closing", why, fatal=True))
        held = [*self.seats.connections.values(), *self.seats.onlookers.values()]
        ends = [one.outbox.farewell if one.outbox else one.peer.close for one in held]
        await asyncio.gather(*(end(code, why) for end in ends), self.spectators.close_all(code, why))


def _once(told: "asyncio.Future[None]") -> Callable[[], None]:
    def tell() -> None:
        if not told.done():
            told.set_result(None)

    return tell
