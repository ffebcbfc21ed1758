"""A session, hosted: store, doors, sequencer, gateway and listening socket, from the first connection to the seal."""

import asyncio
import contextlib
import logging
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Literal, TextIO

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from p2p.base.units import GATEWAY, Seat
from p2p.messages import Left, Open, Pause
from p2p.messages.envelope import Envelope
from p2p.protocol.frames import FRAME_MAX
from p2p.protocol.reveal import Reveal
from p2p.scenario.schema import Scenario
from p2p.session.session import Session
from recordings.journal.disk import REAL, Disk
from recordings.journal.format import JournalError
from recordings.journal.store import Recovered, Store, new_id
from server.connections.arrivals import Arrivals
from server.connections.consoles import Consoles
from server.connections.doorway import Doorway, Visitor
from server.connections.entrance import Entrance
from server.connections.fanout import Fanout
from server.connections.gateway import Gateway
from server.connections.login_desk import LoginDesk
from server.connections.paced_socket import PacedSocket
from server.connections.roster_board import RosterBoard
from server.connections.seat_acts import SeatActs
from server.connections.seat_table import SeatTable
from server.connections.spectators import Spectators
from server.connections.transport import LOOPBACK, Transport
from server.limits import DEFAULT, GOING_AWAY, SESSION_OVER, Limits
from server.monitoring.event_log import EventLog
from server.monitoring.prometheus import SILENT, Metrics
from server.publishing.announcements import Announcements
from server.publishing.feeds import Feeds
from server.publishing.reveal import recorded_reveal
from server.publishing.side_files import SideFiles
from server.session.clock import Clock
from server.session.credentials import SeatCredentials
from server.session.inbox import Inbox
from server.session.machine import REAL as REAL_MACHINE
from server.session.machine import Machine
from server.session.notices import notify
from server.session.participants import Participants
from server.session.sequencer import Committed, Sequencer
from server.session.session_status import SessionStatus
from server.web.requests import Requests

COMPLAINT_S = 60.0
"""Between two lines about what the system refuses: it may refuse it a thousand times a second."""
ACCEPTING_TURNS = 4
"""Turns of the loop until a connection that was just accepted is made: closed before, the server leaves it open."""
DISK_FAILED = 74
"""Exit status when the journal cannot be written (EX_IOERR)."""


@dataclass
class SessionParts:
    """A session that is ready to be hosted: new, or come back."""

    session: Session
    store: Store
    doors: SeatCredentials
    codes: dict[Seat, str]
    control: str
    feeds: Feeds
    clock: Clock
    first: list[Envelope]
    announcements: Announcements
    limits: Limits = DEFAULT
    participants: Participants | None = None
    """The labels that people say as they join, if there is a list, and those for whom no seat was left."""
    robots: frozenset[Seat] = frozenset()
    """Seats of our own robots: no person gets one of them by the class code."""
    stays: bool = False
    """Whether the server stays after the end, for those who come back, until the experimenter closes it."""
    goes_on: bool = False
    """Whether it is resumed by itself when the machine has stood still: a demo, a rehearsal, a load run."""
    sequencer: Callable[..., Sequencer] = Sequencer
    """The source of messages: the inbox of the doors, or a recording that is played again."""

    def __post_init__(self) -> None:
        self.status = SessionStatus(self.session)


@dataclass(frozen=True)
class Joining:
    """How people get in: by a class code or by their seats' own, and with which labels. `robots` have the last seats.

    With a class code the schedules are dealt as trading starts; `empty` is for the seats that are free then.
    """

    class_code: bool = False
    empty: Literal["robots", "drop"] = "robots"
    labels: tuple[str, ...] | None = None
    robots: int = 0

    def opening(self) -> Open:
        """The session's first message."""
        return Open("start", self.empty) if self.class_code else Open()


PER_SEAT = Joining()
"""A code for each seat, and schedules dealt at once."""


