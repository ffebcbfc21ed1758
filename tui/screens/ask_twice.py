"""A question that is asked twice, before something that cannot be taken back."""

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen

from tui.widgets.text_line import TextLine


class AskTwiceScreen(ModalScreen[bool]):
    """Two questions, one after the other: only y twice says yes, and any other key no."""

    def __init__(self, *questions: str) -> None:
        super().__init__()
        self._questions = list(questions)

    def compose(self) -> ComposeResult:
        """The question."""
        line = TextLine(id="asked", classes="panel")
        line.set_text(Content(self._questions[0]))
        yield line

    def on_key(self, event: Key) -> None:
        """Yes, or no."""
        event.stop()
        if event.key not in ("y", "Y"):
            self.dismiss(False)
            return
        self._questions.pop(0)
        if self._questions:
            self.query_one("#asked", TextLine).set_text(Content(self._questions[0]))
        else:
            self.dismiss(True)
