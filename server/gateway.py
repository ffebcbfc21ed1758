"""The gateway: connections in, messages stamped with who said them, published facts out.

A login is answered when the session has it on record (`joined`): then every message of the seat's older line is
published too, and the token in the welcome is the last one for certain.
"""

import asyncio
import random
from collections.abc import Callable

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from p2p.line import Login, ServerLine, Welcome, error_frame, frame
from p2p.messages import FROM_EXPERIMENTER, FROM_TRADERS, Joined, Left, Message
from p2p.rules import public_rules
from p2p.seeds import derived
from p2p.session import Session
from p2p.units import EXPERIMENTER, GATEWAY
from p2p.wire import Envelope, ProtocolError, Said
from recordings.store import write_whole
from server.admission import Doors, Who
from server.feeds import Feeds, Viewer
from server.limits import (
    FULL,
    LINES_MAX,
    LOGIN_S_MAX,
    PROTOCOL_FAULT,
    SESSION_OVER,
    TAKEN_OVER,
    TICK_S,
    WRONG_CODE,
)
from server.outbox import Outbox
from server.sequencer import Arrival, Happened, Sequencer


class Line:
    """A connection that has logged in: whose it is, and its outbox once it was welcomed."""

    def __init__(self, socket: ServerConnection, who: Who, login: Login) -> None:
        self.socket, self.who, self.login = socket, who, login
        self.outbox: Outbox | None = None
        self._answers: set[asyncio.Task[None]] = set()

    def fault(self, error: ProtocolError) -> None:
        """Tell the peer that it was wrong; does not wait."""
        answer = asyncio.create_task(self._answer(error))
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    async def _answer(self, error: ProtocolError) -> None:
        try:
            await self.socket.send(error_frame(error), text=True)
        except ConnectionClosed:
            return


