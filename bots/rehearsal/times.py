"""How long people take: the minutes that a session needs, from its scenario's lengths and the pace of reading."""

from dataclasses import dataclass

from p2p.scenario.schema import Scenario
from p2p.scenario.stages import (
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

WORDS_PER_MIN = 150.0
"""Slow reading of instructions: a stage waits for the last one. Adults read 240 words of prose (Brysbaert 2019)."""
QUESTION_S, WRITING_S, POINT_S = 45.0, 60.0, 12.0
"""Seconds for a control question with its explanation, for an answer in words, and for any other."""
JOIN_S, EARNINGS_S, BETWEEN_S = 180.0, 120.0, 10.0
"""Seconds until all have joined, for the earnings, and from one stage to the next."""


@dataclass(frozen=True)
class StageTime:
    """The minutes of one stage."""

    kind: str
    title: str
    minutes: float


def reading_s(text: str) -> float:
    """Seconds of reading a text."""
    return len(text.split()) / WORDS_PER_MIN * 60


def question_s(question: Question) -> float:
    """Seconds of answering a question."""
    if question.answer is not None:
        return QUESTION_S
    return WRITING_S if question.kind == "text" else POINT_S


def said_s(stage: Stage, read: int) -> float:
    """Seconds of a person until they say the next thing in a stage without trade, of which they have read so much."""
    match stage:
        case Consent(text=text):
            return reading_s(text)
        case Reading(pages=pages) | Debrief(pages=pages):
            return reading_s(pages[min(read, len(pages) - 1)])
        case Questions(questions=questions) | Questionnaire(questions=questions):
            return max(map(question_s, questions))
        case _:
            return POINT_S


def stage_s(stage: Stage) -> float:
    """Seconds of a stage at true speed."""
    if stage.length_us is not None and stage.length_s is not None:
        return stage.length_s
    match stage:
        case Consent(text=text):
            return reading_s(text)
        case Reading(pages=pages) | Debrief(pages=pages):
            return sum(map(reading_s, pages))
        case Questions(questions=questions) | Questionnaire(questions=questions):
            for_role = (sum(question_s(questions[n]) for n in stage.asked(role)) for role in ("buyer", "seller"))
            return max(for_role)
        case Practice() | Trade():
            return stage.periods * (stage.period_s + stage.break_s)
        case Earnings():
            return EARNINGS_S


def stage_times(scenario: Scenario) -> list[StageTime]:
    """Joining and each stage; of a scenario without stages joining and trade."""
    times = [StageTime("join", "", JOIN_S / 60)]
    for stage in scenario.stage:
        kind = str(stage.__struct_config__.tag)
        times.append(StageTime(kind, stage.title, round((stage_s(stage) + BETWEEN_S) / 60, 2)))
    if not scenario.stage:
        controls = [scenario.controls(period) for period in range(1, scenario.periods + 1)]
        seconds = sum(one.period_s + one.break_s for one in controls)
        times.append(StageTime("trade", "", round(seconds / 60, 2)))
    return times
