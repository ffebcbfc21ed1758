"""The journal's format: a header, a record per message with its events, a seal; each line chained to the last.

    {"format":2,"session":…,"rules":1,"seed":…,"scenario":{…},"code":…,"made":…,"chain":…}
    {"n":1,"at":…,"message":{directive,from,to,payload,…},"events":[{directive,from,to,market,payload},…],"chain":…}
    {"seal":{"records":…,"digest":…},"chain":…}

`chain` is BLAKE2b of the chain before it and the line's own bytes without it. No name, label, address or free text of a
person is in it. A journal that was cut ends without a seal.

Records are written and synced in batches. A record says `synced`, how many records were durable when it was written,
unless that is all before it. A loss of power may leave any part of the last batch, a later line of it without an
earlier one. Such lines were never acknowledged and are debris. A wrong line of which any later line says that it was
synced (a seal says so of all) is corruption.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, TypeAlias

import msgspec

from p2p.base.units import Instant
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.codec import UNREADABLE, encode, envelope_of, event_of, wire_record_of
from recordings.journal.conversion import JOURNAL_FORMAT, converted

FILE = "journal.jsonl"
_MARK = b',"chain":"'
_CHAIN_HEX = 32
_TAIL = len(_MARK) + _CHAIN_HEX + 2
START = bytes(16)
"""The chain before the first line."""


Provenance: TypeAlias = Literal["live", "simulated", "imported"]
"""Where the records come from: a session on a server, a simulation, or a market that others ran and published."""


class JournalError(Exception):
    """A journal that cannot be read, and at which record."""


class Header(msgspec.Struct, frozen=True):
    """The origins of a recording: enough to run it again."""

    session: str
    rules: int
    seed: int
    scenario: dict[str, Any]
    code: str
    made: str
    format: int = JOURNAL_FORMAT
    provenance: Provenance = "live"
    """Where the records come from; headers from before this field are of servers."""


class Seal(msgspec.Struct, frozen=True):
    """How many records there are, and the session's digest after the last."""

    records: int
    digest: str


class _RecordRead(msgspec.Struct, frozen=True):
    n: int
    at: Instant
    message: msgspec.Raw
    events: list[msgspec.Raw]


class _SealRead(msgspec.Struct, frozen=True):
    seal: Seal


class _Later(msgspec.Struct, frozen=True):
    """What a line behind a hole says of those before it: any of a record's and a seal's fields."""

    n: int = 0
    synced: int | None = None
    seal: Seal | None = None

    def durable(self) -> int:
        """How many records were durable when it was written."""
        if self.seal:
            return self.seal.records
        return self.n - 1 if self.synced is None else self.synced


@dataclass(frozen=True)
class Record:
    """A message, when it was handed in, and its events, as written."""

    n: int
    at: Instant
    message: bytes
    events: tuple[bytes, ...]

    def envelope(self) -> Envelope:
        """The message as the session was handed it."""
        return envelope_of(self.message)

    def read_events(self) -> list[Event]:
        """The events as the session answered them."""
        return [event_of(raw) for raw in self.events]


_record = msgspec.json.Decoder(_RecordRead)
_seal = msgspec.json.Decoder(_SealRead)
_later = msgspec.json.Decoder(_Later)


class RecordChain:
    """Puts lines into a journal's form, each chained to the one before."""

    def __init__(self, last: bytes = START, records: int = 0) -> None:
        self.last, self.records = last, records

    def _line(self, body: bytes) -> bytes:
        self.last = blake2b(self.last + body, digest_size=16).digest()
        return body[:-1] + _MARK + self.last.hex().encode() + b'"}\n'

    def header(self, header: Header) -> bytes:
        """The first line of a journal."""
        return self._line(encode(header))

    def record(self, envelope: Envelope, at: Instant, events: list[Event], synced: int | None = None) -> bytes:
        """The next record; `synced` records before it are durable, all of them unless it is said."""
        before, self.records = self.records, self.records + 1
        batch = {} if synced in (None, before) else {"synced": synced}
        written = [wire_record_of(event) for event in events]
        record = {"n": self.records, "at": at, **batch, "message": wire_record_of(envelope), "events": written}
        return self._line(encode(record))

    def seal(self, digest: bytes) -> bytes:
        """The last line."""
        return self._line(encode({"seal": Seal(self.records, digest.hex())}))


