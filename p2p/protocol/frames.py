"""One connection, without I/O, both ends: login, numbering of facts, resume, pending tokens.

Theory of operation
-------------------
A client's first frame is a login: its seat's code, or the resume token given for it. `have` is the number of the last
fact it had. The server answers `welcome` and then feeds: facts in frames, the first one's number said once per frame,
both ends counting. A client that comes back says how far it had come and is fed from there: no gap, no double.

Every message of a client carries a token that rises by one, and waits as pending until a fact answers it (`accepted` or
`refused`). After a reconnect all that is pending is said again; a token that was had has no second effect.

        client                                server
        login {code, have: 0}           →
                                        ←     welcome {seat, resume, token: 0, …}
                                        ←     feed {first: 1, facts: […]}
        bid {price: 90} token 1         →
                                        ←     feed {first: 9, facts: [accepted {token: 1}, quote {…}]}
            ✂ the line is cut
        login {resume, have: 10}        →
                                        ←     welcome {…}, feed {first: 11, …}

Errors of the peer are ProtocolErrors: answered with `error` frames, and fatal ones close the line. Whether the peer is
alive is asked by the WebSocket's own pings.
"""

from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from p2p.base.units import SEATS_MAX, Address, Controller, Instant, Seat
from p2p.messages import Message
from p2p.protocol.codec import ClientFrame, Counter, ProtocolError, encode, message_of
from p2p.scenario.public_rules import PublicRules

FRAME_MAX = 16_384
"""Bytes of a client's frame: an order with its meta data is below 400, the longest free answer below 13,000."""
FEED_FACTS_MAX = 500
"""Facts in one frame of a feed: a resume of 10,000 comes in pieces that neither end has to hold whole."""
FEED_BYTES_MAX = 1 << 20
"""Bytes of a server's frame a client takes."""
FACTS_KEPT = 2_048
"""Facts that a process remembers having read: the distance between the slowest of its lines and the fastest."""
FACT_KEPT_BYTES_MAX = 512
"""Longer facts (schedules, lists of contracts) are one's own and read anew, so that memory stays below 2 MB."""
RUNS_KEPT = 256
"""Runs of facts, a frame's each, that a process remembers having read: some of a second of a crowded market."""
RUN_KEPT_BYTES_MAX = 8 * 1024
"""Longer runs are a resume's, which no other line is sent, so that memory stays below 8 MB."""
CODE_MAX = 128
"""Characters of a text given as a code. A code has eight: any other text, typed or pasted, is answered as a wrong
code."""
DEVICE_MAX = 64
"""Characters of a device's key: 128 random bits in any spelling."""
LABEL_MAX = 64
"""Characters of a participant's label: a number of matriculation, or an address of mail."""
NAME_MAX = 40
"""Characters of a person's name, or of a robot's agent, which fit in a list."""


