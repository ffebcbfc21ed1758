"""The market as its public sees it: the trading screen without a ticket, and nothing that could be said."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from p2p.information.view_state import ViewState
from tui.screens.market import MarketScreen
from tui.screens.requests import LeaveRequested, ResultsRequested
from tui.widgets.chart import PriceChart
from tui.widgets.text_line import TextLine
from tui.widgets.unit_list import UnitList
from tui.widgets.waiting_notice import WaitingNotice, no_prices


class WatchScreen(MarketScreen):
    """Clock, standing quotes, contracts and price path."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "results", "Results"),
        Binding("q", "leave", "Leave"),
    ]

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def before_prices(self) -> ComposeResult:
        """Words where there is nothing to be drawn."""
        yield WaitingNotice()

    def foot(self) -> ComposeResult:
        """How it stands with the line."""
        yield TextLine(id="answer")

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
        self.query_one("#market").display = self.query_one(UnitList).display = True
        nothing = no_prices(view)
        self.query_one(WaitingNotice).display = nothing
        self.query_one(PriceChart).display = not nothing
        super().draw(view)
        over = "The session is over: press r for results." if view.clock.phase == "ended" else ""
        self.query_one("#answer", TextLine).set_text(Content(over or "Spectator view"))

    def action_results(self) -> None:
        """The results so far, on top; q comes back."""
        self.post_message(ResultsRequested())

    def action_leave(self) -> None:
        """The end."""
        self.post_message(LeaveRequested())
