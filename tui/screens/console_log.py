"""The console's log, whole: commands with their fate, events of the session and of seats."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from p2p.information.console_state import ConsoleState
from tui.widgets.console_lines import line_content


class ConsoleLogScreen(ModalScreen[None]):
    """The newest at the bottom, in view."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,L,q,enter", "app.pop_screen", "Back")]

    def __init__(self, state: ConsoleState) -> None:
        super().__init__()
        self.state = state

    def compose(self) -> ComposeResult:
        """One page, scrolled where it is long."""
        with VerticalScroll(id="page", classes="panel") as page:
            page.border_title = "Log, by the session's clock"
            page.border_subtitle = "↑↓ to read on · Esc closes"
            lines = [line_content(line, self.state) for line in self.state.log]
            yield Static(Content("\n").join(lines) if lines else Content("Nothing has happened yet."))

    def on_mount(self) -> None:
        """Show the newest lines."""
        self.query_one("#page", VerticalScroll).scroll_end(animate=False)
