"""The market as its public sees it: the trading screen without a ticket, and nothing that could be said."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from p2p.units import Instant
from tui.model import Model
from tui.screens.market import MarketScreen
from tui.screens.results import ResultsScreen
from tui.widgets.line import Line

if TYPE_CHECKING:
    from tui.watch import WatchApp


class WatchScreen(MarketScreen):
    """Clock, standing quotes, contracts and price path."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "results", "Results"),
        Binding("q", "leave", "Leave"),
    ]

    def foot(self) -> ComposeResult:
        """How it stands with the line."""
        yield Line(id="answer")

    def on_mount(self) -> None:
        """Say where we look while nothing has come yet."""
        self.connecting("")

    def connecting(self, why: str) -> None:
        """Nobody has answered yet."""
        url = cast("WatchApp", self.app).client.url
        again = f"✂ {why}; trying again …" if why else ""
        self.query_one("#answer", Line).say(Content(f"Connecting to {url} … {again}"))

    def show(self, model: Model, now: Instant) -> None:
        """Bring every part up to date."""
        super().show(model, now)
        lobby = f"{model.public.seats_taken} of {model.seats} seats are taken." if model.public.phase == "lobby" else ""
        self.query_one("#answer", Line).say(Content(lobby or "You are watching; the market does not see you."))

    def action_results(self) -> None:
        """The results so far, on top; q comes back."""
        if cast("WatchApp", self.app).model:
            self.app.push_screen(ResultsScreen())

    def action_leave(self) -> None:
        """The end."""
        cast("WatchApp", self.app).leave()
