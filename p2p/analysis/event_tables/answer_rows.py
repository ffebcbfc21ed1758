"""The answers of people in the stages of a session. Of words there is the length alone: no record has them."""

from p2p.analysis.event_tables.record_context import Record, RecordContext, Row, RowFold
from p2p.base.units import SECOND, Seat, is_seat
from p2p.messages import Agree, Refused, Respond, Responded
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import Question, Questionnaire, Questions


class AnswerRows(RowFold):
    """Folds records; `rows` are in order: every try at a question, and whether each has agreed to take part."""

    def __init__(self, context: RecordContext, scenario: Scenario) -> None:
        self._context, self._stages = context, scenario.stage
        self.rows: list[Row] = []
        self._tries: dict[tuple[Seat, int, int], int] = {}

    def on_record(self, record: Record) -> None:
        """Take in a record."""
        sender, message = record.envelope.sender, record.envelope.message
        if not isinstance(message, Respond | Agree) or not is_seat(sender):
            return
        if any(event.to == sender and isinstance(event.message, Refused) for event in record.events):
            return
        row: Row = {"market": self._context.market_of[sender], "record": record.number, "at_us": record.at}
        row |= {"wall_s": record.at / SECOND, **self._context.whose(sender), "stage": message.stage + 1}
        if isinstance(message, Agree):
            self.rows.append(row | {"kind": "consent", "answer": float(message.yes)})
            return
        told = next((one.message for one in record.events if isinstance(one.message, Responded)), None)
        key = sender, message.stage, message.question
        self._tries[key] = self._tries.get(key, 0) + 1
        question = self._question(message)
        row |= {"kind": question.kind if question else None, "question": message.question + 1}
        row |= {"asked": question.ask if question else None, "attempt": self._tries[key]}
        row |= {"answer": message.number, "option": _option(question, message.number)}
        row |= {"length": message.length or None, "digest": message.digest or None}
        self.rows.append(row | {"correct": None if told is None or told.right is None else int(told.right)})

    def _question(self, message: Respond) -> Question | None:
        stage = self._stages[message.stage] if message.stage < len(self._stages) else None
        if isinstance(stage, Questions | Questionnaire) and message.question < len(stage.questions):
            return stage.questions[message.question]
        return None


def _option(question: Question | None, number: float | None) -> str | None:
    """The option that was chosen, in words."""
    if question is None or number is None or question.kind != "choice":
        return None
    return question.options[int(number)] if 0 <= number < len(question.options) else None
