"""The store of a session: its journal, appended to and synced before anything is published, and recovered.

Beside the journal lie `people.json` (names; may be deleted), `doors.json` (codes and tokens, hashed; the server's) and
`announcements.json` (what the experimenter told everybody).
"""

import errno
import gc
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from p2p.base.safe_text import safe_name
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.codec import ProtocolError
from p2p.scenario.schema import Scenario
from p2p.session.rules_versions import RULES
from p2p.session.session import Session
from p2p.sim.shell.cli_options import shell_word
from recordings.journal.disk import REAL, Disk, is_held
from recordings.journal.format import FILE, Header, JournalError, JournalReader, RecordChain, events_match, read_journal
from recordings.journal.packed import PACKED, is_packed, unpacked

FULL = (errno.ENOSPC, errno.EDQUOT)
"""The errors of a disk without room."""
JOURNAL_MODE = 0o600
"""Readers of a journal: its owner, for there are private values in it."""


def new_id(scenario_name: str) -> str:
    """A name for a recording: when, what, and something that makes it the only one."""
    now = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    return f"{now}-{safe_name(scenario_name)}-{secrets.token_hex(4)}"


class Store:
    """The journal of one session, open for appending. `append` blocks until what it was given is durable.

    After an OSError nothing may be appended any more. Nobody knows whether a sync that failed once can succeed later,
    so it is never tried again.
    """

    def __init__(self, folder: Path, chain: RecordChain, file: int, disk: Disk = REAL, session: str = "") -> None:
        """`session`: its name as the header has it, which outlives a folder's that is given another."""
        self.folder, self.chain, self.disk, self._file = folder, chain, disk, file
        self.session = session or folder.name
        self._synced = chain.records
        self._failed = self._closed = False

    @classmethod
    def create(cls, folder: Path, scenario: Scenario, seed: int, code: str, disk: Disk = REAL) -> "Store":
        """A new recording: its folder, and a journal with its header, both durable."""
        named = disk.make_folder(folder)
        store = cls(folder, RecordChain(), disk.create(folder / FILE), disk)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        plain: dict[str, Any] = msgspec.to_builtins(scenario)
        store.append(store.chain.header(Header(folder.name, RULES, seed, plain, code, made)))
        for one in (folder, *named):
            disk.sync_folder(one)
        return store

    def line(self, envelope: Envelope, at: int, events: list[Event]) -> bytes:
        """The line of the next record. Lines must be appended in the order in which they are made."""
        return self.chain.record(envelope, at, events, self._synced)

    def append(self, lines: bytes) -> None:
        """Write and sync; raises OSError, after which the store must not be used again."""
        assert not self._failed, "a disk that has failed is not written to again"
        self._failed = True
        view = memoryview(lines)
        while view:
            view = view[self.disk.write(self._file, view) :]
        self.disk.sync(self._file)
        self._failed = False
        self._synced = self.chain.records

    def seal(self, digest: bytes) -> None:
        """Close the journal: nothing comes after it."""
        self.append(self.chain.seal(digest))
        self.close()

    def discard(self) -> None:
        """Take the whole recording away: nobody was ever told where to join it. It must have no record."""
        assert not self.chain.records, "what has happened is kept"
        self.close()
        for file in sorted(self.folder.iterdir()):
            file.unlink()
        self.folder.rmdir()

    def close(self) -> None:
        """Let go of the file, once."""
        if not self._closed:
            self._closed = True
            self.disk.close(self._file)


