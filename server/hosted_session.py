"""A session, hosted: store, doors, sequencer, gateway and listening socket, from the first connection to the seal."""

import asyncio
import contextlib
import logging
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import FrameType
from typing import TextIO

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from p2p.base.units import GATEWAY, Seat
from p2p.messages import Left, Open, Pause
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import encode
from p2p.protocol.frames import FRAME_MAX
from p2p.scenario.schema import Scenario
from p2p.session.session import Session
from recordings.journal.disk import REAL, Disk
from recordings.journal.store import Recovered, Store, new_id
from server.connections.gateway import Gateway
from server.connections.transport import LOOPBACK, Transport, is_loopback
from server.limits import (
    BACKLOG_MAX,
    CLOSING_S,
    DOOR_S,
    GOING_AWAY,
    LOGIN_S_MAX,
    PING_S,
    PONG_S,
    QUEUE_FRAMES_MAX,
    SEND_BYTES_MAX,
    SESSION_OVER,
)
from server.monitoring.event_log import EventLog
from server.monitoring.prometheus import MISSING, SILENT, Metrics
from server.publishing.announcements import Announcements
from server.publishing.feeds import Feeds
from server.publishing.side_files import agents, names, served
from server.session.clock import Clock
from server.session.credentials import SeatCredentials
from server.session.notices import notify
from server.session.sequencer import Committed, Sequencer

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


def open_new(scenario: Scenario, name: str, seed: int, recordings: Path, code: str, disk: Disk = REAL) -> SessionParts:
    """A new session with its recording; raises OSError where that cannot be made."""
    session = Session(scenario, seed)
    store = Store.create(recordings / new_id(name), scenario, seed, code, disk)
    doors, codes, control = SeatCredentials.create(store.folder, scenario.seats)
    clock = Clock()
    feeds = Feeds(session, clock.now)
    words = Announcements(store.folder, store.disk, feeds.words)
    return SessionParts(session, store, doors, codes, control, feeds, clock, [Envelope(GATEWAY, Open())], words)


def open_again(recovered: Recovered, robots: int) -> SessionParts:
    """A session that was cut, paused where it stopped; its robots' seats get new codes, people keep theirs."""
    session = recovered.session
    clock = Clock(session.now)
    feeds = Feeds(session, clock.now)
    words = Announcements(recovered.folder, recovered.disk, feeds.words)
    for at, events in recovered.played:
        feeds.add_events(at, events)
    feeds.refresh_states(set(range(len(session.markets))))
    first = recovery_messages(session)
    doors = SeatCredentials.load(recovered.folder)
    held = {seat for seat, controller in session.controllers.items() if controller == "robot"}
    robots_seats = {seat for seat in held if not session.is_a_persons(seat)}
    seats = sorted(session.market_of, key=lambda seat: (seat not in robots_seats, -seat))
    codes = doors.reissue(sorted(seats[:robots]))
    return SessionParts(session, recovered.reopen(), doors, codes, doors.reissue_control(), feeds, clock, first, words)


def recovery_messages(session: Session) -> list[Envelope]:
    """What is said first to a session that was cut: it pauses at the very instant at which it stopped, and all left."""
    running = session.phase not in ("lobby", "unopened") and session.paused_left is None
    first = [Envelope(GATEWAY, Pause())] if running else []
    if session.phase == "unopened":
        first.append(Envelope(GATEWAY, Open()))
    return first + [Envelope(GATEWAY, Left(seat)) for seat in sorted(session.present)]


