"""A new code, in large letters and once: for the slip of paper, or to be read from afar."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from tui.text.large_letters import large
from tui.widgets.text_line import TextLine


class NewCodeScreen(ModalScreen[None]):
    """Stays until it is closed; the code is not shown again."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "app.pop_screen", "Back")]

    def __init__(self, codes: tuple[tuple[str, str], ...]) -> None:
        """`codes`: whom each is for, and the code."""
        super().__init__()
        self.codes = codes

    def compose(self) -> ComposeResult:
        """One code large; several as a list."""
        if len(self.codes) == 1:
            whom, code = self.codes[0]
            yield TextLine(Content.styled(f"New code for {whom}", "bold"), id="code-title")
            yield TextLine(Content.styled(large(code), "bold"), id="code-large")
            yield TextLine(Content.styled(code, "bold"), id="code-plain")
        else:
            lines = [f"{whom:<28} {code}" for whom, code in self.codes]
            yield TextLine(Content("\n".join(["New codes", "", *lines])), id="code-plain")
        yield TextLine(Content("It is shown once: write it down. The old one is void. Esc goes back."), id="code-foot")