class Gateway:
    """All the lines of one session."""

    def __init__(self, session: Session, name: str, doors: Doors, feeds: Feeds, on_news: Callable[[], None]) -> None:
        self.session, self.name, self.doors, self.feeds = session, name, doors, feeds
        self.sequencer: Sequencer | None = None
        self.lines: dict[Viewer, Line] = {}
        self.tokens: dict[Viewer, int] = {}
        self.people: dict[str, str] = {}
        self._connections = 0
        self._tick: asyncio.TimerHandle | None = None
        self._due: set[int] = set()
        self._on_news = on_news

    # --- in -----------------------------------------------------------------------------------------------------

    async def serve(self, socket: ServerConnection) -> None:
        """One connection, from its login to its end."""
        if self._connections >= LINES_MAX:
            await socket.close(FULL, "the server is full; try again in a moment")
            return
        self._connections += 1
        try:
            await self._serve(socket)
        except ProtocolError as error:
            await socket.send(error_frame(error), text=True)
            await socket.close(WRONG_CODE if error.code == "wrong_code" else PROTOCOL_FAULT, error.why[:120])
        except (ConnectionClosed, TimeoutError):
            await socket.close(PROTOCOL_FAULT, "no login came in time")
        finally:
            self._connections -= 1

    async def _serve(self, socket: ServerConnection) -> None:
        ends = ServerLine()
        async with asyncio.timeout(LOGIN_S_MAX):
            login = ends.received(await socket.recv())
            assert isinstance(login, Login), "the line lets nothing else through first"
            who = await asyncio.to_thread(self.doors.who, login)
        if who is None:
            raise ProtocolError("wrong_code", "no seat has this code; look at the slip of paper again", fatal=True)
        line = Line(socket, who, login)
        try:
            await self._admit(line)
            async for data in socket:
                self._hear(line, ends, data)
        finally:
            self._gone(line)

    async def _admit(self, line: Line) -> None:
        """Take the seat: the older line goes, the session is told, and its word is awaited before the welcome."""
        viewer: Viewer = line.who
        older = self.lines.get(viewer)
        self.lines[viewer] = line
        if older:
            await older.socket.close(TAKEN_OVER, "somebody has logged in on this seat elsewhere")
        if isinstance(line.who, int):
            if line.login.name:
                self.people[str(line.who)] = line.login.name
            told = asyncio.get_running_loop().create_future()
            self._put(Arrival(Envelope(GATEWAY, Joined(line.who, line.login.controller)), None, _once(told)))
            await told
        if self.lines.get(viewer) is line:
            await self._welcome(line)

    async def _welcome(self, line: Line) -> None:
        viewer: Viewer = line.who
        robot = isinstance(viewer, int) and line.login.controller == "robot"
        welcome = Welcome(
            session=self.name,
            seat=viewer if isinstance(viewer, int) else None,
            resume=self.doors.token(line.who),
            token=self.tokens.get(viewer, 0),
            facts=self.feeds.count(viewer),
            rules=public_rules(self.session.scenario, self.feeds.channel(viewer)[1]),
            seed=derived(self.session.seed, "robot", viewer) if robot else None,
        )
        await line.socket.send(frame("welcome", welcome), text=True)
        line.outbox = Outbox(line.socket, self.feeds, viewer, min(line.login.have, self.feeds.count(viewer)))

    def _hear(self, line: Line, ends: ServerLine, data: bytes | str) -> None:
        """One frame of a line that is in: stamped and let in, or answered with what is wrong with it."""
        if self.lines.get(line.who) is not line:
            return
        try:
            heard = ends.received(data)
            assert not isinstance(heard, Login), "the line refuses a second login"
            message, said = heard
            allowed = FROM_EXPERIMENTER if line.who == EXPERIMENTER else FROM_TRADERS
            if not isinstance(message, allowed):
                raise ends.counted(ProtocolError("not_yours", f"'{message.directive}' is not yours to say"))
            self._put(Arrival(self._stamped(line, message, said), line))
        except ProtocolError as error:
            if error.fatal:
                raise
            line.fault(error)

    def _stamped(self, line: Line, message: Message, said: Said) -> Envelope:
        """The message as its line's owner's: acting for another cannot be written down."""
        return Envelope(line.who, message, None, said.token, said.seen, said.meta)

    def _put(self, arrival: Arrival) -> None:
        assert self.sequencer is not None
        self.sequencer.put(arrival)

    def _gone(self, line: Line) -> None:
        """A line has ended; the seat is empty unless a newer line has it."""
        if line.outbox:
            line.outbox.task.cancel()
        if self.lines.get(line.who) is line:
            del self.lines[line.who]
            if isinstance(line.who, int) and self.session.phase != "ended":
                self._put(Arrival(Envelope(GATEWAY, Left(line.who))))

    # --- out ----------------------------------------------------------------------------------------------------

    def publish(self, happened: list[Happened]) -> None:
        """What has become durable: into the feeds, and to the lines: one's own at once, the public at the next tick."""
        own: set[Viewer] = set()
        for what in happened:
            markets, viewers = self.feeds.publish(what.at, what.events)
            own |= viewers
            self._due |= markets
            envelope = what.arrival.envelope
            if envelope.token:
                self.tokens[envelope.sender] = envelope.token
            if what.arrival.published:
                what.arrival.published()
        for viewer in own:
            line = self.lines.get(viewer)
            if line and line.outbox:
                line.outbox.wake()
        if self._due and self._tick is None:
            self._tick = asyncio.get_running_loop().call_later(TICK_S, self._wake_all)
        self._on_news()

    def _wake_all(self) -> None:
        """A tick: everybody in the markets with news, in an order drawn anew, so that no seat is always first."""
        self._tick = None
        due, self._due = self._due, set()
        lines = [line for line in self.lines.values() if line.outbox and self.feeds.channel(line.who)[0] in due]
        random.shuffle(lines)
        for line in lines:
            assert line.outbox is not None
            line.outbox.wake()

    async def close(self, code: int = SESSION_OVER, why: str = "the session is over") -> None:
        """Give every line its last facts, then close it."""
        lines = list(self.lines.values())
        await asyncio.gather(*(line.outbox.drain() for line in lines if line.outbox))
        await asyncio.gather(*(line.socket.close(code, why) for line in lines))

    def save_people(self) -> None:
        """Names, where any were given: beside the journal, never in it."""
        if self.people:
            assert self.sequencer is not None
            write_whole(self.sequencer.store.folder / "people.json", msgspec.json.encode(self.people))


def _once(told: "asyncio.Future[None]") -> Callable[[], None]:
    def tell() -> None:
        if not told.done():
            told.set_result(None)

    return tell
