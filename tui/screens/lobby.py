"""The lobby: which market this is, its rules, who is still missing, and what the keys will do."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Digits, Footer, ProgressBar

from p2p.information.rules_text import sentences
from p2p.information.view_state import ViewState
from p2p.sim.library.texts import catalogue
from tui.screens.base import LabScreen
from tui.screens.requests import DrawRequested, HelpRequested, LeaveRequested
from tui.text.rules_page import rules_text
from tui.widgets.notice import ROWS_MAX, Notice
from tui.widgets.text_line import TextLine

NAMES_SHOWN = 150
"""Letters of the names of those who are there: two lines of the narrowest screen, or the rules would have no room."""


class LobbyScreen(LabScreen):
    """Shown until the first period starts, and while the first connection is being made."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f", "help", "Help"), Binding("q", "leave", "Leave")]
    IDLE_KEYS = "Trading has not begun; your keys act when it does."

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self.person = name

    def compose(self) -> ComposeResult:
        """Title, seat, pages; words of the experimenter below them, where their coming moves nothing."""
        yield TextLine(id="lobby-title")
        with Horizontal(id="lobby-top"):
            with Vertical(id="lobby-seat", classes="panel") as seat:
                seat.border_title = "Your seat"
                yield Digits("", id="seat-number")
            with Vertical():
                yield TextLine(id="lobby-seats")
                yield ProgressBar(id="seats-bar", show_eta=False, show_percentage=False)
        with VerticalScroll(id="page", classes="panel") as page:
            page.border_title = "Keys, rules, instructions"
            page.border_subtitle = "↑↓ to read on"
            yield TextLine(id="lobby-rules")
        yield Notice(rows_min=ROWS_MAX)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Draw as soon as the parts have their places."""
        self.call_after_refresh(self.post_message, DrawRequested())

    def action_help(self) -> None:
        """Ask for help, or take that back."""
        self.post_message(HelpRequested())

    def connecting(self, url: str, why: str) -> None:
        """No server has answered yet."""
        for part in ("#page", "#seats-bar", "#notice", "#lobby-seat"):
            self.query_one(part).display = False
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
        role = "dealt as trading starts" if view.own.role is None else view.own.role.upper()
        self.query_one("#lobby-seats", TextLine).set_text(
            Content.assemble(
                (f"{self.person}\n" if self.person else "", "bold"),
                ("Your role: ", ""),
                (role, "bold"),
                (f"\n{taken} of {seats} seats are taken{robots}.", "bold"),
                f"\n{_listed(view.seats.names)}{begins}",
            )
        )
        number, digits = "" if view.seat is None else str(view.seat + 1), self.query_one("#seat-number", Digits)
        if digits.value != number:
            digits.update(number)
        bar = self.query_one(ProgressBar)
        for part in (bar, self.query_one("#page"), self.query_one("#lobby-seat")):
            part.display = True
        bar.update(total=max(1, seats), progress=taken)
        said = Content.assemble(("\n\nThe experimenter says", "bold"), f"\n{view.announced}")
        page = rules_text(view)
        self.query_one("#lobby-rules", TextLine).set_text(page + said if view.announced else page)

    def action_leave(self) -> None:
        """Leave the seat; it can be taken again with the same code."""
        self.post_message(LeaveRequested())


def _listed(names: tuple[str, ...]) -> str:
    """A line of those who are there, as far as it goes; nothing where names are not shown."""
    if not names:
        return ""
    line = ", ".join(names)
    return f"Here: {line if len(line) <= NAMES_SHOWN else line[:NAMES_SHOWN] + '…'}\n"
