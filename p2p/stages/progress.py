"""The places of people in the stages of a session: pages read, questions settled, done with a stage or gone.

Pure: a message in, its refusal or the news for its sender out. The stage that runs is the session's; a latecomer goes
through consent and the texts before it, and then joins it.
"""

from collections import defaultdict
from typing import TypeAlias

from msgspec.structs import replace

from p2p.base.units import Role, Seat
from p2p.messages import Agree, Progress, Reason, Respond, Responded, TurnPage, Withdraw
from p2p.scenario.stages import Consent, Debrief, Earnings, Question, Questionnaire, Questions, Reading, Stage

StageMessage: TypeAlias = TurnPage | Agree | Respond | Withdraw
STAGE_MESSAGES = (TurnPage, Agree, Respond, Withdraw)
"""The same for `isinstance`, which is asked of every message of a trader."""
_FOR_LATECOMERS = (Consent, Reading)
"""The stages before the one that runs that a latecomer goes through."""


class StageProgress:
    """`stage`: the number of the stage that runs, -1 in the lobby. `moved`: seats that the experimenter let go on.

    `left`: seats whose person has declined or withdrawn, or failed the questions. `flagged`: seats that used up their
    tries. `failed`: those of them who are out of trade for that, and are paid the base.
    """

    def __init__(self, stages: tuple[Stage, ...], consent_stays: bool = True) -> None:
        """`consent_stays`: nobody is moved out of a consent that they have not answered."""
        self.stages, self._consent_stays = stages, consent_stays
        self.stage = -1
        self.left: set[Seat] = set()
        self.moved: set[Seat] = set()
        self.flagged: set[Seat] = set()
        self.failed: set[Seat] = set()
        self.data_use: set[Seat] = set()
        self.roles: dict[Seat, Role] = {}
        self._at: dict[Seat, int] = {}
        self._read: defaultdict[Seat, int] = defaultdict(int)
        self._settled: defaultdict[Seat, set[int]] = defaultdict(set)
        self._tries: defaultdict[tuple[Seat, int], int] = defaultdict(int)
        self._done: set[Seat] = set()

    # --- the course ---------------------------------------------------------------------------------------------

    def begin(self, stage: int) -> list[Seat]:
        """The session's next stage begins for all who are done with those before.

        Returns those who have not answered the consent that is left: they do so first, and come behind.
        """
        before, self.stage = self.stage, stage
        asks = self._consent_stays and before >= 0 and isinstance(self.stages[before], Consent)
        stayed = []
        for seat, at in self._at.items():
            if at == before and asks and seat not in self._done and seat not in self.left:
                stayed.append(seat)
            elif at == before:
                self._move(seat, stage)
        return stayed

    def come(self, seat: Seat) -> Progress | None:
        """A person has a seat: in the lobby before all stages, later as a latecomer. Returns the news for them."""
        if self.stage >= 0 and seat not in self._at:
            self._at[seat] = -1
            self._next(seat)
        elif seat not in self._at:
            self._at[seat] = -1
        return None if self.stage < 0 else self.told(seat)

    def _next(self, seat: Seat) -> None:
        """On to the next stage that a latecomer goes through, or to the one that runs."""
        later = range(self._at[seat] + 1, self.stage)
        due = [number for number in later if isinstance(self.stages[number], _FOR_LATECOMERS)]
        self._move(seat, due[0] if due else self.stage)

    def _move(self, seat: Seat, stage: int) -> None:
        self._at[seat] = stage
        self._read.pop(seat, None)
        self._settled.pop(seat, None)
        self._done.discard(seat)
        one = self.stages[stage]
        if isinstance(one, Questions | Questionnaire) and not one.asked(self.roles.get(seat)):
            self._done.add(seat)  # all its questions are for the other role
        for key in [key for key in self._tries if key[0] == seat]:
            del self._tries[key]

    def is_behind(self, seat: Seat) -> bool:
        """Whether a person is in a stage before the one that runs: a latecomer still reads."""
        return seat in self._at and self._at[seat] < self.stage

    def is_done(self, seat: Seat) -> bool:
        """Whether a person is done with the stage that runs."""
        return seat in self._done and not self.is_behind(seat)

    def told(self, seat: Seat) -> Progress:
        """Where a person is, as they are told it."""
        stage = self._at.get(seat, self.stage)
        return Progress(
            stage,
            read=self._read.get(seat, 0),
            settled=tuple(sorted(self._settled.get(seat, ()))),
            asked=self.stages[stage].asked(self.roles.get(seat)),
            done=seat in self._done,
            moved=seat in self.moved,
            left=seat in self.left,
            failed=seat in self.failed,
        )

    def kind(self, seat: Seat) -> str:
        """The kind of the stage that a seat is in; "" in the lobby."""
        at = self._at.get(seat, self.stage)
        return str(self.stages[at].__struct_config__.tag) if 0 <= at < len(self.stages) else ""

    def how_far(self, seat: Seat) -> str:
        """How far a person is in their stage, as `2/3`; "" where that says nothing."""
        at = self._at.get(seat, self.stage)
        stage = self.stages[at] if 0 <= at < len(self.stages) else None
        match stage:
            case Reading() | Debrief():
                return f"{self._read.get(seat, 0)}/{len(stage.pages)}"
            case Questions() | Questionnaire():
                return f"{len(self._settled.get(seat, ()))}/{len(stage.asked(self.roles.get(seat)))}"
            case _:
                return ""

    # --- what people say ----------------------------------------------------------------------------------------

    def judge(self, seat: Seat, message: StageMessage) -> Reason | None:
        """Why a message cannot be taken; None where it can."""
        if seat in self.left or self.stage < 0:
            return "not_now"
        if isinstance(message, Withdraw):
            return None
        at = self._at.get(seat)
        if at is None or message.stage != at or seat in self._done:
            return "not_now"
        stage = self.stages[at]
        match message:
            case TurnPage(read=read):
                return None if self._read.get(seat, 0) < read <= pages(stage) else "not_now"
            case Agree():
                return None if isinstance(stage, Consent) else "not_now"
            case Respond(question=number):
                if not isinstance(stage, Questions | Questionnaire) or number in self._settled[seat]:
                    return "not_now"
                if number not in stage.asked(self.roles.get(seat)):
                    return "no_such_question"
                if isinstance(stage, Questions) and self._tries.get((seat, number), 0) >= stage.tries:
                    return "not_now"
                return None if is_an_answer(stage.questions[number], message) else "no_answer"

    def waits_for_words(self, seat: Seat, message: Respond) -> bool:
        """Whether a message answers, in words, a question that its sender is still asked."""
        if self.judge(seat, replace(message, length=len(message.text))) is not None:
            return False
        stage = self.stages[self._at[seat]]
        return isinstance(stage, Questions | Questionnaire) and stage.questions[message.question].kind == "text"

    def follow_up(self, seat: Seat, message: StageMessage) -> list[Progress | Responded]:
        """Take in a message that `judge` had nothing against; the news for its sender."""
        at = self._at.get(seat, self.stage)
        stage = self.stages[at]
        news: list[Progress | Responded] = []
        match message:
            case Withdraw():
                self.left.add(seat)
            case TurnPage(read=read):
                self._read[seat] = read
                self._finish(seat, read == pages(stage))
            case Agree(yes=yes, data_use=data_use):
                (self._done if yes else self.left).add(seat)
                if yes and data_use:
                    self.data_use.add(seat)
            case Respond():
                assert isinstance(stage, Questions | Questionnaire), "judged before"
                news.append(self._respond(seat, stage, message))
                self._finish(seat, self._settled[seat] >= set(stage.asked(self.roles.get(seat))))
        if seat in self._done and at < self.stage:
            self._next(seat)
        return [*news, self.told(seat)]

    def _finish(self, seat: Seat, done: bool) -> None:
        if done:
            self._done.add(seat)

    def _respond(self, seat: Seat, stage: Questions | Questionnaire, message: Respond) -> Responded:
        number = message.question
        question = stage.questions[number]
        if isinstance(stage, Questionnaire):
            self._settled[seat].add(number)
            return Responded(stage=message.stage, question=number, right=None)
        self._tries[seat, number] += 1
        left = stage.tries - self._tries[seat, number]
        right = is_right(question, message)
        if right or (left <= 0 and stage.at_cap == "flag"):
            self._settled[seat].add(number)
        if not right and left <= 0:
            self.flagged.add(seat)
            if stage.at_cap == "base_pay":
                self.failed.add(seat)
                self.left.add(seat)
        return Responded(message.stage, number, right, max(0, left), question.explanation)

    def let_on(self, seat: Seat) -> Progress:
        """The experimenter counts a person as done with the stage that they are in."""
        self._done.add(seat)
        self.moved.add(seat)
        if self.is_behind(seat):
            self._next(seat)
        return self.told(seat)

    def waits_for_help(self, seat: Seat) -> bool:
        """Whether a person has used up all tries at a question and may not go on by themselves."""
        at = self._at.get(seat)
        if at is None or at < 0 or seat in self._done or seat in self.left:
            return False
        stage = self.stages[at]
        if not isinstance(stage, Questions) or stage.at_cap != "help":
            return False
        used = {number for (one, number), tries in self._tries.items() if one == seat and tries >= stage.tries}
        return bool(used - self._settled.get(seat, set()))

    def remembered(self) -> object:
        """All that it remembers, for digests."""
        sets = [sorted(one) for one in (self.left, self.moved, self.flagged, self.data_use, self._done)]
        settled = [(seat, sorted(one)) for seat, one in sorted(self._settled.items()) if one]
        read = [item for item in sorted(self._read.items()) if item[1]]
        failed = [sorted(self.failed)] if self.failed else []
        return [self.stage, sorted(self._at.items()), read, settled, sorted(self._tries.items()), sets, *failed]


def pages(stage: Stage) -> int:
    """How many pages a stage has to turn; earnings are one."""
    match stage:
        case Reading() | Debrief():
            return len(stage.pages)
        case Earnings():
            return 1
        case _:
            return 0


def is_an_answer(question: Question, message: Respond) -> bool:
    """Whether an answer is one of those that a question can have."""
    number = message.number
    match question.kind:
        case "text":
            return message.length > 0
        case "choice":
            return number is not None and number == int(number) and 0 <= number < len(question.options)
        case "likert":
            return number is not None and number == int(number) and 1 <= number <= question.points
        case "number":
            low = question.low is None or (number is not None and number >= question.low)
            return number is not None and low and (question.high is None or number <= question.high)


def is_right(question: Question, message: Respond) -> bool:
    """Whether an answer is the right one."""
    if question.kind == "choice":
        assert message.number is not None, "judged before"
        return question.options[int(message.number)] == question.answer
    return message.number == question.answer
