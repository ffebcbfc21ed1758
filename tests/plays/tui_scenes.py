"""Scenes of the terminal's screens: each institution in each phase, from simulated sessions, for pictures of all."""

from dataclasses import dataclass, field
from functools import cache

from textual.pilot import Pilot

from p2p.base.units import SECOND, Seat
from p2p.messages import Announced, Lobby, Message, Paused
from p2p.protocol.frames import NumberedFact
from p2p.scenario.parsing import parse
from p2p.scenario.schema import Scenario
from tests import ROOT
from tests.plays.tui_plays import FakeClient, market, seat_of, told_to
from tests.plays.tui_snapshots_plays import settled
from tui.apps.base import LabApp
from tui.apps.trade import TradeApp


def shipped(name: str) -> Scenario:
    return parse((ROOT / "scenarios" / f"{name}.toml").read_text())


SCENARIOS = {
    "standing": lambda: shipped("smith-1962-test-1"),
    "book": lambda: shipped("open-book"),
    "best": lambda: market("continuous", "ticker"),
    "call": lambda: shipped("call-market"),
    "hidden-call": lambda: market("call", "quotes", call=", call = { calls = 2 }"),
    "posted": lambda: shipped("posted-offer"),
    "energy": lambda: shipped("energy-day"),
    "energy-call": lambda: shipped("energy-day-call-cap"),
}
"""An institution, with what it shows, to a market that has it."""
PHASES = ("lobby", "trading", "paused", "break", "results", "info")


@dataclass(frozen=True)
class Scene:
    """A screen at an instant: whose, of which market, in which phase, after which keys."""

    scenario: str
    phase: str
    role: str = "buyer"
    keys: tuple[str, ...] = ()
    late: float = 0.7
    """How far into its period a screen is that shows trade."""
    more: tuple[Message, ...] = field(default=())

    @property
    def name(self) -> str:
        """Its name, as of a test."""
        return f"{self.scenario}-{self.phase}-{self.role}"


class StillApp(TradeApp):
    """Draws when it is told to, so that every picture is of the same moment."""

    def refresh_if_changed(self) -> None:
        """Nothing by the clock."""


@cache
def told(name: str, seat: Seat) -> tuple[NumberedFact, ...]:
    """What a seat is told in a simulated session: one session for all its scenes."""
    return tuple(told_to(seat, SCENARIOS[name]()))


def facts_of(scene: Scene, scenario: Scenario, seat: Seat) -> tuple[list[NumberedFact], int]:
    """What the seat is told until then, and the instant."""
    facts = list(told(scene.scenario, seat))
    period_us, break_us = scenario.period_s * SECOND, scenario.break_s * SECOND
    number = min(2, scenario.periods - 1)
    starts = [one.at for one in facts if one.message.directive == "start_round"]
    ends = [one.at for one in facts if one.message.directive == "end_round"]
    match scene.phase:
        case "lobby":
            at = max(0, starts[0] - 1)
            facts = [NumberedFact(1, 0, Lobby(scenario.seats // 2, scenario.seats))]
        case "trading" | "paused" | "info":
            at = int(starts[number - 1] + scene.late * period_us)
        case "break":
            at = int(ends[number - 1] + 0.4 * break_us)
        case _:
            at = facts[-1].at
    facts = [one for one in facts if one.at <= at]
    more: list[Message] = list(scene.more)
    if scene.phase == "paused":
        more.append(Paused(round((1 - scene.late) * period_us)))
        more.append(Announced("", "Please look at the screen in front; we go on in a minute."))
    facts += [NumberedFact(facts[-1].number + index, at, message) for index, message in enumerate(more, 1)]
    return facts, at


def played(scene: Scene) -> tuple[TradeApp, "Play"]:
    """The terminal of a scene, and the play that brings it there."""
    scenario = SCENARIOS[scene.scenario]()
    seat = 0 if scenario.energy else seat_of(scenario, scene.role)
    line = FakeClient(scenario, seat)
    facts, at = facts_of(scene, scenario, seat)
    app = StillApp(line)
    keys = ("i",) if scene.phase == "info" else scene.keys
    return app, Play(app, line, facts, at, keys)


@dataclass(frozen=True)
class Play:
    """Feeds the line, presses the keys, waits until it is drawn."""

    app: LabApp
    line: FakeClient
    told: list[NumberedFact]
    at: int
    keys: tuple[str, ...]

    async def __call__(self, pilot: Pilot[object]) -> None:
        self.line.welcome()
        self.line.feed(self.told)
        self.line.clock = self.at
        await settled(pilot, self.app)
        await pilot.press(*self.keys)
        await settled(pilot, self.app)


SCENES = [
    *(Scene(name, phase) for name in SCENARIOS for phase in PHASES if (name, phase) != ("best", "lobby")),
    Scene("standing", "trading", "seller"),
    Scene("posted", "trading", "seller", late=0.1),
    Scene("book", "trading", "seller"),
    Scene("call", "trading", "seller"),
]