def open_new(
    scenario: Scenario,
    name: str,
    seed: int,
    recordings: Path,
    code: str,
    disk: Disk = REAL,
    limits: Limits = DEFAULT,
    joining: Joining = PER_SEAT,
) -> SessionParts:
    """A new session with its recording; raises OSError where that cannot be made."""
    session = Session(scenario, seed)
    store = Store.create(recordings / new_id(name), scenario, seed, code, disk)
    robots = frozenset(range(scenario.seats - joining.robots, scenario.seats))
    seats = sorted(robots) if joining.class_code else range(scenario.seats)
    doors, codes, control = SeatCredentials.create(store.folder, seats, joining.class_code)
    clock = Clock()
    feeds = Feeds(session, clock.now, limits.joined_max)
    words = Announcements(store.folder, store.disk, feeds.words, feeds.private_words)
    people = Participants(store.folder, store.disk, joining.labels)
    people.save()
    first = [Envelope(GATEWAY, joining.opening())]
    return SessionParts(session, store, doors, codes, control, feeds, clock, first, words, limits, people, robots)


def open_again(recovered: Recovered, robots: int, limits: Limits = DEFAULT) -> SessionParts:
    """A session that was cut, paused where it stopped; its robots' seats get new codes, people keep theirs."""
    session = recovered.session
    clock = Clock(session.now)
    feeds = Feeds(session, clock.now, limits.joined_max)
    words = Announcements(recovered.folder, recovered.disk, feeds.words, feeds.private_words)
    for at, events in recovered.played:
        feeds.add_events(at, events)
    feeds.refresh_states(set(range(len(session.markets))))
    first = recovery_messages(session)
    doors, lost = credentials(recovered.folder)
    robots_seats = SessionStatus(session).robots_own
    seats = sorted(session.market_of, key=lambda seat: (seat not in robots_seats, -seat))
    codes = doors.reissue(sorted(seats if lost else seats[:robots]))
    people = Participants(recovered.folder, recovered.disk)
    parts = SessionParts(
        session, recovered.reopen(), doors, codes, doors.reissue_control(), feeds, clock, first, words, limits, people
    )
    parts.robots = frozenset(codes) if doors.class_code else frozenset()
    return parts


def credentials(folder: Path) -> tuple[SeatCredentials, bool]:
    """The codes of a session that comes back; none, with a notice, if their file is damaged or gone."""
    try:
        return SeatCredentials.load(folder), False
    except (OSError, ValueError) as error:
        notify(f"the codes of before are lost ({error}): every seat has a new one")
        return SeatCredentials.empty(folder), True


def recovery_messages(session: Session) -> list[Envelope]:
    """The first messages to a session that was cut: it pauses at the very instant at which it stopped, and all left."""
    running = session.phase not in ("lobby", "unopened") and not session.alarms.paused
    first = [Envelope(GATEWAY, Pause())] if running else []
    if session.phase == "unopened":
        first.append(Envelope(GATEWAY, Open()))
    return first + [Envelope(GATEWAY, Left(seat)) for seat in sorted(session.roster.present)]


