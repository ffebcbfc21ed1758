"""The store of a session: its journal, appended to and synced before anything is published, and recovered.

Beside the journal lie `people.json` (names; may be deleted) and `doors.json` (codes and tokens, hashed; the server's).
"""

import contextlib
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from p2p.scenario import Scenario
from p2p.session import RULES, Session
from p2p.wire import Envelope, Event, ProtocolError
from recordings.journal import FILE, Chain, Header, JournalError, Reading, read_journal, same

_sync_data = getattr(os, "fdatasync", os.fsync)
"""fdatasync where there is one (not on Windows and macOS)."""


def new_id(scenario_name: str) -> str:
    """A name for a recording: when, what, and something that makes it the only one."""
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{now}-{scenario_name}-{secrets.token_hex(4)}"


class Store:
    """The journal of one session, open for appending. `append` blocks until what it was given is durable."""

    def __init__(self, folder: Path, chain: Chain, descriptor: int) -> None:
        self.folder, self.chain, self._descriptor = folder, chain, descriptor

    @classmethod
    def create(cls, folder: Path, scenario: Scenario, seed: int, code: str) -> "Store":
        """A new recording: its folder, and a journal with its header, both durable."""
        folder.mkdir(parents=True)
        descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _binary(), 0o644)
        store = cls(folder, Chain(), descriptor)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        plain: dict[str, Any] = msgspec.to_builtins(scenario)
        store.append(store.chain.header(Header(folder.name, RULES, seed, plain, code, made)))
        _sync_folder(folder)
        _sync_folder(folder.parent)
        return store

    def line(self, envelope: Envelope, at: int, events: list[Event]) -> bytes:
        """The next record's line, to be appended in this order."""
        return self.chain.record(envelope, at, events)

    def append(self, lines: bytes) -> None:
        """Write and sync; raises OSError, after which the store must not be used again."""
        view = memoryview(lines)
        while view:
            view = view[os.write(self._descriptor, view) :]
        _sync_data(self._descriptor)

    def seal(self, digest: bytes) -> None:
        """Close the journal: nothing comes after it."""
        self.append(self.chain.seal(digest))
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


class Recovered:
    """A session run again from its journal: the session, every record's events, and the store to go on with."""

    def __init__(self, folder: Path) -> None:
        reading = read_folder(folder)
        if reading.header.rules != RULES:
            raise JournalError(f"the session was played under rules {reading.header.rules}, this lab has {RULES}")
        self.header = reading.header
        self.session, self.played = run_again(reading)
        self.sealed = reading.sealed
        self.debris = reading.debris
        self.folder = folder
        self._chain, self._good_bytes = reading.chain, reading.good_bytes
        if reading.sealed:
            self._chain, self._good_bytes = reading.before_seal

    def reopen(self) -> Store:
        """The store to append to; a torn tail, or the seal of a stop before the end, is cut off first."""
        descriptor = os.open(self.folder / FILE, os.O_WRONLY | os.O_APPEND | _binary())
        os.ftruncate(descriptor, self._good_bytes)
        os.fsync(descriptor)
        return Store(self.folder, self._chain, descriptor)


def scenario_of(header: Header) -> Scenario:
    """The scenario in a header; raises JournalError."""
    try:
        return msgspec.convert(header.scenario, Scenario)
    except msgspec.ValidationError as error:
        raise JournalError(f"the scenario in the journal is of another version: {error}") from error


def run_again(reading: Reading) -> tuple[Session, list[tuple[int, list[Event]]]]:
    """Hand every recorded message to a new session, and hold its events against the recorded ones."""
    session = Session(scenario_of(reading.header), reading.header.seed)
    played = []
    for record in reading.records():
        try:
            events = session.handle(record.envelope(), record.at)
        except (AssertionError, ProtocolError, KeyError) as error:
            raise JournalError(f"record {record.n} cannot be run again: {error}") from error
        if not same(events, record.events):
            raise JournalError(f"record {record.n} differs: run again, it gives other events")
        played.append((record.at, events))
    return session, played


def read_folder(folder: Path) -> Reading:
    """The journal of a recording's folder; raises JournalError, with what to do."""
    path = folder / FILE if folder.is_dir() else folder
    try:
        return read_journal(path.read_bytes())
    except OSError as error:
        raise JournalError(f"no recording at {folder}: {error.strerror or error}") from error


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small file as a whole, durably, readable by its owner alone."""
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _binary(), 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    beside.replace(path)


def _binary() -> int:
    """Windows translates line ends unless told not to."""
    return getattr(os, "O_BINARY", 0)


def _sync_folder(folder: Path) -> None:
    """Make a new name durable; Windows cannot open a folder, and does not need it."""
    with contextlib.suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