class Recovered:
    """A session run again from its journal: the session, every record's events, and the store to go on with."""

    def __init__(self, folder: Path, disk: Disk = REAL) -> None:
        self.disk = disk
        if still_runs(folder):
            raise JournalError(f"{folder} is still being written by a server: stop that one first")
        if _journal_of(folder).name == PACKED:
            raise JournalError(f"{folder} is sealed: pit seal --undo {shell_word(folder)} unpacks it first")
        reading = read_folder(folder, disk)
        if reading.header.rules != RULES:
            raise JournalError(
                f"the session was played under rules {reading.header.rules}, this lab has {RULES}:"
                " take it up with the lab that began it; pit score and pit replay read it here"
            )
        self.header = reading.header
        self.session, self.played = run_again(reading)
        self.sealed = reading.sealed
        self.debris = reading.debris
        self.folder = folder
        self._chain, self._good_bytes = reading.chain, reading.good_bytes
        if reading.sealed:
            self._chain, self._good_bytes = reading.before_seal

    def reopen(self) -> Store:
        """The store to append to; a torn tail, or the seal of a stop before the end, is cut off first.

        After a failed sync the system's cache may show data that is not on disk, until the power is lost. So the
        journal is written anew, beside the old one, or over it where the disk has no room for both. The old file stays
        open meanwhile, because its handle holds the lock. (Windows tries a failed write again, and replaces no file
        that is open.)
        """
        path = self.folder / FILE
        file = self.disk.open(path, self._good_bytes)
        if os.name != "nt":
            old = file
            data = self.disk.read(path)
            try:
                self.disk.replace(path, data, JOURNAL_MODE)
            except OSError as error:
                if error.errno not in FULL:
                    raise
                self.disk.rewrite(path, data)
                return Store(self.folder, self._chain, file, self.disk, self.header.session)
            file = self.disk.open(path, self._good_bytes)
            self.disk.close(old)
        return Store(self.folder, self._chain, file, self.disk, self.header.session)


def scenario_of(header: Header) -> Scenario:
    """The scenario in a header; raises JournalError."""
    try:
        return msgspec.convert(header.scenario, Scenario)
    except msgspec.ValidationError as error:
        raise JournalError(f"the scenario in the journal is of another version: {error}") from error


def run_again(reading: JournalReader) -> tuple[Session, list[tuple[int, list[Event]]]]:
    """Hand every recorded message to a new session, and hold its events against the recorded ones."""
    session = Session(scenario_of(reading.header), reading.header.seed, reading.header.rules)
    played = []
    with _gc_paused():
        for record in reading.records():
            try:
                events = session.handle(record.envelope(), record.at)
            except (AssertionError, ProtocolError, KeyError) as error:
                raise JournalError(f"record {record.n} cannot be run again: {error}") from error
            if not events_match(events, record.events):
                raise JournalError(f"record {record.n} differs: run again, it gives other events")
            played.append((record.at, events))
    return session, played


@contextmanager
def _gc_paused() -> Iterator[None]:
    """What is made here is kept to the end: to look again and again for what is not takes a quarter of the time."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def read_folder(folder: Path, disk: Disk = REAL) -> JournalReader:
    """The journal of a recording's folder (or the journal itself); raises JournalError, with what to do."""
    journal = _journal_of(folder)
    if os.path.exists(journal) and not os.path.isfile(journal) and not os.path.isdir(journal):
        raise JournalError(f"no recording at {folder}: {journal.name} is a device or a pipe, no file")
    try:
        data = disk.read(journal)
        return read_journal(unpacked(data) if is_packed(data) else data)
    except OSError as error:
        lacks = folder.is_dir() and isinstance(error, FileNotFoundError)
        why = f"it has no {FILE}" if lacks else error.strerror or error
        raise JournalError(f"no recording at {folder}: {why}") from error


def still_runs(folder: Path) -> bool:
    """Whether a server is writing the recording in a folder. To be asked before it is read: it may end meanwhile."""
    return is_held(_journal_of(folder))


def _journal_of(folder: Path) -> Path:
    if os.path.isfile(folder):  # pathlib raises where a name is too long
        return folder
    small = folder / PACKED
    return small if os.path.isfile(small) and not os.path.exists(folder / FILE) else folder / FILE


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small file as a whole, durably, readable by its owner alone."""
    REAL.replace(path, data)
