"""A question of a stage with the answer that is being given: an option, a point of a scale, a number, or words."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import TextArea

from p2p.information.view_state import StageView
from p2p.messages import Respond
from p2p.scenario.stage_rules import QuestionShown
from p2p.scenario.stages import ANSWER_MAX
from tui.text.stage_words import number_typed, question_now, say
from tui.widgets.text_line import TextLine

NUMBER_MAX = 15
"""Characters of a typed number: more are a slip of the finger."""
NUMBER_SIGNS = "0123456789.,-−"


class AnswerField(TextArea):
    """Words, up to the longest that are taken; Enter sends, Esc leaves the field."""

    class Sent(Message):
        """The words are to be sent."""

    class Freed(Message):
        """Letters are keys again."""

    async def _on_key(self, event: Key) -> None:
        match event.key:
            case "enter":
                event.stop()
                event.prevent_default()
                self.post_message(self.Sent())
            case "escape" | "tab" | "shift+tab":
                event.stop()
                event.prevent_default()
                self.post_message(self.Freed())
            case _:
                await super()._on_key(event)

    def on_text_area_changed(self) -> None:
        """Words beyond the most that can be sent are cut at once, where it is seen."""
        if len(self.text) > ANSWER_MAX:
            self.text = self.text[:ANSWER_MAX]
            self.move_cursor(self.document.end)


class QuestionBox(Vertical):
    """The question of now. The choice or the typed answer is kept until the question is another one."""

    def __init__(self) -> None:
        super().__init__(id="question")
        self.chosen: int | None = None
        self.typed = ""
        self._digits = ""
        self._stale = False
        self._of: tuple[int, int] | None = None
        self._question: QuestionShown | None = None

    def compose(self) -> ComposeResult:
        """Question, options or typed number, the field for words and its room."""
        yield TextLine(id="question-ask")
        yield TextLine(id="question-options")
        yield AnswerField(id="question-words", show_line_numbers=False, highlight_cursor_line=False)
        yield TextLine(id="question-room")

    @property
    def question(self) -> QuestionShown | None:
        """The question that is shown."""
        return self._question

    @property
    def field(self) -> AnswerField:
        """The field for words."""
        return self.query_one(AnswerField)

    def show(self, stage: StageView) -> None:
        """Bring question and answer up to date."""
        number = question_now(stage)
        if number is None or number >= len(stage.shown.questions):
            return
        question = stage.shown.questions[number]
        if self._of != (stage.number, number):
            self._of, self._question = (stage.number, number), question
            self.chosen, self.typed, self._digits, self._stale = None, "", "", False
            self.field.text = ""
        self.query_one("#question-ask", TextLine).set_text(Content.styled(question.ask, "bold"))
        words = question.kind == "text"
        self.field.display = words
        room, options = self.query_one("#question-room", TextLine), self.query_one("#question-options", TextLine)
        room.display, options.display = words, not words
        if words:
            left = ANSWER_MAX - len(self.field.text)
            room.set_text(Content.styled(say("ask.left", left=f"{left:,}", most=f"{ANSWER_MAX:,}"), "dim"))
        else:
            options.set_text(self._options(question))

    def _options(self, question: QuestionShown) -> Content:
        match question.kind:
            case "choice":
                lines = [self._option(at, f"{at + 1}  {words}") for at, words in enumerate(question.options)]
                return Content("\n").join(lines)
            case "likert":
                points = Content("  ").join([self._option(at, str(at + 1)) for at in range(question.points)])
                if not question.options:
                    return points
                low, high = question.options
                return points + Content(f"\n{low}{' ' * max(3, points.cell_length - len(low) - len(high))}{high}")
            case _:
                return Content.styled(f" {self.typed}▏", "reverse")

    def _option(self, at: int, words: str) -> Content:
        mark = "▸" if at == self.chosen else " "
        return Content.styled(f"{mark}{words} ", "reverse bold" if at == self.chosen else "")

    # --- keys -------------------------------------------------------------------------------------------------------

    @property
    def options(self) -> int:
        """How many options or points there are to choose from."""
        question = self._question
        if question is None:
            return 0
        return {"choice": len(question.options), "likert": question.points}.get(question.kind, 0)

    def move(self, step: int) -> None:
        """The next option, or the one before; the ends stay."""
        if self.options:
            start = -1 if step > 0 else self.options
            at = start if self.chosen is None else self.chosen
            self.chosen, self._digits = min(max(at + step, 0), self.options - 1), ""

    def type(self, character: str) -> bool:
        """Take a character of an answer; whether it is one. Digits of an option's number are put together."""
        question = self._question
        if question is None:
            return False
        if question.kind == "number":
            if self._stale and character in NUMBER_SIGNS:
                self.typed, self._stale = "", False
            if character in NUMBER_SIGNS and len(self.typed) < NUMBER_MAX:
                self.typed += character
            return character in NUMBER_SIGNS
        if not self.options or not character.isdecimal():
            return False
        for digits in (self._digits + character, character):
            if 1 <= int(digits) <= self.options:
                self._digits, self.chosen = digits, int(digits) - 1
                break
        return True

    def rub_out(self) -> None:
        """Take back the last character, or the choice."""
        self.typed, self.chosen, self._digits, self._stale = self.typed[:-1], None, "", False

    def sent(self) -> None:
        """The answer has been sent: the next digit begins another number."""
        self._stale = True

    def answer(self) -> Respond | str:
        """The answer as it stands, or why it cannot be sent."""
        question, of = self._question, self._of
        assert question is not None
        assert of is not None
        stage, number = of
        match question.kind:
            case "choice" | "likert":
                if self.chosen is None:
                    return say("ask.nothing_chosen")
                return Respond(stage, number, self.chosen + (question.kind == "likert"))
            case "text":
                words = self.field.text.strip()
                return Respond(stage, number, text=words) if words else say("ask.nothing_typed")
            case _:
                typed = number_typed(self.typed, question)
                return typed if isinstance(typed, str) else Respond(stage, number, typed)
