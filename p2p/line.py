"""One connection, without I/O, both ends: login, numbering of facts, resume, pending tokens.

Theory of operation
-------------------
A client's first frame is a login: its seat's code, or the resume token it was given for it, and `have`, the number of
the last fact it had. The server answers `welcome` and then feeds: facts in frames, the first one's number said once per
frame, both ends counting. A client that comes back says how far it had come and is fed from there: no gap, no double.

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

from p2p.messages import Accepted, Message, Refused
from p2p.rules import PublicRules
from p2p.units import SEATS_MAX, Address, Controller, Instant, Seat
from p2p.wire import UNREADABLE, Counter, ProtocolError, Said, encode, message_of, read_said

FRAME_MAX = 4096
"""Bytes of a client's frame: an order with its meta data is below 400."""
FEED_FACTS_MAX = 500
"""Facts in one frame of a feed: a resume of 10,000 comes in pieces that neither end has to hold whole."""
FEED_BYTES_MAX = 1 << 20
"""Bytes of a server's frame a client takes."""
FACTS_KEPT = 2_048
"""Facts a process remembers having read: what the slowest of its lines is behind the fastest."""
FACT_KEPT_BYTES_MAX = 512
"""Longer facts (schedules, lists of contracts) are one's own and read anew: what is remembered stays below 2 MB."""
RUNS_KEPT = 256
"""Runs of facts, a frame's each, that a process remembers having read: some of a second of a crowded market."""
RUN_KEPT_BYTES_MAX = 8 * 1024
"""Longer runs are a resume's, which no other line is sent: what is remembered stays below 8 MB."""
CODE_MAX = 128
"""Characters of what is given for a code. One has eight: what else was typed or pasted is answered as a wrong code."""
NAME_MAX = 40
"""Characters of a person's name, or of a robot's agent: what a list has room for."""
PENDING_MAX = 64
"""Messages a client may have unanswered: more means that the line is gone or the client mad."""
FAULTS_MAX = 20
"""Errors a peer may make on a line before it is closed."""
ANSWERS = (Accepted, Refused)
"""What a message of one's own is answered by."""


