"""[[stage]]: the stages of a session, each a table of its own kind."""

from typing import Annotated, ClassVar, Literal, TypeAlias, get_args

import msgspec
from msgspec import Meta

from p2p.base.units import SECOND, Duration, Role
from p2p.scenario.overrides import Schedules

PAGE_MAX = 20_000
"""Characters of a page: about as many as a person reads at once."""
PAGES_MAX = 50
"""Pages of a stage: more than an hour of reading."""
QUESTIONS_MAX = 100
"""Questions of a stage, as many as a long questionnaire has."""
STAGES_MAX = 50
"""Stages of a session: an hour has about ten."""
OPTIONS_MAX = 20
"""Options of a choice: as many as fit a screen."""
TRIES_MAX = 100
"""Tries at a question, far above any that is used."""
ANSWER_MAX = 2_000
"""Characters of a free text: a paragraph or two."""

_Label = Annotated[str, Meta(min_length=1, max_length=200)]
_Page = Annotated[str, Meta(min_length=1, max_length=PAGE_MAX)]
_Pages = Annotated[tuple[_Page, ...], Meta(min_length=1, max_length=PAGES_MAX)]
_Seconds = Annotated[float, Meta(ge=0.001, le=86_400)]
_Value = Annotated[float, Meta(ge=-1e12, le=1e12)]
Advance: TypeAlias = Literal["all", "clock", "experimenter"]
AtCap: TypeAlias = Literal["help", "flag", "base_pay"]


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """[[stage.questions]]: one question. With a right answer it is a control question."""

    ask: Annotated[str, Meta(min_length=1, max_length=2_000)]
    """The question."""
    kind: Literal["choice", "number", "text", "likert"] = "choice"
    """How it is answered: one of `options`, a number, words, or a point of a scale."""
    options: Annotated[tuple[_Label, ...], Meta(max_length=OPTIONS_MAX)] = ()
    """The options of a choice; of a likert scale its two ends."""
    points: Annotated[int, Meta(ge=2, le=11)] = 7
    """The points of a likert scale."""
    low: _Value | None = None
    """The lowest number that may be given."""
    high: _Value | None = None
    """The highest number that may be given."""
    answer: _Value | str | None = None
    """The right answer: a number, or an option as it is written."""
    explanation: Annotated[str, Meta(max_length=2_000)] = ""
    """Shown after a wrong answer, and after the right one."""
    role: Role | None = None
    """The role that is asked; without it all are asked. A question for buyers has its mirror for sellers beside it."""


class StageTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    """The keys that all stages have."""

    trades: ClassVar[bool] = False
    """Whether there is trade in it."""
    reads: ClassVar[bool] = False
    """Whether it has pages to read."""
    title: Annotated[str, Meta(max_length=80)] = ""
    """Its heading on the screen."""
    advance: Advance = "all"
    """When the session goes on: as soon as `all` present people are done, by the `clock`, or as the `experimenter`
    says."""
    length_s: _Seconds | None = None
    """Seconds of a stage that goes on by the clock."""

    @property
    def length_us(self) -> Duration | None:
        """The same in microseconds; None where no clock runs."""
        return None if self.length_s is None or self.advance != "clock" else round(self.length_s * SECOND)

    def asked(self, role: Role | None) -> tuple[int, ...]:
        """The numbers of the questions that a role is asked."""
        return ()


class Consent(StageTable, frozen=True, kw_only=True, tag="consent"):
    """[[stage]] of kind `consent`: each person agrees or declines, before anything else of theirs is kept."""

    text: _Page
    """The form, in Markdown."""
    data_use: bool = False
    """Whether people are asked, apart from taking part, if their data may be used."""


class Reading(StageTable, frozen=True, kw_only=True, tag="text"):
    """[[stage]] of kind `text`: pages to read."""

    reads: ClassVar[bool] = True
    pages: _Pages
    """The pages, in Markdown."""


