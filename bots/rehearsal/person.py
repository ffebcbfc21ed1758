"""A person of a rehearsal: a robot's trading on a person's connection, and their way through the stages."""

import asyncio
import time
from dataclasses import dataclass

from bots.client import Client
from bots.rehearsal.answers import next_said
from bots.rehearsal.parts import Part
from bots.rehearsal.times import said_s
from bots.robots.robot import Robot
from p2p.base.rng import stream
from p2p.base.units import Controller
from p2p.messages import Accepted, Message, Progress, Refused, Responded, StageBegan
from p2p.protocol.frames import NumberedFact, Welcome
from p2p.scenario.reaction_times import parse_reaction
from p2p.scenario.stages import Stage

AGENT = "zic"
"""The agent that trades for a person: it plays in every institution, and knows its values alone."""
PATIENCE_S = 60.0
"""How long a person tries to come back: longer than a server needs to be started again."""


@dataclass(frozen=True)
class Pace:
    """How fast people are: seconds between two looks at the market, and how many times faster than people all is."""

    look_s: float
    speed: float

    def wait_s(self, stages: tuple[Stage, ...], at: Progress) -> float:
        """Seconds until a person says the next thing in a stage without trade."""
        return said_s(stages[at.stage], at.read) / self.speed


class TimedClient(Client):
    """A client that knows when each of its messages was said."""

    def __init__(self, url: str, code: str, controller: Controller, name: str, patience_s: float) -> None:
        super().__init__(url, code, controller, name, patience_s)
        self.said_at: dict[int, float] = {}

    def send(self, message: Message, meta: dict[str, int] | None = None) -> int:
        """Send a message, and note when."""
        token = super().send(message, None)  # people's terminals send no computing times
        self.said_at[token] = time.perf_counter()
        return token


class Person(Robot):
    """Plays a part to the end. `accepted` has the tokens that the server has acknowledged: none of them may be lost."""

    client: TimedClient

    def __init__(self, url: str, code: str, part: Part, stages: tuple[Stage, ...], pace: Pace, seed: int) -> None:
        super().__init__(url, code, AGENT, PATIENCE_S)
        self.client = TimedClient(url, code, "human", f"Person {part.number + 1}", PATIENCE_S)
        self.part, self.stages, self.pace = part, stages, pace
        self.accepted: list[int] = []
        self.times_ms: list[float] = []
        self.wrong: set[int] = set()
        self.spent: set[int] = set()
        self.mistakes = self.returns = 0
        self._own = stream(seed, "rehearsal", part.number)
        self._says: asyncio.TimerHandle | None = None

    @property
    def seat(self) -> int | None:
        """Their seat; None before they have one."""
        return self.client.line.welcome.seat if self.client.line.welcome else None

    async def run(self) -> Client:
        """Play to the end, or until somebody cancels it; it may be run again then, and comes back to its seat."""
        self.returns += self.knowledge is not None
        try:
            return await super().run()
        finally:
            self._hush()

    def _seated(self, welcome: Welcome) -> bool:
        if not super()._seated(welcome):
            return False
        self.reaction = parse_reaction("exponential", max(0.01, self.pace.look_s / self.pace.speed))
        self._rng = self._own
        return True

    def _hear(self, told: list[NumberedFact]) -> None:
        super()._hear(told)
        for one in told:
            self._note(one.message)
        if self._says is None and self._due() is not None:
            assert self.knowledge is not None
            assert self.knowledge.progress is not None, "something is due in a stage"
            wait_s = self.pace.wait_s(self.stages, self.knowledge.progress) * self._own.uniform(0.5, 1.0)
            self._says = asyncio.get_running_loop().call_later(wait_s, self._say)

    def _note(self, message: Message) -> None:
        match message:
            case Accepted(token=token) | Refused(token=token):
                if isinstance(message, Accepted):
                    self.accepted.append(token)
                if token in self.client.said_at:
                    self.times_ms.append((time.perf_counter() - self.client.said_at.pop(token)) * 1e3)
            case Responded(question=number, right=False, tries_left=left):
                self.mistakes += 1
                self.wrong.add(number)
                if left == 0:
                    self.spent.add(number)
            case StageBegan():
                self.wrong, self.spent = set(), set()
                self._hush()
            case _:  # the agent's
                pass

    def _due(self) -> Message | None:
        """What is to be said next in the stage; None where an answer is still to come."""
        if self.knowledge is None or self.knowledge.progress is None or self.client.line.pending:
            return None
        return next_said(self.stages, self.knowledge.progress, self.part.kind, self.wrong, self.spent, self._own)

    def _say(self) -> None:
        self._says = None
        due = self._due()
        if due is not None and self.client.connected:
            self.client.send(due)

    def _hush(self) -> None:
        if self._says:
            self._says.cancel()
            self._says = None