class Login(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A client's first frame: a code or a resume token, how far it had come, who controls the seat.

    A spectator has no seat and no code: it is shown what the public of a market is, from the fact after `have`.
    Who means to conduct the session says `conducts`: then a seat's code, given by mistake, takes nobody's seat.
    """

    code: Annotated[str, Meta(max_length=CODE_MAX)] = ""
    resume: Annotated[str, Meta(max_length=64)] = ""
    have: Counter = 0
    feed: Literal["full"] = "full"
    controller: Controller = "human"
    name: Annotated[str, Meta(max_length=NAME_MAX)] = ""
    spectator: bool = False
    market: Annotated[int, Meta(ge=0, le=SEATS_MAX)] = 0
    conducts: bool = False


class Welcome(msgspec.Struct, frozen=True):
    """The answer to a login. `token` is the last one the session has had from this seat, `facts` how many it was told.

    `seat` is None for the experimenter; `seed` is a robot's own and None for people. `stood_in`: a robot has held the
    seat since the client's last fact: what it has said without an answer is void, and tokens go on from `token`.
    """

    session: str
    seat: Seat | None
    resume: str
    token: int
    facts: int
    rules: PublicRules
    seed: int | None = None
    stood_in: bool = False


class Fault(msgspec.Struct, frozen=True):
    """What the peer did wrong: a code for programs, a sentence for people."""

    code: str
    why: str


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
    """A fact as it is fed: the seed's template and the instant. States have `as_of`, the number of a fact, beside."""

    directive: str
    sender: Address
    to: Address
    at: Instant
    payload: Any


class Told(msgspec.Struct, frozen=True):
    """A numbered fact that has reached a client."""

    number: int
    at: Instant
    message: Message


_login = msgspec.json.Decoder(Login)
_welcome = msgspec.json.Decoder(Welcome)
_fault = msgspec.json.Decoder(Fault)
_feed = msgspec.json.Decoder(_Feed)
_run = msgspec.json.Decoder(list[msgspec.Raw])
_fact = msgspec.json.Decoder(FactRead)
_frame = msgspec.json.Decoder(Said)


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


def error_frame(error: ProtocolError) -> bytes:
    """A peer's error, told to it."""
    return frame("error", Fault(error.code, error.why))


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
    """Let go of all that is remembered of what was read: for whoever counts what a process holds."""
    _read_fact.cache_clear()
    _read_run.cache_clear()


class ServerLine:
    """The server's end of a line: what a client's frames say, and how often it has been wrong."""

    def __init__(self) -> None:
        self.open = False
        self.faults = 0

    def received(self, data: bytes | str) -> Login | tuple[Message, Said]:
        """A login, or a message with its token; raises ProtocolError, fatal after too many."""
        try:
            return self._read(data)
        except ProtocolError as error:
            raise self.counted(error) from error

    def counted(self, error: ProtocolError) -> ProtocolError:
        """An error of the peer, counted; after too many, one that closes the line."""
        self.faults += 1
        if self.faults < FAULTS_MAX:
            return error
        return ProtocolError("too_many_faults", f"{error.why}; that was the last one", fatal=True)

    def _read(self, data: bytes | str) -> Login | tuple[Message, Said]:
        said = read_said(data)
        if not self.open:
            if said.directive != "login":
                raise ProtocolError("not_logged_in", "the first frame is a login", fatal=True)
            try:
                login = _login.decode(said.payload)
            except UNREADABLE as error:
                raise ProtocolError("bad_login", str(error), fatal=True) from error
            self.open = True
            return login
        if said.directive == "login":
            raise ProtocolError("logged_in", "this line is logged in already")
        message = message_of(said.directive, said.payload)
        if said.token < 1:
            raise ProtocolError("no_token", "a message carries a token: 1, 2, 3 …")
        return message, said


class ClientLine:
    """The client's end of a line, and what outlives it: the seat, how far it has come, what is unanswered.

    `state` has the latest of each state by directive, if it `keeps_state`: people look at them, robots fold facts.
    A robot that stands in for somebody has no code of the seat's, it is `lent` a resume token.
    """

    def __init__(self, code: str, controller: Controller, name: str = "", lent: str = "") -> None:
        self.code, self.controller, self.name, self.lent = code, controller, name, lent
        self.welcome: Welcome | None = None
        self.session = ""
        self.number = 0
        self.token = 0
        self.now: Instant = 0
        self.pending: dict[int, bytes] = {}
        self.watched: int | None = None
        self.conducts = False
        self.state: dict[str, Message] = {}
        self.keeps_state = controller == "human"

    def login(self) -> bytes:
        """The first frame of a new connection."""
        if self.watched is not None:
            return frame("login", Login(have=self.number, spectator=True, market=self.watched))
        resume = self.welcome.resume if self.welcome else self.lent
        code = "" if resume else self.code[:CODE_MAX]
        said = Login(code, resume, self.number, "full", self.controller, self.name, conducts=self.conducts)
        return frame("login", said)

    def forget_resume(self) -> None:
        """The resume token was refused: the next login is by code again."""
        self.welcome = None

    def say(self, message: Message, meta: dict[str, int] | None = None) -> tuple[int, bytes]:
        """A message's token and its frame, which is pending from now on.

        Raises ProtocolError when too many are pending, or where the server could not read it: then nothing is pending
        and no token is used up, for a token that the server never had would hold up all that come after it. Raises it
        before the first welcome, too: only that tells the last token that was had from this seat.
        """
        if not self.session:
            raise ProtocolError("not_welcome", "the server has not let us in yet")
        if len(self.pending) >= PENDING_MAX:
            raise ProtocolError("too_many_pending", f"{PENDING_MAX} messages wait for an answer")
        token = self.token + 1
        said: dict[str, object] = {"directive": message.directive, "payload": message, "token": token}
        said["seen"] = self.number
        if meta:
            said["meta"] = meta
        data = encode(said)
        message_of(message.directive, read_said(data).payload)
        if len(data) > FRAME_MAX:
            raise ProtocolError("too_long", f"a frame has {FRAME_MAX} bytes at the most")
        self.token = token
        self.pending[token] = data
        return token, data

    def unanswered(self) -> list[bytes]:
        """The frames to say again after a welcome, in order of their tokens."""
        return [self.pending[token] for token in sorted(self.pending)]

    def received(self, data: bytes | str) -> list[Told] | Welcome | Fault:
        """New facts, or a welcome, or an error of ours; raises ProtocolError where the server is wrong.

        States have no numbers: the latest ones are kept in `state`, or passed over where that is not asked for.
        """
        try:
            said = _frame.decode(data)
            match said.directive:
                case "feed":
                    return self._fed(_feed.decode(said.payload))
                case "welcome":
                    return self._welcomed(_welcome.decode(said.payload))
                case "error":
                    return _fault.decode(said.payload)
                case other:
                    raise ProtocolError("unknown_frame", f"the server said '{other}', no frame of ours", True)
        except UNREADABLE as error:
            raise ProtocolError("bad_frame", f"the server's frame cannot be read: {error}", True) from error

    def _welcomed(self, welcome: Welcome) -> Welcome:
        if self.session not in ("", welcome.session):
            raise ProtocolError("another_session", "the server runs another session now", True)
        self.welcome, self.session = welcome, welcome.session
        if welcome.stood_in:
            self.pending.clear()
            self.token = 0
        self.token = max(self.token, welcome.token)
        return welcome

    def _fed(self, feed: _Feed) -> list[Told]:
        """The facts that are new; a frame that cannot be read to its end counts for nothing."""
        had, raw = self.number, bytes(feed.facts)
        facts = (_read_run if len(raw) <= RUN_KEPT_BYTES_MAX else _read_run.__wrapped__)(raw)
        if facts and feed.first > had + 1:
            raise ProtocolError("gap", f"fact {had + 1} is missing, {feed.first} came", True)
        told = [Told(number, *one) for number, one in enumerate(facts, feed.first) if number > had]
        if self.keeps_state:
            self._keep(feed.state)
        self.now = feed.now
        if told:
            self.number = told[-1].number
        for one in told:
            if isinstance(one.message, ANSWERS):
                self.pending.pop(one.message.token, None)
        return told

    def _keep(self, states: list[msgspec.Raw]) -> None:
        """The states of a frame: each takes the place of the one before it."""
        read = [_fact.decode(raw) for raw in states]
        if read:
            self.state = self.state | {one.directive: message_of(one.directive, one.payload) for one in read}