class Questions(StageTable, frozen=True, kw_only=True, tag="questions"):
    """[[stage]] of kind `questions`: control questions."""

    questions: Annotated[tuple[Question, ...], Meta(max_length=QUESTIONS_MAX)]
    """The questions, each with its right answer."""
    tries: Annotated[int, Meta(ge=1, le=TRIES_MAX)] = 3
    """Tries at each question."""
    at_cap: AtCap = "help"
    """After the last try: the person waits for `advance`, or goes on, marked. With `base_pay` they are
    out of trade, and are paid fee and base; all are told so beforehand."""

    def asked(self, role: Role | None) -> tuple[int, ...]:
        """The questions for all, and those for the role; before roles are dealt, those for all."""
        return _asked(self.questions, role)


class Practice(StageTable, frozen=True, kw_only=True, tag="practice"):
    """[[stage]] of kind `practice`: periods that do not count, with schedules of their own."""

    trades: ClassVar[bool] = True
    periods: Annotated[int, Meta(ge=1, le=1_000)] = 1
    """How many practice periods."""
    period_s: _Seconds = 60.0
    """Seconds of each."""
    break_s: Annotated[float, Meta(ge=0, le=86_400)] = 5.0
    """Seconds between two of them."""
    preview_s: Annotated[float, Meta(ge=0, le=86_400)] = 0.0
    """Seconds for which each sees their own units before a period opens, after the break."""
    buyers: Schedules | None = None
    """For each buyer the value of each unit, unrelated to those that count."""
    sellers: Schedules | None = None
    """For each seller the cost of each unit, likewise."""

    @property
    def preview_us(self) -> Duration:
        """The preview in microseconds."""
        return round(self.preview_s * SECOND)


class Trade(StageTable, frozen=True, kw_only=True, tag="trade"):
    """[[stage]] of kind `trade`: periods that count."""

    trades: ClassVar[bool] = True
    periods: Annotated[int, Meta(ge=1, le=1_000)] = 1
    """How many periods. Those of several such stages are counted on."""
    period_s: _Seconds = 60.0
    """Seconds of each."""
    break_s: Annotated[float, Meta(ge=0, le=86_400)] = 5.0
    """Seconds between two of them."""
    preview_s: Annotated[float, Meta(ge=0, le=86_400)] = 0.0
    """Seconds for which each sees their own units before a period opens, after the break."""

    @property
    def preview_us(self) -> Duration:
        """The preview in microseconds."""
        return round(self.preview_s * SECOND)


class Questionnaire(StageTable, frozen=True, kw_only=True, tag="questionnaire"):
    """[[stage]] of kind `questionnaire`: questions without a right answer."""

    questions: Annotated[tuple[Question, ...], Meta(max_length=QUESTIONS_MAX)]
    """The questions."""

    def asked(self, role: Role | None) -> tuple[int, ...]:
        """The questions for all, and those for the role."""
        return _asked(self.questions, role)


class Debrief(StageTable, frozen=True, kw_only=True, tag="debrief"):
    """[[stage]] of kind `debrief`: pages to read at the end."""

    reads: ClassVar[bool] = True
    pages: _Pages
    """The pages, in Markdown."""


class Earnings(StageTable, frozen=True, kw_only=True, tag="earnings"):
    """[[stage]] of kind `earnings`: the earnings of each person, and how they came about."""

    advance: Advance = "experimenter"


Stage: TypeAlias = Consent | Reading | Questions | Practice | Trade | Questionnaire | Debrief | Earnings
"""[[stage]]: its `kind` says which."""
STAGE_KINDS: dict[str, type[StageTable]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Stage)}
Stages = Annotated[tuple[Stage, ...], Meta(max_length=STAGES_MAX)]


def _asked(questions: tuple[Question, ...], role: Role | None) -> tuple[int, ...]:
    return tuple(number for number, one in enumerate(questions) if one.role in (None, role))
