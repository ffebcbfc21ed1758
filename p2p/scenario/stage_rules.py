"""A scenario's stages: their contradictions, the periods that follow from them, and their form on screens."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from p2p.base.units import Role
from p2p.scenario.prosumer_schema import Prosumers
from p2p.scenario.schema import InducedValues, Scenario
from p2p.scenario.stages import (
    STAGE_KINDS,
    Advance,
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

ALL_SAID = ("participant", "other student", "people in this room")
"""Words for all traders that are false where robots may sit."""


class QuestionShown(msgspec.Struct, frozen=True):
    """A question as people are shown it: without its right answer, which the server keeps."""

    ask: str
    kind: str
    options: tuple[str, ...] = ()
    points: int = 7
    low: float | None = None
    high: float | None = None
    role: Role | None = None


class StageShown(msgspec.Struct, frozen=True):
    """A stage as people are shown it. `pages` are in Markdown; a consent form is one page."""

    kind: str
    title: str = ""
    advance: Advance = "all"
    pages: tuple[str, ...] = ()
    data_use: bool = False
    questions: tuple[QuestionShown, ...] = ()
    tries: int | None = None
    at_cap: AtCap = "help"
    periods: int = 0


def shown(stage: Stage) -> StageShown:
    """The form of a stage on people's screens."""
    common = StageShown(str(stage.__struct_config__.tag), stage.title, stage.advance)
    match stage:
        case Consent():
            return replace(common, pages=(stage.text,), data_use=stage.data_use)
        case Reading() | Debrief():
            return replace(common, pages=stage.pages)
        case Questions():
            return replace(
                common, questions=tuple(map(_shown_question, stage.questions)), tries=stage.tries, at_cap=stage.at_cap
            )
        case Questionnaire():
            return replace(common, questions=tuple(map(_shown_question, stage.questions)))
        case Practice() | Trade():
            return replace(common, periods=stage.periods)
        case _:  # earnings: its figures come when they are known
            return common


def _shown_question(question: Question) -> QuestionShown:
    kept = {key: getattr(question, key) for key in QuestionShown.__struct_fields__}
    return QuestionShown(**kept)


