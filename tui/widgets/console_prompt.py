"""The console's prompt: a question, and a field that wraps. Enter sends, Esc leaves it."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from tui.widgets.text_line import TextLine


class WordsField(TextArea):
    """A field of words in one paragraph, as many lines as they need."""

    def __init__(self) -> None:
        super().__init__(
            id="prompt-words", compact=True, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False
        )

    async def _on_key(self, event: events.Key) -> None:
        """Enter and Esc are the prompt's."""
        if event.key in ("enter", "escape", "tab", "shift+tab"):
            event.stop()
            event.prevent_default()
            if event.key in ("enter", "escape"):
                self.post_message(Prompt.Answered(self.text if event.key == "enter" else None))
            return
        await super()._on_key(event)


class Prompt(Vertical):
    """A question; below it, where words are asked, the field."""

    class Answered(Message):
        """The typed words; None where it was left."""

        def __init__(self, text: str | None) -> None:
            super().__init__()
            self.text = text

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self.display = False

    def compose(self) -> ComposeResult:
        """Question and field."""
        yield TextLine(id="prompt-question")
        yield WordsField()

    def ask(self, question: str, words: bool) -> None:
        """Ask; `words`: whether something is typed."""
        self.query_one("#prompt-question", TextLine).set_text(Content.styled(question, "bold"))
        field = self.query_one(WordsField)
        field.display = words
        self.display = True
        if words:
            field.focus()

    def receive_key(self, event: events.Key) -> None:
        """A key that came before the field had its focus."""
        if event.key in ("enter", "escape"):
            self.post_message(self.Answered(self.query_one(WordsField).text if event.key == "enter" else None))
        elif event.key == "backspace":
            self.query_one(WordsField).action_delete_left()
        elif event.is_printable and event.character:
            self.query_one(WordsField).insert(event.character)

    def paste(self, text: str) -> None:
        """Text that was pasted before the field had its focus."""
        self.query_one(WordsField).insert(text)

    def put_away(self) -> None:
        """The question is answered, or left."""
        field = self.query_one(WordsField)
        field.text = ""
        field.blur()
        self.display = False