class Login(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A client's first frame: a code or a resume token, how far it had come, who controls the seat.

    A spectator has no seat and no code: it is shown what the public of a market is, from the fact after `have`. An
    experimenter's client says `conducts`: then a seat's code, given by mistake, takes nobody's seat. A console says
    `roster`, and is sent the frames of docs/console.md beside its facts.
    With a class code, `device` is a random key of the client's own: one seat a device. `label` is the participant's,
    where the session has a list of them. `ask`: a `door` is wanted, and no seat.
    """

    code: Annotated[str, Meta(max_length=CODE_MAX)] = ""
    resume: Annotated[str, Meta(max_length=64)] = ""
    have: Counter = 0
    controller: Controller = "human"
    name: Annotated[str, Meta(max_length=NAME_MAX)] = ""
    spectator: bool = False
    market: Annotated[int, Meta(ge=0, le=SEATS_MAX)] = 0
    conducts: bool = False
    roster: bool = False
    device: Annotated[str, Meta(max_length=DEVICE_MAX)] = ""
    label: Annotated[str, Meta(max_length=LABEL_MAX)] = ""
    ask: bool = False


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """A seat's card, counted from 1. `code`: "" where a server before this one gave it. `taken`: somebody has it."""

    card: int
    code: str = ""
    taken: bool = False


class Door(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to a login that only asks: whose code it is, and what the login that takes a seat has to say beside.

    `seat`: the code's, or the one that this device has already with the class code. `locked`: nobody without a seat is
    let in. Then the connection is closed (1000). The experimenter alone is told the address to join at, the class code
    and the cards.
    """

    code: Literal["seat", "class", "experimenter"]
    seat: Seat | None = None
    wants: tuple[Literal["name", "label"], ...] = ()
    locked: bool = False
    title: str = ""
    url: str = ""
    class_code: str = ""
    cards: tuple[Card, ...] = ()


class _LoginRead(Login, frozen=True, forbid_unknown_fields=True):
    """A login as clients may still say it: with a `feed`, which had one value and means nothing."""

    feed: Literal["full"] = "full"


class Welcome(msgspec.Struct, frozen=True):
    """The answer to a login. `token` is the last one the session has had from this seat, `facts` how many it was told.

    `seat` is None for the experimenter; `seed` is a robot's own and None for people. `stood_in`: a robot has held the
    seat since the client's last fact. Its unanswered messages are void, and tokens go on from `token`.
    """

    session: str
    seat: Seat | None
    resume: str
    token: int
    facts: int
    rules: PublicRules
    seed: int | None = None
    stood_in: bool = False


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """A fault of the peer: a code for programs, a sentence for people.

    The frame was not taken: `token` is the one that is expected next, where the line stays open.
    """

    code: str
    why: str
    token: int | None = None


class FeedRead(msgspec.Struct, frozen=True):
    """A frame of facts: the number of the first, the session's clock, the facts, and states (the latest count)."""

    first: int
    now: Instant
    facts: list[msgspec.Raw] = []
    state: list[msgspec.Raw] = []


class _Feed(msgspec.Struct, frozen=True):
    """The same, its facts not yet told apart: lines that were told the same have the same bytes here."""

    first: int
    now: Instant
    facts: msgspec.Raw = msgspec.Raw(b"[]")
    state: list[msgspec.Raw] = []


class FactRead(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A fact or a state, its payload still raw."""

    directive: str
    sender: Address
    to: Address
    at: Instant
    payload: msgspec.Raw


class Fact(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A fact as it is fed: the MES's template and the instant. States have `as_of`, the number of a fact, beside."""

    directive: str
    sender: Address
    to: Address
    at: Instant
    payload: Any


class NumberedFact(msgspec.Struct, frozen=True):
    """A numbered fact that has reached a client."""

    number: int
    at: Instant
    message: Message


_login = msgspec.json.Decoder(_LoginRead)
_welcome = msgspec.json.Decoder(Welcome)
_door = msgspec.json.Decoder(Door)
_fault = msgspec.json.Decoder(Fault)
_feed = msgspec.json.Decoder(_Feed)
_run = msgspec.json.Decoder(list[msgspec.Raw])
_fact = msgspec.json.Decoder(FactRead)
_frame = msgspec.json.Decoder(ClientFrame)


def frame(directive: str, payload: object) -> bytes:
    """A frame of either end that is no trader's message."""
    return encode({"directive": directive, "payload": payload})


def feed_frame(first: int, now: Instant, facts: list[bytes], states: list[bytes]) -> bytes:
    """A frame of facts that are encoded already."""
    return b'{"directive":"feed","payload":{"first":%d,"now":%d,"facts":[%b],"state":[%b]}}' % (
        first,
        now,
        b",".join(facts),
        b",".join(states),
    )


def mirrored_frame(first: int, now: Instant, facts: list[bytes], states: list[bytes]) -> bytes:
    """A feed's frame as a console's mirror is sent it."""
    return b'{"directive":"mirrored","payload":{"first":%d,"now":%d,"facts":[%b],"state":[%b]}}' % (
        first,
        now,
        b",".join(facts),
        b",".join(states),
    )


def error_frame(error: ProtocolError, token: int | None = None) -> bytes:
    """A peer's error, told to it, with the token that is expected next."""
    return frame("error", Fault(error.code, error.why, token))


@lru_cache(maxsize=FACTS_KEPT)
def _read_fact(raw: bytes) -> tuple[Instant, Message]:
    """A fact's instant and message. Three hundred robots of a process are told the same bytes: they are read once."""
    fact = _fact.decode(raw)
    return fact.at, message_of(fact.directive, fact.payload)


@lru_cache(maxsize=RUNS_KEPT)
def _read_run(raw: bytes) -> tuple[tuple[Instant, Message], ...]:
    """The facts of a frame. Most robots are told the same at a time, beside those whose own orders are in it."""
    facts = (bytes(one) for one in _run.decode(raw))
    return tuple((_read_fact if len(one) <= FACT_KEPT_BYTES_MAX else _read_fact.__wrapped__)(one) for one in facts)


def forget_facts() -> None:
    """Forget all facts that were read, to count the memory that a process holds."""
    _read_fact.cache_clear()
    _read_run.cache_clear()
