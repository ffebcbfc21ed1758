"""A connection that breaks anywhere: no fact is missing or twice, and every message has one effect."""

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from p2p.messages import Accepted, Bid, Lobby, Message, Quote, Refused
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import ProtocolError, encode
from p2p.protocol.frames import Fact, Fault, Login, NumberedFact, Welcome, error_frame, feed_frame, frame
from p2p.protocol.server_connection import ServerProtocol
from p2p.scenario.public_rules import public_rules
from tests.plays.play import small

RULES = public_rules(small())


def welcome(token: int = 0, facts: int = 0, session: str = "one", resume: str = "again") -> bytes:
    return frame("welcome", Welcome(session, 3, resume, token, facts, RULES))


def fact(message: Message, at: int = 5) -> bytes:
    return encode(Fact(message.directive, "session", 3, at, message))


class Seat:
    """The server's side of one seat, as short as can be: tokens in their order have one effect, facts are numbered."""

    def __init__(self) -> None:
        self.facts: list[bytes] = []
        self.effects: list[tuple[int, Message]] = []
        self.line = ServerProtocol()
        self.sent: int | None = None

    def hear(self, data: bytes) -> list[bytes]:
        heard = self.line.received(data)
        if isinstance(heard, Login):
            self.sent = min(heard.have, len(self.facts))
            return [welcome(token=len(self.effects), facts=len(self.facts))]
        message, said = heard
        if said.token == len(self.effects) + 1:
            self.effects.append((said.token, message))
            answer = Accepted(said.token) if said.token % 3 else Refused(said.token, "moved")
            self.facts += [fact(answer), fact(Quote("bid", 1))][: 1 + said.token % 2]
        elif said.token > len(self.effects):
            return [error_frame(ProtocolError("token_gap", "tokens rise by one"))]
        return []

    def feed(self, most: int) -> list[bytes]:
        assert self.sent is not None
        first, facts = self.sent + 1, self.facts[self.sent : self.sent + most]
        self.sent += len(facts)
        return [feed_frame(first, 0, facts, [])] if facts else []


class BreakingLine(RuleBasedStateMachine):
    """A client and a seat, and pipes between them that delay and are cut, losing what is in them."""

    def __init__(self) -> None:
        super().__init__()
        self.seat = Seat()
        self.up: list[bytes] = []
        self.down: list[bytes] = []
        self.connected = False
        self.said: dict[int, Message] = {}

    @initialize()
    def begin(self) -> None:
        self.client = ClientProtocol("CODE2345", "human")
        self.told: list[NumberedFact] = []

    @precondition(lambda self: not self.connected)
    @rule()
    def connect(self) -> None:
        self.connected, self.up, self.down = True, [self.client.login()], []
        self.seat.line, self.seat.sent, self.welcomed = ServerProtocol(), None, False

    @precondition(lambda self: self.connected)
    @rule(up=st.integers(0, 3), down=st.integers(0, 3))
    def cut(self, up: int, down: int) -> None:
        """What is under way may still arrive, up to a point."""
        for _ in range(up):
            self.server_reads()
        for _ in range(down):
            self.client_reads()
        self.connected = False

    @rule()
    def restart(self) -> None:
        """The client's program ends and begins anew: it knows its code and nothing else."""
        self.connected = False
        self.said = {token: message for token, message in self.said.items() if token <= len(self.seat.effects)}
        self.begin()

    @rule(price=st.integers(1, 99))
    def say(self, price: int) -> None:
        if not self.client.session or len(self.client.pending) > 5:
            return
        token, data = self.client.send(Bid(price))
        assert token not in self.said, "no token is used twice"
        self.said[token] = Bid(price)
        if self.connected and self.welcomed:
            self.up.append(data)

    @rule()
    def something_happens(self) -> None:
        self.seat.facts.append(fact(Lobby(len(self.seat.facts), 4)))

    @precondition(lambda self: self.connected)
    @rule()
    def server_reads(self) -> None:
        if self.up:
            self.down += self.seat.hear(self.up.pop(0))

    @precondition(lambda self: self.connected)
    @rule(most=st.integers(1, 3))
    def server_feeds(self, most: int) -> None:
        if self.seat.sent is not None:
            self.down += self.seat.feed(most)

    @precondition(lambda self: self.connected)
    @rule()
    def client_reads(self) -> None:
        if not self.down:
            return
        received = self.client.received(self.down.pop(0))
        assert not isinstance(received, Fault), received
        if isinstance(received, Welcome):
            self.welcomed = True
            self.up += self.client.unanswered()
        else:
            self.told += received

    @invariant()
    def numbers_have_no_gap_and_no_double(self) -> None:
        numbers = [one.number for one in getattr(self, "told", [])]
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def every_message_has_one_effect_at_the_most(self) -> None:
        tokens = [token for token, _ in self.seat.effects]
        assert tokens == list(range(1, len(tokens) + 1))
        assert all(self.said.get(token, message) == message for token, message in self.seat.effects)

    def teardown(self) -> None:
        """In the end a line holds: then everything has arrived."""
        if not hasattr(self, "client"):
            return
        self.connected = False
        self.connect()
        while self.up or self.down or self.seat.sent is None or self.seat.sent < len(self.seat.facts):
            self.server_reads()
            self.server_feeds(2)
            self.client_reads()
        assert self.client.pending == {}
        assert dict(self.seat.effects) == self.said
        assert len(self.told) == len(self.seat.facts) == self.client.number
        assert [json.loads(raw)["directive"] for raw in self.seat.facts] == [one.message.directive for one in self.told]


BreakingLine.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestBreakingLine = BreakingLine.TestCase
