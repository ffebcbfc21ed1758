"""The console's processor time: 60 people on the roster, 200 facts a second, a market of many contracts.

    python -m benchmarks.bench_console                  # at 80x24 and 120x36, and the mirror of a seat
    python -m benchmarks.bench_console --profile        # the functions that take the time

The console is the real one in a process of its own, drawing on a terminal. Its line is fed with bytes as a server sends
them: 50 frames a second of four facts, two rosters a second in which every row has changed, figures once a second.
"""

import argparse
import asyncio
import cProfile
import fcntl
import json
import os
import pstats
import pty
import random
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

from bots.reconnecting import Closed, Facts, Happening
from p2p.analysis.live_figures import COUNTED, LiveFigures
from p2p.base.units import INSTITUTION, Instant, Seat
from p2p.information.projection import Projector
from p2p.messages import Message
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import encode
from p2p.protocol.console_frames import Console, HelpOpen, MirrorOpened, Roster, RosterRow
from p2p.protocol.frames import Fact, Welcome, feed_frame, frame, mirrored_frame
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.schedules.rationing import market_rules
from p2p.sim.simulation.simulation import Simulation
from tui.apps.console import ConsoleApp
from tui.screens.requests import MirrorRequested

SEATS = 60
FACTS_PER_S = 200
FRAMES_PER_S = 50
ROSTERS_PER_S = 2
WARM_S = 3.0
"""Imports, the first drawing, the first layouts: once in a session, and no part of the figure."""
SIZES = {"80x24": (80, 24), "120x36": (120, 36)}
TEXT = """
title = "A class of sixty"
currency = "cents"
periods = 1
period_s = 3600
no_loss = "people"
institution = {{ name = "continuous", price_min = 1, price_max = 400, terms = {{ units = "many" }} }}
environment = {{ buyers = {buyers}, sellers = {sellers} }}
"""


