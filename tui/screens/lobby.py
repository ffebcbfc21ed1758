"""The lobby: which market this is, its rules, who is still missing, and what the keys will do."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Footer, ProgressBar

from p2p.information.rules_text import sentences
from p2p.information.view_state import ViewState
from p2p.sim.library.texts import catalogue
from tui.screens.base import LabScreen
from tui.screens.requests import DrawRequested, LeaveRequested
from tui.text.rules_page import rules_text
from tui.widgets.notice import ROWS_MAX, Notice
from tui.widgets.text_line import TextLine


class LobbyScreen(LabScreen):
    """Shown until the first period starts, and while the first connection is being made."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "leave", "Leave")]

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.person = name

    def compose(self) -> ComposeResult:
        """Title, seats, pages."""
        yield TextLine(id="lobby-title")
        yield Notice(rows_min=ROWS_MAX)
        yield TextLine(id="lobby-seats")
        yield ProgressBar(id="seats-bar", show_eta=False, show_percentage=False)
        with VerticalScroll(id="page", classes="panel") as page:
            page.border_subtitle = "↑↓ to read on"
            yield TextLine(id="lobby-rules")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Draw as soon as the parts have their places."""
        self.call_after_refresh(self.post_message, DrawRequested())

    def connecting(self, url: str, why: str) -> None:
        """No server has answered yet."""
        self.query_one("#page").display = self.query_one(ProgressBar).display = self.query_one(Notice).display = False
        self.query_one("#lobby-title", TextLine).set_text(Content(f"Connecting to {url} …"))
        self.query_one("#lobby-seats", TextLine).set_text(Content(f"✂ {why}; trying again …" if why else ""))

    def draw(self, view: ViewState) -> None:
        """Bring the lobby up to date."""
        title, begins = (catalogue().sentence(one) for one in sentences("start", view.rules))
        self.query_one("#lobby-title", TextLine).set_text(Content.styled(title, "bold"))
        self.note_words(view)
        self.query_one(Notice).show(view)
        taken, seats = view.seats.taken, view.seats.seats
        robots = f", {view.seats.robots} by robots" if view.seats.robots else ""
        self.query_one("#lobby-seats", TextLine).set_text(
            Content.assemble(
                f"{self.person + ', you' if self.person else 'You'} have seat {(view.seat or 0) + 1}. ",
                (f"{taken} of {seats} seats are taken{robots}.", "bold"),
                f"\nYour role is dealt at the start. {begins}",
            )
        )
        bar = self.query_one(ProgressBar)
        bar.display = self.query_one("#page").display = True
        bar.update(total=max(1, seats), progress=taken)
        said = Content.assemble(("The experimenter says", "bold"), f"\n{view.announced}\n\n")
        page = rules_text(view)
        self.query_one("#lobby-rules", TextLine).set_text(said + page if view.announced else page)

    def action_leave(self) -> None:
        """Leave the seat; it can be taken again with the same code."""
        self.post_message(LeaveRequested())
