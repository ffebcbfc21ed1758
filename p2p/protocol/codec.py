"""The MES's template round every message: directive, from, to, payload. On the wire and in the journal alike.

    Envelope   what a session is handed: a message and who said it, stamped by whoever let it in
    Event      what a session answers: a message, from whom, to whom
    Template   either of them, written down

ProtocolError is the peer's fault: it is answered or the line is closed, and it is never journaled.
"""

from typing import Annotated, Any

import msgspec

from p2p.base.units import INSTITUTION, Address
from p2p.messages import BY_DIRECTIVE, Message
from p2p.messages.envelope import Envelope, Event

UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)
"""A decoder's errors upon bytes that are no JSON, no text, of another shape, or nested without end."""

SAFE_INT = 2**53
"""Counters beyond this are no longer exact in a JavaScript client."""
META_MAX = 8
"""Entries of `meta`: some counts and times of the decision, not a second message."""

MetaName = Annotated[str, msgspec.Meta(pattern=r"^[a-z_]{1,24}\Z")]
"""No free text: the journal holds none."""
MetaNumber = Annotated[int, msgspec.Meta(ge=-SAFE_INT, le=SAFE_INT)]
Meta = Annotated[dict[MetaName, MetaNumber], msgspec.Meta(max_length=META_MAX)]
Counter = Annotated[int, msgspec.Meta(ge=0, le=SAFE_INT)]


class ProtocolError(Exception):
    """The peer said what cannot be understood or not here: `code` is for programs, `why` for people."""

    def __init__(self, code: str, why: str, fatal: bool = False) -> None:
        super().__init__(why)
        self.code, self.why, self.fatal = code, why, fatal


class WireRecord(msgspec.Struct, frozen=True, omit_defaults=True, rename={"sender": "from"}):
    """A message as it is written down."""

    directive: str
    sender: Address
    to: Address
    payload: Any
    market: int | None = None
    token: int = 0
    seen: int = 0
    meta: dict[str, int] | None = None


class WireRecordRead(WireRecord, frozen=True, omit_defaults=True, rename={"sender": "from"}):
    """A message as it is read back, its payload not yet."""

    payload: msgspec.Raw


class ClientFrame(msgspec.Struct, frozen=True):
    """The fields of a client's frame. A `from` or `to` in it is passed over: the line determines the sender."""

    directive: Annotated[str, msgspec.Meta(max_length=32)]
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    token: Counter = 0
    seen: Counter = 0
    meta: Meta | None = None


_encode = msgspec.json.Encoder().encode
_payloads = {name: msgspec.json.Decoder(kind) for name, kind in BY_DIRECTIVE.items()}
_said = msgspec.json.Decoder(ClientFrame)
_template = msgspec.json.Decoder(WireRecordRead)


def wire_record_of(said: Envelope | Event) -> WireRecord:
    """An envelope or an event in the form in which it is written."""
    if isinstance(said, Event):
        return WireRecord(said.message.directive, said.sender, said.to, said.message, said.market)
    to = said.message.recipient if said.market is None else INSTITUTION
    return WireRecord(
        said.message.directive, said.sender, to, said.message, said.market, said.token, said.seen, said.meta
    )


def message_of(directive: str, payload: bytes | msgspec.Raw) -> Message:
    """The message of a directive and its payload; raises ProtocolError where there is no such thing."""
    decoder = _payloads.get(directive)
    if decoder is None:
        raise ProtocolError("unknown_directive", f"there is no directive '{directive}'")
    try:
        return decoder.decode(payload)
    except UNREADABLE as error:
        raise ProtocolError("bad_payload", f"{directive}: {error}") from error


def envelope_of(raw: bytes) -> Envelope:
    """An envelope read back from a journal; raises ProtocolError."""
    read = read_wire_record(raw)
    message = message_of(read.directive, read.payload)
    return Envelope(read.sender, message, read.market, read.token, read.seen, read.meta)


def event_of(raw: bytes) -> Event:
    """An event read back from a journal or a feed; raises ProtocolError."""
    read = read_wire_record(raw)
    return Event(message_of(read.directive, read.payload), read.sender, read.to, read.market)


def read_wire_record(raw: bytes) -> WireRecordRead:
    """A template read back, its payload still raw; raises ProtocolError."""
    try:
        return _template.decode(raw)
    except UNREADABLE as error:
        raise ProtocolError("bad_template", str(error)) from error


def read_client_frame(frame: bytes | str) -> ClientFrame:
    """A client's frame, decoded; raises ProtocolError, fatal if it is not JSON at all."""
    try:
        return _said.decode(frame)
    except msgspec.ValidationError as error:
        raise ProtocolError("bad_frame", str(error)) from error
    except UNREADABLE as error:
        raise ProtocolError("not_json", f"a frame is one JSON object: {error}", fatal=True) from error


def encode(thing: object) -> bytes:
    """JSON of a struct, a template or plain data, fields in their declared order."""
    return _encode(thing)