class JournalReader:
    """A journal being read: the header at once, then the records; afterwards `sealed`, `good_bytes` and `debris`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.chain = RecordChain()
        self.good_bytes = 0
        self.sealed: Seal | None = None
        self.debris = 0
        self.before_seal = (self.chain, 0)
        self.header, self.format_written = self._header()
        self._advance(self._end(0))

    def _header(self) -> tuple[Header, int]:
        """The header in today's format, and the format that it was written in."""
        body = self._body(0, self._end(0))
        if body is None:
            raise JournalError(f"the journal has no header that can be read{_changed(self.data)}")
        try:
            plain = msgspec.json.decode(body, type=dict[str, Any])
            return msgspec.convert(converted(plain), Header), plain["format"]
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
            raise JournalError(f"the journal's header is wrong: {error}") from error

    def records(self) -> Iterator[Record]:
        """The records in order. A torn tail ends them; a wrong line before an intact one raises JournalError."""
        while self.good_bytes < len(self.data):
            start, end = self.good_bytes, self._end(self.good_bytes)
            body = self._body(start, end)
            if self.sealed:
                raise JournalError(f"something follows the seal, after record {self.chain.records}")
            if body is None:
                self._debris(end)
                return
            if body.startswith(b'{"seal":'):
                self.sealed = self._seal(body)
                self.before_seal = (RecordChain(self.chain.last, self.chain.records), start)
                self._advance(end)
                continue
            yield self._record(body, end)

    def _record(self, body: bytes, end: int) -> Record:
        try:
            read = _record.decode(body)
        except msgspec.MsgspecError as error:
            raise JournalError(f"record {self.chain.records + 1} is not one: {error}") from error
        if read.n != self.chain.records + 1:
            raise JournalError(f"record {self.chain.records + 1} is missing, {read.n} stands in its place")
        self.chain.records += 1
        self._advance(end)
        return Record(read.n, read.at, bytes(read.message), tuple(bytes(raw) for raw in read.events))

    def _seal(self, body: bytes) -> Seal:
        try:
            seal = _seal.decode(body).seal
        except msgspec.MsgspecError as error:
            raise JournalError(f"the seal after record {self.chain.records} is not one: {error}") from error
        if seal.records != self.chain.records:
            raise JournalError(f"the seal counts {seal.records} records, there are {self.chain.records}")
        return seal

    def _end(self, start: int) -> int:
        """Where the line ends that starts there, its newline included, or the end of the data."""
        found = self.data.find(b"\n", start)
        return len(self.data) if found < 0 else found + 1

    def _body(self, start: int, end: int) -> bytes | None:
        """The line without its chain, or None where the chain does not hold or the line is cut."""
        line = self.data[start:end]
        if not line.endswith(b'"}\n') or len(line) < _TAIL + 2 or line[-_TAIL - 1 :][: len(_MARK)] != _MARK:
            return None
        body = line[: -_TAIL - 1] + b"}"
        chain = blake2b(self.chain.last + body, digest_size=16).digest()
        return body if line[-_CHAIN_HEX - 3 : -3] == chain.hex().encode() else None

    def _advance(self, end: int) -> None:
        """Go on after a line whose chain holds: it is the last of the chain now."""
        self.chain.last = bytes.fromhex(self.data[end - _CHAIN_HEX - 3 : end - 3].decode())
        self.good_bytes = end

    def _debris(self, end: int) -> None:
        """What stands after the last good line is debris if it was never synced, else corruption."""
        hole = self.chain.records + 1
        for line in self.data[end:].splitlines():
            try:
                durable = _later.decode(line).durable()
            except UNREADABLE:
                continue
            if durable >= hole:
                raise JournalError(f"record {hole} is corrupt, and others follow it")
        self.debris = len(self.data) - self.good_bytes


def _changed(data: bytes) -> str:
    """What a program has done to a journal as a text, if so; its lines are chained byte by byte."""
    if not data:
        return ": it is empty"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ": it was written anew in UTF-16, as some editors do; take the original file"
    mark, lines = data.startswith(b"\xef\xbb\xbf"), b"\r\n" in data[: data.find(b"\n") + 1]
    if not mark and not lines:
        return ""
    what = " and ".join([*(["a byte order mark was put before it"] if mark else []), *([_CRLF] if lines else [])])
    return f": {what}, by a transfer as text, git or an editor; take the original file, or take that out again"


_CRLF = "its line ends are CR LF where they were LF"


def read_journal(data: bytes) -> JournalReader:
    """Begin to read a journal's bytes; raises JournalError where there is no header."""
    return JournalReader(data)


def events_match(events: list[Event], written: tuple[bytes, ...]) -> bool:
    """Whether events, run again, equal the recorded ones, to the byte."""
    return tuple(encode(wire_record_of(event)) for event in events) == written
