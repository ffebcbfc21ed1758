"""Keys, rules and instructions beside the market or, where there is less room, on top of it below its clock."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p2p.information.view_state import ViewState
from tui.screens.requests import WithdrawRequested
from tui.text.rules_page import rules_text
from tui.text.stage_words import may_withdraw, say


class RulesScreen(ModalScreen[None]):
    """Any of its keys closes it; the market goes on beneath."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,i,h,question_mark,q,enter", "app.pop_screen", "Back to the market"),
        Binding("w", "withdraw", "Withdraw"),
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
            if may_withdraw(self.view):
                yield Static(f"{say('withdraw.key')}\n")
            yield Static(rules_text(self.view))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nobody withdraws from a session without stages."""
        return may_withdraw(self.view) if action == "withdraw" else True

    def action_withdraw(self) -> None:
        """Leave the session for good."""
        self.post_message(WithdrawRequested())
