"""The life of `pit serve` round a hosted session: it prints the address, starts its robots, reports progress."""

import asyncio
import contextlib
import errno
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import click
import msgspec

from p2p.agents.registry import names_code
from p2p.base.units import Seat
from p2p.protocol.mqtt_address import Broker
from p2p.protocol.server_address import is_loopback, os_sentence, page_link
from p2p.sim.shell.cli_options import shell_word
from p2p.sim.shell.qr_code import for_terminal
from p2p.sim.shell.seats_sheet import grouped, write_sheet
from server.connections.transport import LOOPBACK, Transport
from server.hosted_session import DISK_FAILED, HostedSession, SessionParts
from server.monitoring.prometheus import counted
from server.serve.listen_address import FILE as ADDRESS
from server.serve.listen_address import HERE, Address, from_outside, remember
from server.serve.robot_processes import RobotProcesses
from server.session.notices import LOBBY_S, SeatNotices, SessionNotices, notify, say
from server.session.vacant_seats import Vacancies


@dataclass
class ServeRun:
    """A session as `pit serve` runs it. `cast` has a word per robot; robots take the last seats.

    `brokers` are published to; None stands for one in this process. `where` is kept for the server after this one.
    """

    opened: SessionParts
    cast: list[str]
    as_json: bool
    brokers: tuple[Broker | None, ...] = ()
    transport: Transport = LOOPBACK
    cert: Path | None = None
    log: TextIO | None = None
    where: Address = HERE
    fill: str = ""
    """The robots for empty seats that the command line has named: they may be code, those of a file may not."""
    seats_sheet: Path | None = None
    """The file that the cards are written to, if any."""
    _robots: RobotProcesses = field(init=False)

    def __post_init__(self) -> None:
        self._robots = RobotProcesses(self._trusting, self.opened.limits)

    async def run(self, host: str, port: int) -> int:
        """Listen and play to the end; the exit status."""
        hosted = HostedSession(self.opened, self.transport, counted(), self.log)
        async with contextlib.AsyncExitStack() as stack:
            mqtt = []
            if self.brokers:
                from server.mqtt.publisher import published

                mqtt = [(await stack.enter_async_context(published(one, hosted))).address for one in self.brokers]
            return await self._run(hosted, host, port, mqtt)

    async def _run(self, hosted: HostedSession, host: str, port: int, mqtt: list[str]) -> int:
        hosted.stop_on_signals()
        hosted.listeners.append(SeatNotices(hosted.files.people).heard)
        listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(hosted.run(host, port, listening))
        telling = asyncio.create_task(self._tell(hosted))
        try:
            await asyncio.wait([running, listening], return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                await self._begin(hosted, self.transport.url(host, listening.result()), listening.result(), mqtt)
            status = await running
        except OSError as error:
            if not listening.done():
                store = self.opened.store
                if not store.chain.records and not (store.folder / ADDRESS).exists():
                    store.discard()
                raise click.ClickException(f"cannot listen on {host}:{port}: {_why(error)}") from error
            notify(f"the recording cannot be written: {os_sentence(error)}; take it up again with {self._again()}")
            status = DISK_FAILED
        finally:
            hosted.stop()
            telling.cancel()
            await asyncio.wait([running])
            await self._robots.end(self.opened.status.over)
        if status == 0:
            self._say_end()
        return status

    async def _begin(self, hosted: HostedSession, url: str, port: int, mqtt: list[str]) -> None:
        """Say where to join, and start what is ours; raises ClickException where that cannot be done."""
        robots = self._robot_seats()
        self._robots.url = url
        try:
            remember(self.opened.store.folder, msgspec.structs.replace(self.where, port=port))
            self._say_where(hosted, url, mqtt, robots)
            if robots or self.opened.status.takes_over:
                await self._start_robots(robots)
        except OSError as error:
            raise click.ClickException(
                f"the session cannot begin: {os_sentence(error)}; {self._again()} tries again"
            ) from error
        if self.opened.status.takes_over:
            self._say_not_run()
        vacancies = Vacancies(self.opened.status, self._call_stand_in, self._take_back)
        hosted.listeners.append(vacancies.heard)
        vacancies.look()

    def _again(self) -> str:
        """The command that takes the session up again."""
        return f"pit serve --recover {shell_word(self.opened.store.folder)}"

    def _robot_seats(self) -> list[Seat]:
        """The seats robots take: the last ones that have a code to give."""
        seats = sorted(self.opened.codes)
        return seats[len(seats) - len(self.cast) :] if self.cast else []

    def _write_sheet(self, url: str) -> None:
        if self.seats_sheet is None:
            return
        doors, scenario = self.opened.doors, self.opened.status.scenario
        robots = self.opened.robots or set(self._robot_seats())
        cards = [(seat + 1, self.opened.codes.get(seat, "")) for seat in range(scenario.seats) if seat not in robots]
        write_sheet(self.seats_sheet, scenario.shown_title, url, cards, doors.class_code)

    def _say_where(self, hosted: HostedSession, url: str, mqtt: list[str], robots: list[Seat]) -> None:
        outside = from_outside(self.where.host)
        port = int(url.rpartition(":")[2])
        join = self.transport.url(outside, port) if outside else url
        page = self.transport.page(outside or self.where.host, port)
        class_code = self.opened.doors.class_code
        hosted.entrance.url, hosted.requests.links.page = join, page
        self._write_sheet(join)
        free = [(seat, code) for seat, code in sorted(self.opened.codes.items()) if seat not in robots]
        folder = str(self.opened.store.folder)
        if self.as_json:
            seats = [{"seat": seat, "code": code} for seat, code in free]
            where: dict[str, object] = {
                "url": url,
                "control": self.opened.control,
                "seats": seats,
                "recording": folder,
                "mqtt": mqtt,
            }
            where |= {"class_code": class_code or None, "page": page}
            say(json.dumps(where, separators=(",", ":")))  # in ASCII: a folder's name is whole in every encoding
            return
        say(f"page          {page_link(join, class_code)}   (any browser; on a phone, too)")
        say(f"join at       {join}   (pit trade {join})")
        if class_code:
            say(f"class code    {grouped(class_code)}")
        say(f"experimenter  {self.opened.control}   (PIT_CODE=… pit console {url}, or pit ctl {url} start|pause|…)")
        if class_code and self.opened.status.scenario.spectators != "none":
            say(f"projector     pit watch {join} --class-code {class_code}   (in a browser {page}watch#{class_code})")
        for seat, code in free:
            say(f"card {seat + 1:<8} {code}")
        if not class_code and len(self.opened.codes) < self.opened.status.scenario.seats:
            say("other cards   have the codes that they had")
        say(f"recording     {folder}   (after a crash: {self._again()})")
        for one in mqtt:
            say(f"published at  {one}   (pit watch {one.rpartition('/')[0]})")
        if robots:
            say(f"robots        on {len(robots)} seats")
        if not is_loopback(self.where.host):
            for line in for_terminal(page_link(join, class_code), *shutil.get_terminal_size()):
                say(line)

    async def _start_robots(self, robots: list[Seat]) -> None:
        """Start their processes, which are handed codes on standard input."""
        calls = [
            (f"seat {seat}", f"{self.opened.codes[seat]} {word}", word)
            for seat, word in zip(robots, self.cast, strict=False)
        ]
        await self._robots.start(calls)

    def _call_stand_in(self, seat: Seat, word: str) -> None:
        """Have a robot take somebody's seat, with a token that is lent to it.

        Where the robots' process has died, or there was none yet, there is a new one, into which whoever stands in is
        called.
        """
        if self._is_a_files_code(word):
            if seat in self.opened.status.acts.passed:
                notify(f"no robot comes to card {seat + 1}: the scenario's stand_in is code, which is not run")
            return
        self._robots.call(f"lent {seat}", f"stand-in {self.opened.doors.lend(seat)} {word}", word)

    def _take_back(self, seat: Seat) -> None:
        """The token lent for a seat is void, and its robot not called again."""
        self.opened.doors.take_back(seat)
        self._robots.take_back(f"lent {seat}")

    def _is_a_files_code(self, word: str) -> bool:
        """Whether robots for vacant seats are code that a file names, and nobody on the command line."""
        return names_code(word) and word != self.fill

    def _say_not_run(self) -> None:
        """Say which code, that the recording of a session names for vacant seats, is not run."""
        rules = self.opened.status.scenario
        if self._is_a_files_code(rules.vacancies.fill):
            again = f"repeat --fill {shell_word(rules.vacancies.fill)} beside --recover"
            notify(f"the recording names code for empty seats, which is not run: {again}")
        if rules.takes_over and self._is_a_files_code(rules.vacancies.stand_in):
            notify(f"the recording names code for drop-outs, which is not run: {shell_word(rules.vacancies.stand_in)}")

    def _trusting(self) -> dict[str, str]:
        """The environment of our own robots: they trust the server's certificate (bots/robots/tls_trust.py)."""
        return dict(os.environ, PIT_SERVER_CERT=str(self.cert)) if self.cert else dict(os.environ)

    async def _tell(self, hosted: HostedSession) -> None:
        """Say what is published, as it is."""
        telling = SessionNotices(self.opened.status.rules(self.opened.feeds.public_channel(0)[1]))
        facts = self.opened.feeds.public[self.opened.feeds.public_channel(0)]
        told = len(facts)
        for fact in facts:
            telling.knowledge.on_fact(fact.message, fact.at)
        telling.say_pause()
        stays_said = False
        while True:
            for fact in facts[told:]:
                telling.on_fact(fact.message, fact.at)
            told = len(facts)
            if self.opened.stays and self.opened.status.over and not stays_said:
                stays_said = True
                notify("the server stays for those who come back to their results; pit ctl URL close ends it")
            hosted.news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(hosted.news.wait(), LOBBY_S)
                continue
            telling.say_lobby()
            await hosted.news.wait()

    def _say_end(self) -> None:
        folder = self.opened.store.folder
        ended = self.opened.status.over
        notify(f"pit score {shell_word(folder)}" if ended else f"{self._again()} takes it up again")
        if not self.as_json:
            say(f"recording     {folder}")


def _why(error: OSError) -> str:
    """Why a server cannot listen, and what to do where another program does."""
    number = error.errno or 0
    if number == errno.EADDRINUSE:
        return "another program listens there, an older server perhaps; --port 0 takes a port that is free"
    return os.strerror(number) if number in errno.errorcode else error.strerror or str(error)
