"""The client's end of a connection, and what outlives it."""

import msgspec

from p2p.base.safe_text import printable
from p2p.base.units import Controller, Instant, Seat
from p2p.messages import Accepted, Message, Refused
from p2p.protocol.codec import UNREADABLE, ProtocolError, encode, message_of, read_client_frame
from p2p.protocol.console_frames import Console, Mirror, MirroredFacts, MirrorOpened, Roster, RosterWanted
from p2p.protocol.frames import (
    CODE_MAX,
    FRAME_MAX,
    RUN_KEPT_BYTES_MAX,
    Door,
    Fault,
    Login,
    NumberedFact,
    Welcome,
    _door,
    _fact,
    _fault,
    _Feed,
    _feed,
    _frame,
    _read_run,
    _welcome,
    frame,
)
from p2p.protocol.market_figures import MarketFigures
from p2p.protocol.reveal import Reveal

PENDING_MAX = 64
"""Messages a client may have unanswered: more means that the line is gone or the client mad."""


_roster = msgspec.json.Decoder(Roster)
_figures = msgspec.json.Decoder(MarketFigures)
_reveal = msgspec.json.Decoder(Reveal)
_mirror_opened = msgspec.json.Decoder(MirrorOpened)

ANSWERS = (Accepted, Refused)
"""The answers to a message of one's own."""


class ClientProtocol:
    """The client's end of a line, and the state that outlives it: the seat, the last fact, the unanswered messages.

    `state` has the latest of each state by directive, if it `keeps_state`: people look at them, robots fold facts.
    A robot that stands in for somebody has no code of the seat's, it is `lent` a resume token. An experimenter's client
    `conducts`; a console also wants the `roster`. `device` and `label` are said beside a code.
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
        self.device = self.label = ""
        self.conducts = self.roster = False
        self._mirrored = 0
        self._mirrored_state: dict[str, Message] = {}
        self.state: dict[str, Message] = {}
        self.keeps_state = controller == "human"

    def login(self) -> bytes:
        """The first frame of a new connection."""
        if self.watched is not None:
            return frame("login", Login(have=self.number, spectator=True, market=self.watched))
        resume = self.welcome.resume if self.welcome else self.lent
        code = "" if resume else self.code[:CODE_MAX]
        device, label = (self.device, self.label) if code and not self.conducts else ("", "")
        said = Login(
            code,
            resume,
            self.number,
            self.controller,
            self.name,
            conducts=self.conducts,
            roster=self.roster,
            device=device,
            label=label,
        )
        return frame("login", said)

    def forget_resume(self) -> None:
        """The resume token was refused: the next login is by code again."""
        self.welcome = None

    def send(self, message: Message, meta: dict[str, int] | None = None) -> tuple[int, bytes]:
        """A message's token and its frame, which is pending from now on.

        Raises ProtocolError if too many are pending, or if the server could not read it. Then nothing is pending and no
        token is used up, because a token that the server never had would hold up all later ones. Raises it before the
        first welcome, too: only that tells the last token that was had from this seat.
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
        message_of(message.directive, read_client_frame(data).payload)
        if len(data) > FRAME_MAX:
            raise ProtocolError("too_long", f"a frame has {FRAME_MAX} bytes at the most")
        self.token = token
        self.pending[token] = data
        return token, data

    def unanswered(self) -> list[bytes]:
        """The frames to say again after a welcome, in order of their tokens."""
        return [self.pending[token] for token in sorted(self.pending)]

    def mirror(self, seat: Seat | None = None, market: int | None = None) -> bytes:
        """The frame that asks for a mirror of a seat or a market; of neither, the mirror ends."""
        return frame("mirror", Mirror(seat, market))

    def ask_roster(self) -> bytes:
        """The frame that asks for one roster."""
        return frame("roster", RosterWanted())

    def received(self, data: bytes | str) -> list[NumberedFact] | Welcome | Fault | Console | Reveal:
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
                case "reveal" if self.watched is not None:
                    return _reveal.decode(said.payload)
                case "roster" if self.conducts:
                    return _roster.decode(said.payload)
                case "figures" if self.roster:
                    return _figures.decode(said.payload)
                case "mirror_opened" if self.roster:
                    self._mirrored, self._mirrored_state = 0, {}
                    return _mirror_opened.decode(said.payload)
                case "mirrored" if self.roster:
                    return self._mirror_fed(_feed.decode(said.payload))
                case "error":
                    fault = _fault.decode(said.payload)
                    return msgspec.structs.replace(fault, why=printable(fault.why), code=printable(fault.code))
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

    def _fed(self, feed: _Feed) -> list[NumberedFact]:
        """The facts that are new; a frame that cannot be read to its end counts for nothing."""
        had, raw = self.number, bytes(feed.facts)
        facts = (_read_run if len(raw) <= RUN_KEPT_BYTES_MAX else _read_run.__wrapped__)(raw)
        if facts and feed.first > had + 1:
            raise ProtocolError("gap", f"fact {had + 1} is missing, {feed.first} came", True)
        told = [NumberedFact(number, *one) for number, one in enumerate(facts, feed.first) if number > had]
        if self.keeps_state:
            self._keep(feed.state)
        self.now = feed.now
        if told:
            self.number = told[-1].number
        for one in told:
            if isinstance(one.message, ANSWERS):
                self.pending.pop(one.message.token, None)
                if self.conducts:
                    self.token = max(self.token, one.message.token)
        return told

    def _mirror_fed(self, feed: _Feed) -> MirroredFacts:
        """The facts of a mirror: all are new, for it never comes back by itself."""
        facts = _read_run.__wrapped__(bytes(feed.facts))
        if facts and feed.first != self._mirrored + 1:
            raise ProtocolError("gap", f"fact {self._mirrored + 1} of the mirror is missing, {feed.first} came", True)
        self._mirrored += len(facts)
        read = [_fact.decode(raw) for raw in feed.state]
        self._mirrored_state |= {one.directive: message_of(one.directive, one.payload) for one in read}
        return MirroredFacts(
            feed.now,
            [NumberedFact(number, *one) for number, one in enumerate(facts, feed.first)],
            dict(self._mirrored_state),
        )

    def _keep(self, states: list[msgspec.Raw]) -> None:
        """The states of a frame: each takes the place of the one before it."""
        read = [_fact.decode(raw) for raw in states]
        if read:
            self.state = self.state | {one.directive: message_of(one.directive, one.payload) for one in read}


def read_door(data: bytes | str) -> Door | Fault:
    """The answer to a login that only asks; raises ProtocolError where it is none."""
    try:
        said = _frame.decode(data)
        if said.directive == "door":
            return _door.decode(said.payload)
        if said.directive == "error":
            fault = _fault.decode(said.payload)
            return msgspec.structs.replace(fault, why=printable(fault.why), code=printable(fault.code))
    except UNREADABLE as error:
        raise ProtocolError("bad_frame", f"the server's frame cannot be read: {error}", True) from error
    raise ProtocolError(
        "unknown_frame", "the server answers at the door with no frame of ours; it is an older one", True
    )