class HostedSession:
    """Runs an opened session. `news` is set whenever something was published; `listeners` are handed what it was."""

    def __init__(
        self,
        opened: SessionParts,
        transport: Transport = LOOPBACK,
        metrics: Metrics = SILENT,
        log: TextIO | None = None,
        machine: Machine = REAL_MACHINE,
    ) -> None:
        limits, name = opened.limits, opened.store.session
        self.opened, self.transport, self.metrics, self.limits = opened, transport, metrics, limits
        self.status = opened.status
        self.news = asyncio.Event()
        self.listeners: list[Callable[[list[Committed]], None]] = []
        self.log = EventLog(name, log, lambda: opened.store.chain.records)
        self.files = SideFiles(opened.store)
        self.inbox = Inbox(limits.inbox_max)
        self.seats = SeatTable(self.files)
        self.spectators = Spectators(opened.feeds, name, self.status, metrics, limits)
        tokens = opened.session.tokens.items()
        self.fanout = Fanout(opened.feeds, self.seats, self.spectators, tokens, machine.chance, limits)
        if self.status.scenario.names == "shown":
            opened.feeds.names = self._names
        self.arrivals = Arrivals(limits)
        self.desk = LoginDesk(opened.doors, machine, limits)
        people = opened.participants or Participants(opened.store.folder, opened.store.disk)
        self.entrance = Entrance(self.status, opened.doors, people, machine, opened.codes, opened.robots)
        self.acts = SeatActs(self.status, self.seats, self.desk)
        board = RosterBoard(name, self.status, opened.feeds, self.seats, people)
        self.consoles = Consoles(self.status, opened.feeds, self.seats, board, limits)
        self.desk.warned.append(self.consoles.warn)
        self.gateway = Gateway(
            self.status,
            self.desk,
            self.entrance,
            self.seats,
            self.spectators,
            self.fanout,
            self.inbox,
            opened.announcements,
            self.consoles,
            self.log,
            metrics,
            machine,
            limits,
        )
        self.sequencer = opened.sequencer(
            opened.session,
            opened.store,
            opened.clock,
            self.inbox,
            self._publish,
            limits,
            metrics,
            machine.on_disk,
            lambda: opened.goes_on or not opened.status.has_people,
            lambda: opened.stays and not opened.status.closed,
        )
        metrics.watch(lambda: len(self.seats.connections), lambda: self.inbox.waiting)
        self.requests = Requests(transport, self.desk.throttle, self._health, metrics)
        self.revealed: Reveal | None = None
        self._aside = machine.aside
        self._revealing: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._quiet_until_s = 0.0
        self._failed: set[str] = set()

    def _names(self) -> tuple[str, ...]:
        """The people who are there, in order of the alphabet: it says nothing of seats."""
        people = (name for seat, name in self.files.people.items() if self.status.is_present(int(seat)))
        return tuple(sorted(people, key=str.casefold))

    def _publish(self, happened: list[Committed]) -> None:
        self.fanout.publish(happened)
        self.acts.on_news(happened)
        self.consoles.on_news(happened)
        self.news.set()
        for listener in self.listeners:
            listener(happened)
        if self.status.over and self.status.scenario.reveals and self._revealing is None:
            self._revealing = asyncio.create_task(self._reveal())

    async def _reveal(self) -> None:
        """Show all who watch what the session was. A recording that cannot be read is no reason not to end."""
        store = self.opened.store
        try:
            self.revealed = await self._aside(recorded_reveal, store.folder, store.disk)
        except (OSError, JournalError) as error:
            notify(f"supply and demand cannot be shown to those who watch: {error}")
            return
        await self.spectators.reveal(self.revealed)

    def stop(self) -> None:
        """End the hosting before the session's end: it is sealed, and can be taken up again."""
        self._stop.set()

    async def run(self, host: str, port: int, listening: "asyncio.Future[int]") -> int:
        """Listen, and sequence to the end; the exit status. `listening` gets the port. Raises OSError."""
        server = await serve(
            self._attend,
            host,
            port,
            backlog=self.limits.accept_at_once,
            create_connection=self._accepted,  # type: ignore[arg-type]  # it is only called
            compression=None,
            origins=self.transport.allowed(),
            ssl=self.transport.tls,
            process_request=self._request,
            process_response=self.requests.complete,
            open_timeout=self.limits.login_s_max,
            server_header=None,
            logger=_quiet(),
            max_size=FRAME_MAX,
            **self._bounds(),
        )
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._on_loop_error)
        sweeping = asyncio.create_task(self._sweep())
        doorway = Doorway(
            lambda visitor: self._entered(visitor, server),
            self.requests.admits,
            self.transport.tls,
            self.arrivals,
            self.limits,
        )
        try:
            doorway.listen(server.sockets)
            listening.set_result(next(iter(server.sockets)).getsockname()[1])
            return await self._sequence()
        finally:
            loop.set_exception_handler(None)
            sweeping.cancel()
            doorway.shut()
            for _ in range(ACCEPTING_TURNS):
                await asyncio.sleep(0)
            server.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.limits.door_s):
                    await server.wait_closed()

    def _bounds(self) -> dict[str, Any]:
        return {
            "ping_interval": self.limits.ping_s,
            "ping_timeout": self.limits.pong_s,
            "close_timeout": self.limits.closing_s,
            "max_queue": self.limits.queue_frames_max,
            "write_limit": self.limits.send_bytes_max,
        }

    def _accepted(self, *args: Any, **more: Any) -> PacedSocket:
        """A connection that the library has accepted."""
        return PacedSocket(*args, arrivals=self.arrivals, limits=self.limits, **more)

    def _entered(self, visitor: Visitor, server: Server) -> PacedSocket:
        """A connection whose request is whole."""
        protocol = ServerProtocol(origins=self.transport.allowed(), max_size=FRAME_MAX, logger=_quiet())
        return self._accepted(protocol, server, visitor=visitor, **self._bounds())

    async def _sweep(self) -> None:
        """Look once a second for whom too much waits."""
        while True:
            await asyncio.sleep(1)
            self.arrivals.sweep(asyncio.get_running_loop().time())

    def _on_loop_error(self, loop: asyncio.AbstractEventLoop, what: dict[str, Any]) -> None:
        """What the loop could not do, as accept a connection without a descriptor left: a line a minute, no more."""
        error = what.get("exception")
        if not isinstance(error, OSError):
            loop.default_exception_handler(what)
        elif loop.time() >= self._quiet_until_s:
            self._quiet_until_s = loop.time() + COMPLAINT_S
            self.log.write("system", why=error.strerror or "")
            notify(f"the system refuses something, trading goes on: {error.strerror}")

    async def _attend(self, socket: ServerConnection) -> None:
        """One connection. What fails in it is our fault or our disk's: that is said, and the others trade on."""
        assert isinstance(socket, PacedSocket)
        try:
            await self.gateway.serve(socket)
        except Exception as error:
            self._say_failed(error)
            raise

    def _say_failed(self, error: Exception) -> None:
        """Say what has failed and in which line, in the log each time, on standard error once."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
        self.log.write("failed", why=what)
        if what not in self._failed:
            self._failed.add(what)
            notify(f"a connection has failed by the server's fault, trading goes on: {what}: {error}")

    async def _request(self, socket: ServerConnection, request: Request) -> Response | None:
        """A connection's first words, for the library."""
        assert isinstance(socket, PacedSocket)
        return await self.requests.answer(socket, request)

    def _health(self) -> dict[str, str]:
        return {"session": self.log.session, "phase": self.status.phase}

    async def _sequence(self) -> int:
        sequencing = asyncio.create_task(self.sequencer.run(self.opened.first))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait([sequencing, stopping], return_when=asyncio.FIRST_COMPLETED)
            self.sequencer.stop()
            await sequencing
            await self.sequencer.seal()
        except OSError as error:
            self.log.write("disk failed", why=error.strerror or "")
            self.opened.store.close()
            await self.gateway.close_connections(
                1011, f"the recording cannot be written ({error.strerror}); trading is paused"
            )
            raise
        except Exception:
            self.opened.store.close()
            await self.gateway.close_connections(1011, "the server has failed; the session can be taken up again")
            raise
        finally:
            stopping.cancel()
            sequencing.cancel()
        over = self.status.over
        why = "the session is over" if over else "the server stops; the session can be taken up again"
        self.files.save()
        if self._revealing is not None:
            await self._revealing
        await self.gateway.close_connections(SESSION_OVER if over else GOING_AWAY, why)
        return 0

    def stop_on_signals(self) -> None:
        """SIGINT and SIGTERM stop the hosting; so does a terminal that is closed (SIGHUP), unless that is ignored.

        Where the loop cannot take signals (Windows), the interpreter does.
        """
        loop = asyncio.get_running_loop()

        def fallen_back(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self.stop)

        hangup = getattr(signal, "SIGHUP", None)
        heeded = () if hangup is None or signal.getsignal(hangup) == signal.SIG_IGN else (hangup,)
        for number in (signal.SIGINT, signal.SIGTERM, *heeded):
            try:
                loop.add_signal_handler(number, self.stop)
            except NotImplementedError:
                signal.signal(number, fallen_back)


def _quiet() -> logging.Logger:
    """The library's log goes nowhere: what strangers send is no news of the session. What is ours says `_attend`."""
    logger = logging.getLogger("pit.websockets")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
