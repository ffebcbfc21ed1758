"""The words of a person of a rehearsal in a stage without trade: agreement, pages, right and wrong answers."""

from collections.abc import Collection
from random import Random

from bots.rehearsal.parts import Kind
from p2p.messages import Agree, Message, Progress, Respond, TurnPage
from p2p.scenario.stages import Consent, Debrief, Earnings, Question, Questionnaire, Questions, Reading, Stage

AGREE_SHARE = 0.7
"""The share of people who let their data be used, where that is asked."""
WORDS = "I waited for a price that I liked."
"""An answer in words."""


def next_said(
    stages: tuple[Stage, ...], at: Progress, kind: Kind, wrong: Collection[int], spent: Collection[int], rng: Random
) -> Message | None:
    """The next message of a person who is so far; None where there is nothing to say.

    `wrong`: questions that they have answered wrong; `spent`: those without a try left.
    """
    if at.done or at.left or not 0 <= at.stage < len(stages):
        return None
    stage = stages[at.stage]
    match stage:
        case Consent():
            yes = kind != "declines"
            return Agree(at.stage, yes, yes and stage.data_use and rng.random() < AGREE_SHARE)
        case Reading() | Debrief() | Earnings():
            return TurnPage(at.stage, at.read + 1)
        case Questions() | Questionnaire():
            due = [number for number in at.asked if number not in at.settled]
            if not due or (due[0] in spent and kind == "stuck"):
                return None
            errs = (kind == "stuck" and due[0] == at.asked[0]) or (kind == "errs" and due[0] not in wrong)
            return answer(stage.questions[due[0]], at.stage, due[0], errs, rng)
        case _:  # trade is the agent's
            return None


def answer(question: Question, stage: int, number: int, errs: bool, rng: Random) -> Respond:
    """An answer to a question: the right one, or a wrong one; any, where none is right."""
    said = _number(question, errs, rng)
    return Respond(stage, number, said) if question.kind != "text" else Respond(stage, number, text=WORDS)


def _number(question: Question, errs: bool, rng: Random) -> float:
    right = question.answer
    match question.kind:
        case "choice":
            count = len(question.options)
            if right is None:
                return rng.randrange(count)
            return (question.options.index(str(right)) + errs) % count
        case "likert":
            return rng.randint(1, question.points)
        case "number" if isinstance(right, float | int):
            higher = question.high is None or right + 1 <= question.high
            return right + (1 if higher else -1) * errs
        case _:
            return question.low if question.low is not None else min(0.0, question.high or 0.0)