def periods_of_stages(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Fill in a file's periods and their lengths from its stages; the keys that contradict them, with the fault."""
    stages = data.get("stage")
    if not isinstance(stages, list) or not stages or not all(isinstance(one, dict) for one in stages):
        return []
    twice = [key for key in ("periods", "period_s", "break_s") if key in data]
    if twice:
        return [(twice[0], "is said by the [[stage]] of kind trade; say it there alone")]
    for number, one in enumerate(stages):
        if one.get("kind") not in STAGE_KINDS:
            said = f"there is no '{one['kind']}'" if "kind" in one else "this key is missing"
            return [(f"stage[{number}].kind", f"{said}; there are {', '.join(STAGE_KINDS)}")]
    trades = [one for one in stages if one.get("kind") == "trade"]
    if not trades:
        return [("stage", "has no stage of kind 'trade': nobody would trade")]
    periods = [one.get("periods", 1) for one in trades]
    data["periods"] = sum(one for one in periods if isinstance(one, int))
    data["period_s"] = trades[0].get("period_s", Trade().period_s)
    data["break_s"] = trades[0].get("break_s", Trade().break_s)
    return []


def stages_wrong(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """The faults of stages that are each of the right shape."""
    for number, stage in enumerate(scenario.stage):
        for key, why in _stage_wrong(scenario, stage):
            yield f"stage[{number}]{key}", why
    yield from _base_pay_wrong(scenario)
    kinds = [type(one) for one in scenario.stage]
    if Consent in kinds and kinds.index(Consent) > 0:
        yield f"stage[{kinds.index(Consent)}].kind", "consent comes first: nothing of a person is kept before it"
    elif kinds.count(Consent) > 1:
        second = kinds.index(Consent, 1)
        yield f"stage[{second}].kind", "consent is asked once: a person who declines later would lose what they earned"
    if scenario.payment is not None and Earnings in kinds and Trade in kinds[kinds.index(Earnings) :]:
        yield f"stage[{kinds.index(Earnings)}].kind", "earnings come after the last trade: they are told once"


def _stage_wrong(scenario: Scenario, stage: Stage) -> Iterator[tuple[str, str]]:
    if stage.trades and stage.advance != "all":
        yield ".advance", "cannot be said of trade, which is over with its last period"
    if (stage.advance == "clock") != (stage.length_s is not None):
        yield ".length_s", "goes with advance = 'clock', and that with it"
    match stage:
        case Questions():
            yield from _questions_wrong(stage.questions, control=True)
            yield from _roles_wrong(scenario, stage.questions)
        case Questionnaire():
            yield from _questions_wrong(stage.questions, control=False)
        case Practice():
            yield from _practice_wrong(scenario, stage)
        case _:  # the others have texts or nothing
            pass
    if scenario.disclosure != "not_mentioned":
        return
    for text in _texts(stage):
        said = next((word for word in ALL_SAID if word in text.lower()), None)
        if said:
            yield "", f"says '{said}' of all traders where robots may sit and are not mentioned"


def _texts(stage: Stage) -> tuple[str, ...]:
    match stage:
        case Consent():
            return (stage.text,)
        case Reading() | Debrief():
            return stage.pages
        case _:
            return ()


def _questions_wrong(questions: tuple[Question, ...], control: bool) -> Iterator[tuple[str, str]]:
    if not questions:
        yield ".questions", "is empty: a stage of questions asks one at least"
    for number, one in enumerate(questions):
        for key, why in _question_wrong(one, control):
            yield f".questions[{number}].{key}", why


def _roles_wrong(scenario: Scenario, questions: tuple[Question, ...]) -> Iterator[tuple[str, str]]:
    table = scenario.environment
    if isinstance(table, InducedValues) and table.rotate == "roles":
        for number, one in enumerate(questions):
            if one.role is not None:
                yield f".questions[{number}].role", "cannot be said where roles rotate: everybody has both"


def _question_wrong(one: Question, control: bool) -> Iterator[tuple[str, str]]:
    if one.kind == "choice" and len(set(one.options)) != max(2, len(one.options)):
        yield "options", "are two at least, each once"
    if one.kind == "likert" and len(one.options) not in (0, 2):
        yield "options", "of a likert scale are its two ends, or none"
    if not control:
        if one.answer is not None:
            yield "answer", "is for control questions; a questionnaire has no right answers"
        return
    if one.answer is None:
        yield "answer", "is needed: a control question has a right answer"
    elif one.kind not in ("choice", "number"):
        yield "kind", "cannot be right or wrong: a control question is a choice or a number"
    elif one.kind == "choice" and one.answer not in one.options:
        yield "answer", f"'{one.answer}' is none of the options"
    elif one.kind == "number" and not isinstance(one.answer, float | int):
        yield "answer", "is a number here"
    elif one.kind == "number" and not _within(one):
        yield "answer", "is not within low and high"


def _base_pay_wrong(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """The faults of control questions that decide who trades: there is a base, and nothing has been earned before."""
    traded = False
    for number, stage in enumerate(scenario.stage):
        traded |= isinstance(stage, Trade)
        if not isinstance(stage, Questions) or stage.at_cap != "base_pay":
            continue
        if scenario.payment is None or not scenario.payment.base:
            yield f"stage[{number}].at_cap", "is 'base_pay', and there is no base in [payment]; set it, or say 'flag'"
        if traded:
            yield f"stage[{number}].at_cap", "cannot be 'base_pay' behind trade: people would lose what they earned"


def _within(one: Question) -> bool:
    assert isinstance(one.answer, float | int), "asked before"
    return (one.low is None or one.answer >= one.low) and (one.high is None or one.answer <= one.high)


def _practice_wrong(scenario: Scenario, stage: Practice) -> Iterator[tuple[str, str]]:
    table = scenario.environment
    for side in ("buyers", "sellers"):
        traders = getattr(stage, side)
        if traders is None:
            continue
        if not isinstance(table, InducedValues):
            yield f".{side}", f"cannot be said here: the environment is '{table.name}', which makes its own"
        elif len(traders) != len(getattr(table, side)):
            yield f".{side}", f"has {len(traders)} lists, and the environment has {len(getattr(table, side))} {side}"
    if isinstance(table, InducedValues) and stage.buyers is None and stage.sellers is None:
        yield ".buyers", "or sellers are needed: practice has schedules unrelated to those that count"
    if isinstance(table, Prosumers) and table.interval_min * stage.periods > 24 * 60:
        yield ".periods", "are more than a day"


def with_stage_lengths(
    scenario: Scenario, period_s: float | None, break_s: float | None, periods: int | None
) -> Scenario:
    """The scenario with other lengths in each practice and trade stage; `periods` caps each of them."""
    changed: list[Stage] = []
    for stage in scenario.stage:
        if isinstance(stage, Practice | Trade):
            named = {"period_s": period_s, "break_s": break_s}
            said: dict[str, Any] = {key: value for key, value in named.items() if value is not None}
            said |= {} if break_s is None else {"preview_s": min(break_s, stage.preview_s)}
            said |= {} if periods is None else {"periods": min(periods, stage.periods)}
            changed.append(replace(stage, **said))
        else:
            changed.append(stage)
    trades = [one for one in changed if isinstance(one, Trade)]
    whole = sum(one.periods for one in trades)
    return replace(
        scenario, stage=tuple(changed), periods=whole, period_s=trades[0].period_s, break_s=trades[0].break_s
    )
