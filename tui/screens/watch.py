"""The market as its public sees it, on a wall: a large clock and the last price, quotes, contracts and the chart."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from p2p.information.view_state import ViewState
from tui.screens.market import EDGE_ROWS, MarketScreen
from tui.screens.requests import LeaveRequested, LightRequested, ResultsRequested, RevealRequested
from tui.widgets.chart import PriceChart
from tui.widgets.qr_code import QrCode
from tui.widgets.text_line import TextLine
from tui.widgets.unit_list import UnitList
from tui.widgets.waiting_notice import WaitingNotice, no_prices
from tui.widgets.wall import Wall, rows_of


class WatchScreen(MarketScreen):
    """Clock, last price, standing quotes, contracts and price path; in the lobby how to join."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "results", "Results"),
        Binding("s", "reveal", "Supply and demand"),
        Binding("t", "light", "Light or dark"),
        Binding("q", "leave", "Leave"),
    ]

    def __init__(self, url: str, join: str = "", class_code: str = "") -> None:
        super().__init__()
        self.url, self.join, self.class_code = url, join, class_code
        self.has_reveal = False
        self.efficiency: float | None = None

    def head(self) -> ComposeResult:
        """The large letters."""
        yield Wall(self.class_code)

    def before_prices(self) -> ComposeResult:
        """Words where there is nothing to be drawn."""
        yield WaitingNotice(self.join, bool(self.class_code))
        yield QrCode(self.join, self.class_code)

    def foot(self) -> ComposeResult:
        """How it stands with the line."""
        yield TextLine(id="answer")

    def foot_rows(self) -> int:
        """The line, and the large letters above the market."""
        return 1 + rows_of(self.app.size.height)

    def on_mount(self) -> None:
        """Say where we look while nothing has come yet, and nothing else."""
        for part in (self.query_one("#market"), self.query_one(UnitList), self.query_one(PriceChart)):
            part.display = False
        self.connecting("")

    def connecting(self, why: str) -> None:
        """Nobody has answered yet."""
        self.query_one(WaitingNotice).connecting(self.url, why)

    def draw(self, view: ViewState) -> None:
        """Bring every part up to date."""
        nothing = no_prices(view)
        self.query_one(WaitingNotice).display = nothing
        self.query_one(PriceChart).display = not nothing
        size, qr = self.app.size, self.query_one(QrCode)
        below = size.height - self.foot_rows() - EDGE_ROWS
        qr.display = view.clock.phase == "lobby" and qr.has_room(size.width, below)
        super().draw(view)
        self.query_one("#market").display &= view.clock.phase not in ("lobby", "stage", "ended")
        self.query_one(UnitList).display = False
        wall = self.query_one(Wall)
        wall.display, wall.revealed = True, self.efficiency
        wall.show(view)
        self.query_one("#answer", TextLine).set_text(Content(self._line(view)))

    def _line(self, view: ViewState) -> str:
        if view.clock.phase != "ended":
            return "Spectator view"
        if self.has_reveal:
            return "The session is over: press s for supply and demand, r for results."
        return "The session is over: press r for results."

    def revealed(self, efficiency: float | None) -> None:
        """The reveal has come."""
        self.has_reveal, self.efficiency = True, efficiency
        self.refresh_bindings()

    def draw_anew(self) -> None:
        """The screen has other colours."""
        self.query_one(PriceChart).draw_anew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is no key for a reveal where there is none."""
        return self.has_reveal if action == "reveal" else super().check_action(action, parameters)

    def action_results(self) -> None:
        """The results so far, on top; q comes back."""
        self.post_message(ResultsRequested())

    def action_reveal(self) -> None:
        """Supply and demand, on top."""
        self.post_message(RevealRequested())

    def action_light(self) -> None:
        """Light or dark."""
        self.post_message(LightRequested())

    def action_leave(self) -> None:
        """The end."""
        self.post_message(LeaveRequested())