class HostedSession:
    """Runs an opened session. `news` is set whenever something was published; `listeners` are handed what it was."""

    def __init__(
        self,
        opened: SessionParts,
        transport: Transport = LOOPBACK,
        metrics: Metrics = SILENT,
        log: TextIO | None = None,
    ) -> None:
        self.opened = opened
        self.news = asyncio.Event()
        self.metrics, name = metrics, opened.store.folder.name
        self.log = EventLog(name, log)
        self.gateway = Gateway(opened.session, name, opened.doors, opened.feeds, self.news.set, self.metrics, self.log)
        self.sequencer = Sequencer(opened.session, opened.store, opened.clock, self._publish, self.metrics)
        self.gateway.sequencer = self.sequencer
        self.gateway.announcements = opened.announcements
        self.metrics.watch(lambda: len(self.gateway.lines), lambda: self.sequencer.waiting)
        self.listeners: list[Callable[[list[Committed]], None]] = []
        self.transport = transport
        self.gateway.tokens.update(opened.session.tokens.items())
        self.gateway.people.update(names(opened.store))
        self.gateway.agents.update(agents(opened.store))
        self.gateway.deliveries.update(served(opened.store))
        self._stop = asyncio.Event()
        self._failed: set[str] = set()

    def _publish(self, happened: list[Committed]) -> None:
        self.gateway.publish(happened)
        for listener in self.listeners:
            listener(happened)

    def stop(self) -> None:
        """End the hosting before the session's end: it is sealed, and can be taken up again."""
        self._stop.set()

    async def run(self, host: str, port: int, listening: "asyncio.Future[int]") -> int:
        """Listen, and sequence to the end; the exit status. `listening` gets the port. Raises OSError."""
        server = await serve(
            self._attend,
            host,
            port,
            backlog=BACKLOG_MAX,
            compression=None,
            origins=self.transport.allowed(),
            ssl=self.transport.tls,
            process_request=self._request,
            open_timeout=LOGIN_S_MAX,
            server_header=None,
            logger=_quiet(),
            max_size=FRAME_MAX,
            max_queue=QUEUE_FRAMES_MAX,
            write_limit=SEND_BYTES_MAX,
            ping_interval=PING_S,
            ping_timeout=PONG_S,
            close_timeout=CLOSING_S,
        )
        try:
            listening.set_result(next(iter(server.sockets)).getsockname()[1])
            return await self._sequence()
        finally:
            server.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DOOR_S):
                    await server.wait_closed()

    async def _attend(self, socket: ServerConnection) -> None:
        """One connection. What fails in it is our fault or our disk's: that is said, and the others trade on."""
        try:
            await self.gateway.serve(socket)
        except Exception as error:
            self._say_failed(error)
            raise

    def _say_failed(self, error: Exception) -> None:
        """Say what has failed and in which line, in the log each time, on standard error once."""
        last = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
        self.log.write("failed", self.opened.store.chain.records, why=what)
        if what not in self._failed:
            self._failed.add(what)
            notify(f"a connection has failed by the server's fault, trading goes on: {what}: {error}")

    def _request(self, socket: ServerConnection, request: Request) -> Response | None:
        """A connection's first words: a line, unless there are too many, or a question about the server itself."""
        address = socket.remote_address[0]
        if not self.gateway.doorstep.allow(address, asyncio.get_running_loop().time()):
            return socket.respond(HTTPStatus.TOO_MANY_REQUESTS, "too many connections; try again in a moment\n")
        match request.path:
            case "/healthz":
                health = {"session": self.gateway.name, "phase": self.opened.session.phase}
                return socket.respond(HTTPStatus.OK, encode(health).decode() + "\n")
            case "/metrics" if not is_loopback(address):
                return socket.respond(HTTPStatus.FORBIDDEN, "metrics are for this machine only\n")
            case "/metrics":
                page = self.metrics.page()
                if page is None:
                    return socket.respond(HTTPStatus.NOT_IMPLEMENTED, MISSING.decode())
                return socket.respond(HTTPStatus.OK, page.decode())
        return None

    async def _sequence(self) -> int:
        sequencing = asyncio.create_task(self.sequencer.run(self.opened.first))
        stopping = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait([sequencing, stopping], return_when=asyncio.FIRST_COMPLETED)
            self.sequencer.stop()
            await sequencing
            await self.sequencer.seal()
        except OSError as error:
            self.log.write("disk failed", self.opened.store.chain.records, why=error.strerror or "")
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
        over = self.opened.session.phase == "ended"
        why = "the session is over" if over else "the server stops; the session can be taken up again"
        try:
            self.gateway.save_beside()
        finally:
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
