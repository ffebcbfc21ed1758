"""`pit replay --serve`: a recording, played to all who watch, as if it were live."""

import asyncio
import contextlib
import json
import shutil
import tempfile
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from p2p.protocol.codec import ProtocolError
from p2p.protocol.mqtt_address import Broker
from p2p.protocol.server_address import is_loopback, os_sentence
from p2p.session.rules_versions import RULES_UNDERSTOOD
from p2p.session.session import Session
from recordings.journal.disk import REAL
from recordings.journal.format import FILE, JournalError, JournalReader, RecordChain
from recordings.journal.store import JOURNAL_MODE, Store, read_folder, scenario_of
from server.connections.transport import TransportError, transport
from server.hosted_session import HostedSession, SessionParts
from server.monitoring.prometheus import counted
from server.publishing.announcements import FILE as ANNOUNCEMENTS
from server.publishing.announcements import Announcements
from server.publishing.feeds import Feeds
from server.serve.broker_option import brokers_of
from server.serve.listen_address import from_outside
from server.session.credentials import SeatCredentials
from server.session.notices import say
from server.session.playback import Playback, PlayClock, Records

COPIED = (ANNOUNCEMENTS, "people.json", "agents.json")
"""Files beside the journal that those who watch are shown something of."""


class PlayedStore(Store):
    """A folder of copies, to which nothing is written."""

    def append(self, lines: bytes) -> None:
        """Nothing is recorded."""

    def close(self) -> None:
        """There is no file."""


def opened_for_replay(recording: Path, work: Path, speed: float, to_others: bool = False) -> SessionParts:
    """A recording, ready to be hosted; the server's own files go to the folder `work`. Raises JournalError.

    `to_others`: whether it is played beyond this machine, which a session without spectators never is.
    """
    reading = read_folder(recording)
    if reading.header.provenance == "imported":
        raise JournalError(
            "its contracts are published ones, which no rules make again: pit replay without --serve shows them"
        )
    if reading.header.rules not in RULES_UNDERSTOOD:
        raise JournalError(f"it was played under rules {reading.header.rules}, which this lab cannot run again")
    scenario = scenario_of(reading.header)
    if to_others and scenario.spectators == "none":
        raise JournalError(
            'its scenario has spectators = "none", and people were told so: it is played on this machine alone; '
            "leave out --mqtt, and --host too"
        )
    scenario = replace(scenario, spectators="open")
    records = _records(reading)
    _copy(reading, recording if recording.is_dir() else recording.parent, work)
    session = Session(scenario, reading.header.seed, reading.header.rules)
    store = PlayedStore(work, RecordChain(), -1, session=reading.header.session)
    clock = PlayClock(speed)
    feeds = Feeds(session, clock.now)
    doors = SeatCredentials.empty(work)
    words = Announcements(work, REAL, feeds.words, feeds.private_words)
    parts = SessionParts(session, store, doors, {}, doors.reissue_control(), feeds, clock, [], words, stays=True)
    parts.sequencer = partial(Playback, records=records)
    return parts


def _records(reading: JournalReader) -> Records:
    found = []
    for record in reading.records():
        try:
            found.append((record.at, record.envelope()))
        except ProtocolError as error:
            raise JournalError(f"record {record.n} holds what this lab does not know: {error}") from error
    return found


def _copy(reading: JournalReader, folder: Path, work: Path) -> None:
    REAL.replace(work / FILE, reading.data, JOURNAL_MODE)
    for name in COPIED:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, work / name)


def serve_replay(
    recording: Path, speed: float, host: str, port: int, insecure_lan: bool, mqtt: str | None, as_json: bool
) -> int:
    """Play it until the last viewer has had enough (Ctrl-C); the exit status."""
    brokers = brokers_of(mqtt)
    try:
        over = transport(host, None, None, insecure_lan, ())
    except TransportError as error:
        raise click.ClickException(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="pit-replay-") as work:
        try:
            to_others = bool(brokers) or not is_loopback(host)
            opened = opened_for_replay(recording, Path(work), speed, to_others)
        except JournalError as error:
            raise click.ClickException(f"{recording}: {error}") from error
        hosted = HostedSession(opened, over, counted())
        return asyncio.run(_run(hosted, host, port, brokers, as_json, speed))


async def _run(
    hosted: HostedSession, host: str, port: int, brokers: tuple[Broker | None, ...], as_json: bool, speed: float
) -> int:
    hosted.stop_on_signals()
    async with contextlib.AsyncExitStack() as stack:
        mqtt = []
        if brokers:
            from server.mqtt.publisher import published

            mqtt = [(await stack.enter_async_context(published(one, hosted))).address for one in brokers]
        listening: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        running = asyncio.create_task(hosted.run(host, port, listening))
        try:
            await asyncio.wait([running, listening], return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                _say_where(hosted, host, listening.result(), mqtt, as_json, speed)
            return await running
        except OSError as error:
            raise click.ClickException(f"cannot listen on {host}:{port}: {os_sentence(error)}") from error
        finally:
            hosted.stop()
            await asyncio.wait([running])


def _say_where(hosted: HostedSession, host: str, port: int, mqtt: list[str], as_json: bool, speed: float) -> None:
    over = hosted.transport
    url = over.url(from_outside(host) or host, port)
    page = hosted.requests.links.page = over.page(from_outside(host) or host, port)
    if as_json:
        where = {"url": url, "page": page, "control": hosted.opened.control, "mqtt": mqtt}
        say(json.dumps(where, separators=(",", ":")))
        return
    say(f"replay        {hosted.opened.store.session}, {speed:g} times as fast as live; nobody trades in it")
    say(f"watch at      {page}watch   (any browser; in a terminal: pit watch {url})")
    say(f"experimenter  {hosted.opened.control}   (PIT_CODE=… pit console {url}: to look on)")
    for one in mqtt:
        say(f"published at  {one}")
    say("It stays after its end, for the results. Ctrl-C ends it.")
