"""Scenes of the projector: a lesson of simulated robots in each of its stages, and the reveal after it."""

from functools import cache

from msgspec.structs import replace
from textual.pilot import Pilot

from p2p.analysis.reveal import reveal
from p2p.base.units import SECOND
from p2p.messages import Lobby, Message, Paused
from p2p.protocol.frames import NumberedFact, Welcome
from p2p.protocol.reveal import Reveal
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.simulation import Simulation
from tests import ROOT
from tests.plays.tui_plays import FakeClient, told_to
from tests.plays.tui_snapshots_plays import settled
from tui.apps.watch import WatchApp
from tui.screens.reveal import RevealScreen

STAGES = ("lobby", "trading", "paused", "break", "end", "reveal")
JOIN, CODE = "ws://lab.example:8765", "K7M 4WX"


@cache
def lesson(name: str = "smith-1962-test-1", markets: int = 1) -> Scenario:
    """A shipped scenario as a lesson."""
    scenario = parse((ROOT / "scenarios" / f"{name}.toml").read_text())
    return replace(scenario, purpose="teaching", markets=markets)


@cache
def revealed(scenario: Scenario, seed: int = 1) -> Reveal:
    """The reveal of the session that `told_to` tells of."""
    played = Simulation(scenario, ["zic"] * scenario.seats, seed).play()
    return reveal(scenario, seed, ((at, event) for _, at, events in played for event in events))


class StillWatch(WatchApp):
    """Draws when it is told to, so that every picture is of the same moment."""

    def refresh_if_changed(self) -> None:
        """Nothing by the clock."""


class Wall:
    """A projector before a lesson, at a stage of it."""

    def __init__(
        self,
        stage: str,
        scenario: Scenario | None = None,
        light: bool = False,
        code: str = "",
        market: int | None = None,
    ) -> None:
        self.stage, self.scenario, self.market = stage, scenario or lesson(), market
        self.client = FakeClient(self.scenario)
        self.app = StillWatch(self.client, light, JOIN, code)

    async def play(self, pilot: Pilot[object]) -> None:
        """Tell the app all up to the stage."""
        told, now = self._told()
        self.client.clock = now
        rules = public_rules(self.scenario, market=self.market)
        self.client.queue.put_nowait(Welcome("session", None, "", 0, 0, rules))
        self.client.feed(told)
        await settled(pilot, self.app)
        if self.stage in ("end", "reveal") and self.scenario.reveals:
            self.app.take_reveal(revealed(self.scenario))
            await settled(pilot, self.app)
        if self.stage == "reveal":
            await pilot.press("s")
            assert isinstance(self.app.screen, RevealScreen)
            await settled(pilot, self.app)
            await pilot.pause()

    def _told(self) -> tuple[list[NumberedFact], int]:
        told = told_to(None, self.scenario)
        starts = [one.at for one in told if one.message.directive == "start_round"]
        ends = [one.at for one in told if one.message.directive == "end_round"]
        match self.stage:
            case "lobby":
                return self._facts(Lobby(12, self.scenario.seats)), 0
            case "trading":
                now = starts[1] + round(0.7 * self.scenario.period_s * SECOND)
            case "paused":
                now = starts[1] + round(0.7 * self.scenario.period_s * SECOND)
                facts = [one for one in told if one.at <= now]
                left = starts[1] + round(self.scenario.period_s * SECOND) - now
                return [*facts, NumberedFact(len(facts) + 1, now, Paused(left))], now + 5 * SECOND
            case "break":
                now = ends[0] + 3 * SECOND
            case _:
                return told, told[-1].at
        return [one for one in told if one.at <= now], now

    def _facts(self, *messages: Message) -> list[NumberedFact]:
        return [NumberedFact(number, 0, message) for number, message in enumerate(messages, 1)]