def scenario() -> Scenario:
    """Thirty buyers and thirty sellers with ten units each."""
    buyers = [[300 - 2 * seat - 9 * unit for unit in range(10)] for seat in range(SEATS // 2)]
    sellers = [[100 + 2 * seat + 9 * unit for unit in range(10)] for seat in range(SEATS // 2)]
    return parse(TEXT.format(buyers=buyers, sellers=sellers))


def encoded(message: Message, at: Instant) -> bytes:
    """A fact as it is fed."""
    return encode(Fact(message.directive, INSTITUTION, "agents", at, message))


def course(seconds: float) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """Frames of facts, of figures and of a seat's mirror, enough for so many seconds."""
    market = scenario()
    wanted = int(seconds * FACTS_PER_S)
    simulation, views = Simulation(market, ["zic"] * SEATS, 1), Projector(market, 1)
    live = LiveFigures(partial(market_rules, market))
    facts: list[bytes] = []
    own: list[bytes] = []
    figures: list[bytes] = []
    for _, at, events in simulation.play():
        for event in events:
            if type(event.message) in COUNTED:
                live.observe(event, at)
            shown = views.project(event)
            if shown is None:
                continue
            if shown.public is not None:
                facts.append(encoded(shown.public, len(facts) * 1_000_000 // FACTS_PER_S))
            if (message := shown.own.get(0, shown.public)) is not None:
                own.append(encoded(message, len(own) * 1_000_000 // FACTS_PER_S))
        while len(facts) > (len(figures) + 1) * FACTS_PER_S:
            figures.append(frame("figures", live.figures(0)))
        if len(facts) >= wanted:
            break
    return facts[:wanted], figures, own[:wanted]


def rosters(seconds: float) -> list[bytes]:
    """Rosters in which every row has changed."""
    draw = random.Random(1)
    made = []
    for number in range(int(seconds * ROSTERS_PER_S)):
        now = number * 1_000_000 // ROSTERS_PER_S
        rows = [changed(seat, now, draw) for seat in range(SEATS)]
        roster = Roster("bench", now, "trading", 1, 1, False, False, 3_600_000_000 - now, [], {}, rows)
        made.append(frame("roster", roster))
    return made


def changed(seat: Seat, now: Instant, draw: random.Random) -> RosterRow:
    """A row: most have just acted, one in twenty asks for help or is gone."""
    gone = draw.random() < 0.03
    asks = HelpOpen(max(0, now - 20_000_000), "what is a unit?") if draw.random() < 0.03 else None
    return RosterRow(
        seat=seat,
        card=seat + 1,
        name=f"Participant {seat + 1}",
        market=0,
        role="buyer" if seat % 2 else "seller",
        arm=None,
        stage="trading",
        holder="person",
        agent="",
        connected=not gone,
        gone_since_us=max(0, now - 9_000_000) if gone else None,
        lag_ms=10 * draw.randrange(12),
        last_action=draw.choice(("bid", "ask", "buy", "sell", "cancel")),
        last_action_us=max(0, now - draw.randrange(9_000_000)),
        earnings=draw.randrange(-50, 400),
        unpaid=0,
        help=asks,
        passed=False,
        removed=False,
        holds_up="gone" if gone else None,
    )


class FedLine:
    """A console's line that is fed with bytes, decoded by the client's own end."""

    def __init__(self, seconds: float) -> None:
        self.url, self.patience_s, self.closed = "ws://bench", 60.0, None
        self.on_console: Callable[[Console], None] = lambda told: None
        self.line = ClientProtocol("", "human")
        self.line.conducts = self.line.roster = True
        self.seconds = seconds
        self.facts, self.figures, self.own = course(seconds)
        self.rosters = rosters(seconds)
        self._mirrors = False
        self._mirrored = 0
        self._began = time.monotonic()

    closed: Closed | None

    def now(self) -> Instant:
        """The session's clock."""
        return int((time.monotonic() - self._began) * 1_000_000)

    def send(self, message: Message, meta: dict[str, int] | None = None) -> int:
        """Nothing is sent here."""
        raise NotImplementedError

    def mirror(self, seat: Seat | None = None, market: int | None = None) -> None:
        """From now on the mirror's frames come too."""
        self._mirrors = seat is not None
        if seat is not None:
            self._hand_on(frame("mirror_opened", MirrorOpened(seat, 0, public_rules(scenario(), "book"))))

    async def happenings(self) -> AsyncIterator[Happening]:
        """Everything on time, for so many seconds."""
        market = scenario()
        yield self.line._welcomed(Welcome("bench", None, "token", 0, 0, public_rules(market, "book")))
        self._began = began = time.monotonic()
        per_frame = FACTS_PER_S // FRAMES_PER_S
        for number in range(int(self.seconds * FRAMES_PER_S)):
            await asyncio.sleep(max(0.0, began + number / FRAMES_PER_S - time.monotonic()))
            first = number * per_frame
            received = self.line.received(feed_frame(first + 1, self.now(), self.facts[first : first + per_frame], []))
            assert isinstance(received, list)
            yield Facts(received, self.line.state)
            self._frames_of_the_console(number)
            if self._mirrors:
                facts = self.own[self._mirrored : self._mirrored + per_frame]
                self._hand_on(mirrored_frame(self._mirrored + 1, self.now(), facts, []))
                self._mirrored += len(facts)

    def _frames_of_the_console(self, number: int) -> None:
        if number % (FRAMES_PER_S // ROSTERS_PER_S) == 0:
            self._hand_on(self.rosters[number * ROSTERS_PER_S // FRAMES_PER_S])
        if number % FRAMES_PER_S == 10 and number // FRAMES_PER_S < len(self.figures):
            self._hand_on(self.figures[number // FRAMES_PER_S])

    def _hand_on(self, data: bytes) -> None:
        told = self.line.received(data)
        assert not isinstance(told, list | Welcome)
        self.on_console(told)  # type: ignore[arg-type]  # no fault is fed


class Measured(ConsoleApp):
    """The console, which notes what it has used between two moments."""

    def __init__(self, line: FedLine, out: Path, keys: str) -> None:
        super().__init__(line)
        self._out, self._keys = out, keys
        self._profile: cProfile.Profile | None = None
        self._from = (0.0, 0.0)
        self.drawings = 0

    def on_mount(self) -> None:
        """Measure from when it is warm."""
        self.set_timer(WARM_S, self._begin)

        if self._keys == "mirror":
            self.set_timer(WARM_S / 2, lambda: self.post_message(MirrorRequested(0)))

    def _begin(self) -> None:
        self._from = time.process_time(), time.monotonic()
        self.drawings = 0
        if self._keys == "profile":
            self._profile = cProfile.Profile()
            self._profile.enable()

    def draw(self) -> None:
        """Count the drawings."""
        self.drawings += 1
        super().draw()

    def _line_closed(self) -> None:
        cpu_s, wall_s = time.process_time() - self._from[0], time.monotonic() - self._from[1]
        if self._profile:
            self._profile.disable()
            with self._out.with_suffix(".txt").open("w") as file:
                pstats.Stats(self._profile, stream=file).sort_stats("cumulative").print_stats(70)
        self._out.write_text(json.dumps({"cpu_s": cpu_s, "wall_s": wall_s, "drawings": self.drawings}))
        super()._line_closed()


def measured(size: tuple[int, int], seconds: float, keys: str) -> dict[str, float]:
    """Run the console on a terminal of a size; what it used."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "used.json"
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        command = [sys.executable, "-m", "benchmarks.bench_console", "--child", str(out), str(seconds), keys]
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment)
        os.close(child)
        reader = threading.Thread(target=_read_all, args=(parent,), daemon=True)
        reader.start()
        process.wait()
        used: dict[str, float] = json.loads(out.read_text())
        if keys == "profile":
            print(out.with_suffix(".txt").read_text())
        return used


def _read_all(descriptor: int) -> None:
    """As a terminal does, without looking at it."""
    try:
        while os.read(descriptor, 65_536):
            pass
    except OSError:
        return


def main() -> None:
    """Each size, then what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--child", nargs=3)
    args = parser.parse_args()
    if args.child:
        out, seconds, keys = args.child
        Measured(FedLine(float(seconds) + WARM_S), Path(out), keys).run()
        return
    plans = [(name, size, "") for name, size in SIZES.items()]
    for name, size, keys in [*plans, ("mirror at 120x36", SIZES["120x36"], "mirror")]:
        used = measured(size, args.seconds, "profile" if args.profile else keys)
        share, drawn = used["cpu_s"] / used["wall_s"], used["drawings"] / used["wall_s"]
        print(f"{name}: {100 * share:.1f} % of a core, {drawn:.1f} drawings a second ({used['wall_s']:.0f} s)")


if __name__ == "__main__":
    main()
