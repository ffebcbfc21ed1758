"""What the tests of the page's scripts play with: Node, and sessions as the frames that a page is sent."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import msgspec
import pytest

from p2p.base.units import SECOND, Instant, Seat
from p2p.messages import Help, Message
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import encode
from p2p.protocol.frames import Fact, Welcome, feed_frame, frame
from p2p.scenario.public_rules import PublicRules, public_rules
from p2p.session.session import Session
from server.publishing.feeds import Feeds, spectator
from tests import ROOT
from tui.model.model import Model

STATIC = ROOT / "server" / "web" / "static"
SCRIPTS = ROOT / "tests" / "server" / "web"
NODE_S = 120.0
"""How long Node may take: many times what it takes."""
Heard = Iterable[tuple[Envelope, Instant, list[Event]]]


def program(name: str) -> str:
    """The path of a program, as node or chromium; the test is skipped where it is missing, and fails under .ci/run."""
    return shutil.which(name) or missing(f"{name} is not installed: the page's scripts are not run")


def npm_file(name: str) -> Path:
    """A file of an npm package, as `axe-core/axe.min.js`; the test is skipped where it is missing, as above."""
    found = SCRIPTS / "node_modules" / name
    return found if found.exists() else missing(f"{name}: npm install --prefix tests/server/web")


def missing(why: str) -> NoReturn:
    """Skip a test for what this machine does not have; .ci/run sets CI, and then it fails."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(why)


def node(script: Path, lines: Iterable[str] = (), *options: str) -> list[Any]:
    """Run a script of the tests in one process; what it says, line by line, of the lines that it is given."""
    ran = subprocess.run(
        [program("node"), *options, str(script)],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=NODE_S,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    return [json.loads(line) for line in ran.stdout.splitlines()]


def welcome(rules: PublicRules, seat: Seat | None, session: str = "session") -> bytes:
    """The frame that answers a log-in."""
    return frame("welcome", Welcome(session, seat, "resume", 0, 0, rules))


def as_feed(first: int, now: Instant, told: Iterable[tuple[Instant, Message]], states: Iterable[Message] = ()) -> bytes:
    """Messages as a frame of a feed."""
    facts = [encode(Fact(one.directive, "session", "everyone", at, one)) for at, one in told]
    said = [encode(Fact(one.directive, "session", "everyone", now, one)) for one in states]
    return feed_frame(first, now, facts, said)


class Twins:
    """A seat's line and model in Python, and the same as steps for the twin; a view is compared after each frame."""

    def __init__(self, name: str, rules: PublicRules, seat: Seat | None, chance: Random) -> None:
        self.name, self.chance, self.rules, self.seat = name, chance, rules, seat
        self.line = ClientProtocol("", "human")
        self.line.watched = 0 if seat is None else None
        self.model = Model(rules, seat)
        self.steps: list[list[Any]] = []
        self.hear(welcome(rules, seat))

    def hear(self, data: bytes, results: bool = False) -> None:
        """A frame comes, and a moment later the screen is drawn."""
        self.steps.append(["frame", data.decode()])
        received = self.line.received(data)
        if isinstance(received, Welcome):
            self.model.line_up()
        elif isinstance(received, list):
            for fact in received:
                self.model.fold(fact)
            self.model.set_states(self.line.state)
        self.look(self.line.now + self.chance.choice((0, 1, 20_000, 70 * SECOND)), results)

    def look(self, now: Instant, results: bool = False) -> None:
        """The screen is drawn at an instant."""
        results = results or self.chance.random() < 0.1
        view = msgspec.json.encode(self.model.view(now, results)).decode()
        self.steps.append(["view", now, results, view])

    def sent(self, token: int, message: Message) -> None:
        """A message is sent, and waits for its answer."""
        said = {"directive": message.directive, "payload": msgspec.to_builtins(message)}
        self.steps.append(["sent", token, said])
        if isinstance(message, Help):
            self.model.set_help_pending(token)
        else:
            self.model.set_pending(token, message)

    def lost(self) -> None:
        """The line is cut; it comes back with the next welcome."""
        self.steps.append(["lost", "the connection broke"])
        self.model.line_lost("the connection broke")
        self.look(self.line.now)

    def words_read(self) -> None:
        """The words on the screen are taken down."""
        self.steps.append(["words"])
        self.model.take_down_words()

    @property
    def case(self) -> str:
        """The steps as a line for Node."""
        return json.dumps({"name": self.name, "steps": self.steps})


def followed(name: str, session: Session, heard: Heard, seats: list[Seat | None], chance: Random) -> Iterator[Twins]:
    """A session as the server feeds it to seats (None: the public), in frames of any length, cut and resumed."""
    feeds, scenario = Feeds(session), session.scenario
    all_twins = []
    for seat in seats:
        information = feeds.public_channel(0)[1] if seat is None else feeds.views.information[seat]
        rules = public_rules(scenario, information, market=0)
        viewer = spectator(0) if seat is None else seat
        all_twins.append((viewer, Twins(f"{name}, {viewer}", rules, seat, chance)))
    for envelope, at, events in heard:
        for viewer, twins in all_twins:
            if envelope.sender == viewer and envelope.token:
                twins.sent(envelope.token, envelope.message)
        feeds.publish(at, events)
        for viewer, twins in all_twins:
            if chance.random() < 0.2:
                _feed(feeds, viewer, twins, chance)
    for viewer, twins in all_twins:
        while _feed(feeds, viewer, twins, chance):
            pass
        twins.look(twins.line.now, results=True)
        yield twins


def _feed(feeds: Feeds, viewer: Seat | str, twins: Twins, chance: Random) -> int:
    """One frame of what is new; now and then after a cut, and then some of it for the second time."""
    had = twins.line.number
    if chance.random() < 0.05:
        twins.lost()
        twins.hear(welcome(twins.rules, twins.seat))
        had = max(0, had - chance.randrange(4))
    place = feeds.place(viewer, had)
    count, facts = feeds.next_batch(place, chance.choice((1, 3, 10, 50)))
    twins.hear(feed_frame(had + 1, feeds.instant(), [facts], feeds.state[place.channel]))
    return max(0, had + count - twins.line.number) or feeds.place(viewer, twins.line.number).facts_left
