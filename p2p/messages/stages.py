"""Stages of a session beside trade: consent, texts, questions, practice, earnings."""

from typing import Annotated, ClassVar

from msgspec import Meta

from p2p.base.units import Duration, Money
from p2p.messages.base import Message, WireSeat
from p2p.scenario.payment import Owed
from p2p.scenario.stages import ANSWER_MAX, PAGES_MAX, QUESTIONS_MAX, STAGES_MAX

_Stage = Annotated[int, Meta(ge=0, lt=STAGES_MAX)]
_Digest = Annotated[str, Meta(max_length=64)]


class StageBegan(Message, frozen=True):
    """A stage begins for all; the clock runs for `length_us` where it goes on by the clock."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    stage: int
    kind: str
    length_us: Duration | None = None


class Preview(Message, frozen=True):
    """The units of the period to come have been dealt; it opens in `length_us`, and nothing can be traded before."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    period: int
    length_us: Duration


class Waiting(Message, frozen=True):
    """How many of the people who are there are done with the stage."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "everyone"
    done: int
    people: int


class TurnPage(Message, frozen=True):
    """The reader of a stage's pages has gone on: so many pages are read. With the last one they are done."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "session"
    stage: _Stage
    read: Annotated[int, Meta(ge=1, le=PAGES_MAX)]


class Agree(Message, frozen=True):
    """Agrees to take part, or declines; `data_use`: whether their data may be used, where that is asked."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "session"
    stage: _Stage
    yes: bool
    data_use: bool = False


class Respond(Message, frozen=True):
    """An answer to a question of a stage: a number, or the number of an option, from 0.

    Words are kept beside the journal, which has their `length` and digest alone.
    """

    said_by: ClassVar = "agent"
    told_to: ClassVar = "session"
    stage: _Stage
    question: Annotated[int, Meta(ge=0, lt=QUESTIONS_MAX)]
    number: Annotated[float, Meta(ge=-1e12, le=1e12)] | None = None
    text: Annotated[str, Meta(max_length=ANSWER_MAX)] = ""
    length: Annotated[int, Meta(ge=0, le=ANSWER_MAX)] = 0
    digest: _Digest = ""


class Withdraw(Message, frozen=True):
    """Leaves the session, with the pay owed."""

    said_by: ClassVar = "agent"
    told_to: ClassVar = "session"


class Responded(Message, frozen=True):
    """The fate of an answer: right, wrong, or taken down where no answer is right (None); and the tries left."""

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    stage: int
    question: int
    right: bool | None
    tries_left: int | None = None
    explanation: str = ""


class Progress(Message, frozen=True):
    """Where one is in the stages: pages read, questions settled of those asked, and whether the stage is done.

    `moved`: the experimenter has let one go on. `left`: one has declined or withdrawn. `failed`: one is out because no
    try is left at a control question, and is paid the base.
    """

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    stage: int
    read: int = 0
    settled: tuple[int, ...] = ()
    asked: tuple[int, ...] = ()
    done: bool = False
    moved: bool = False
    left: bool = False
    failed: bool = False


class AdvanceStage(Message, frozen=True):
    """Moves the session on to its next stage; with a seat, counts that person as done with theirs."""

    said_by: ClassVar = "experimenter"
    told_to: ClassVar = "session"
    seat: WireSeat | None = None


class PaidPeriod(Message, frozen=True):
    """The one period that is paid: drawn by the server after the last one, or typed by the experimenter."""

    said_by: ClassVar = "experimenter, gateway (a draw)"
    told_to: ClassVar = "session"
    period: Annotated[int, Meta(ge=1, le=100_000)]


class Earned(Message, frozen=True, omit_defaults=True):
    """One's earnings in the session, in its smallest money, and the pay for them in decimals.

    `period`: the one that is paid, where one is. `owed`: all of the pay, the fee alone, or fee and base. The journal
    has no amounts.
    """

    said_by: ClassVar = "session"
    told_to: ClassVar = "agent"
    points: Money = 0
    period: int | None = None
    owed: Owed = "all"
    fee: str = ""
    base: str = ""
    bonus: str = ""
    amount: str = ""
    at_floor: bool = False
