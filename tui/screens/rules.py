"""The experimenter's words, the rules and the instructions on top of the market, for anybody who wants to read them."""

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

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,i,q,enter", "app.pop_screen", "Back to the market")]

    def __init__(self, view: ViewState) -> None:
        super().__init__()
        self.view = view

    def compose(self) -> ComposeResult:
        """One page, scrolled where it is long."""
        with VerticalScroll(id="page", classes="panel") as page:
            page.border_title = "Rules, instructions, keys"
            page.border_subtitle = "↑↓ to read on · Esc closes"
            if self.view.announced:
                said = Content.assemble(("The experimenter says", "bold"), f"\n{self.view.announced}\n")
                yield Static(said)
            yield Static(rules_text(self.view))
