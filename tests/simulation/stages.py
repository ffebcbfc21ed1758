"""A session of stages in a simulated lab: people agree, decline, read, answer, withdraw; an experimenter moves them on.

Most of what they say fits where they are. The rest is late, twice or for another stage: a refusal, and nothing is lost.
"""

from dataclasses import dataclass

import msgspec

from p2p.base.units import SECOND
from p2p.messages import (
    AdvanceStage,
    Agree,
    Extend,
    Message,
    PaidPeriod,
    Pause,
    Progress,
    Respond,
    Resume,
    Start,
    TurnPage,
    Withdraw,
)
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault
from p2p.scenario.parsing import checked
from p2p.scenario.payment import Payment
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import (
    AtCap,
    Consent,
    Debrief,
    Earnings,
    Practice,
    Question,
    Questionnaire,
    Questions,
    Reading,
    Stage,
    Trade,
)
from tests.simulation.client import Client
from tests.simulation.seats import PLAIN

EXPLAINED, SAID = "one and one are two", "a word of a person"
"""An explanation, which is told after an answer, and the words of a free one, which are told to nobody."""
_RIGHT = Question("1 + 1?", "number", low=0, high=9, answer=2.0, explanation=EXPLAINED)
AT_CAP: tuple[AtCap, ...] = ("help", "flag", "base_pay")
_WORDS = Question("Why?", "text")
_CHOICE = Question("Which?", options=("a", "b"))


def _stages(seed: int) -> tuple[Stage, ...]:
    """All kinds; the clock, the experimenter and all decide by turns."""
    by_clock = Reading(pages=("One.", "Two.", "Three."), advance="clock", length_s=1.5)
    return (
        Consent(text="You may stop.", data_use=True),
        by_clock if seed % 2 else Reading(pages=("One.", "Two.")),
        Questions(questions=(_RIGHT, _RIGHT), tries=2, at_cap=AT_CAP[seed % 3]),
        Practice(periods=1 + seed % 2, period_s=1.5, break_s=0.5, buyers=((90, 80), (85,)), sellers=((10, 20), (15,))),
        Trade(periods=2, period_s=2.0, break_s=0.5),
        Trade(periods=1, period_s=2.0, break_s=0.5),
        Questionnaire(questions=(_WORDS, _CHOICE)),
        Debrief(pages=("It was a market.",)),
        Earnings(),
    )


def staged(seed: int) -> Scenario:
    """The lab's small market with all stages, before and after and between its periods."""
    stages = _stages(seed)
    table = PLAIN.environment
    sides = {"buyers": len(table.buyers), "sellers": len(table.sellers)}  # type: ignore[union-attr]
    practice = stages[3]
    assert isinstance(practice, Practice)
    rows = {side: (((90, 80),) if side == "buyers" else ((10, 20),)) * count for side, count in sides.items()}
    stages = (*stages[:3], msgspec.structs.replace(practice, **rows), *stages[4:])
    lengths = {"periods": 3, "period_s": 2.0, "break_s": 0.5}
    return checked(msgspec.structs.replace(PLAIN, stage=stages, payment=_pay(seed), **lengths))


def _pay(seed: int) -> Payment:
    """The sum, or one period that the server draws or the experimenter types, by turns."""
    one = {} if seed % 4 < 2 else {"paid": "one period", "draw": ("server", "experimenter")[seed % 2]}
    return msgspec.convert({"rate": 0.05, "currency": "EUR", "fee": 5.0, "base": 2.0, "floor": -1.0, **one}, Payment)


@dataclass
class Student(Client):
    """A person with a seat: three messages of four are the next thing in their stage."""

    def _take_device(self) -> None:
        self.line = ClientProtocol(self.name, "human")
        self.line.keeps_state = False

    def _is_wrong(self, fault: Fault) -> None:
        """One who has left is shown the door, and stays away."""
        if fault.code == "removed":
            self.done = True
        else:
            super()._is_wrong(fault)

    def _word(self) -> Message:
        chance = self.rng.random()
        at = next((one.message for one in reversed(self.told) if isinstance(one.message, Progress)), None)
        if at is None or at.stage < 0 or chance > 0.75:
            return self._anything() if chance < 0.9 else super()._word()
        return self._next(at)

    def _next(self, at: Progress) -> Message:
        kind = self.rng.random()
        due = [number for number in at.asked if number not in at.settled]
        if due:
            return self._answer(at.stage, due[0])
        if at.stage == 0:
            return Agree(0, kind > 0.1, kind > 0.5)
        return TurnPage(at.stage, at.read + 1) if at.read < 49 else super()._word()

    def _answer(self, stage: int, question: int) -> Respond:
        if stage == 6 and question == 0:
            return Respond(stage, question, text=f"{SAID} {self.rng.randrange(9)}")
        return Respond(stage, question, float(self.rng.choice((0, 1, 2, 2, 2))))

    def _anything(self) -> Message:
        stage = self.rng.randrange(9)
        other = (TurnPage(stage, 1), Agree(stage, True), Respond(stage, 0, 1.0), Respond(stage, 0, text="late"))
        return Withdraw() if self.rng.random() < 0.02 else self.rng.choice(other)


@dataclass
class StageExperimenter(Client):
    """Starts, pauses, resumes, and moves one person or all of them on."""

    def _word(self) -> Message:
        acts = (Start(), Resume(), AdvanceStage(), AdvanceStage(self.rng.randrange(2)), Pause(), Extend(SECOND // 2))
        if self.rng.random() < 0.1:
            return PaidPeriod(self.rng.randrange(1, 5))
        return self.rng.choices(acts, (10, 10, 2, 3, 1, 1))[0]
