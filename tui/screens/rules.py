"""Keys, rules and instructions beside the market or, where there is less room, on top of it below its clock."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p2p.information.view_state import ViewState
from tui.text.rules_page import rules_text


class RulesScreen(ModalScreen[None]):
    """Any of its keys closes it; the market goes on beneath."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,i,h,question_mark,q,enter", "app.pop_screen", "Back to the market")
    ]

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self.view = view

    def compose(self) -> ComposeResult:
        """One page, scrolled where it is long."""
        with VerticalScroll(id="page", classes="panel") as page:
            page.border_title = "Keys, rules, instructions"
            page.border_subtitle = "↑↓ to read on · Esc closes"
            if self.view.announced:
                said = Content.assemble(("The experimenter says", "bold"), f"\n{self.view.announced}\n")
                yield Static(said)
            yield Static(rules_text(self.view))
