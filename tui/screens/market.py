"""The market as traders know it: asks, contracts, bids; below them one's units and the chart. Live and in replay."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Footer

from p2p.units import Instant
from tui.model import Model
from tui.widgets.chart import PriceChart
from tui.widgets.contracts import ContractList
from tui.widgets.notice import Notice
from tui.widgets.quotes import Quotes
from tui.widgets.status import Status
from tui.widgets.units import Units


class MarketScreen(Screen[None]):
    """What both programs show of a market; `foot` is what is below it."""

    AUTO_FOCUS = None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Status(id="status")
        yield Notice(id="notice")
        with Horizontal(id="market"):
            yield Quotes("ask")
            yield ContractList()
            yield Quotes("bid")
        with Horizontal(id="below"):
            yield Units()
            yield PriceChart()
        yield from self.foot()
        yield Footer()

    def foot(self) -> ComposeResult:
        """What is between the market and the keys."""
        yield from ()

    def on_mount(self) -> None:
        """Draw as soon as the parts have their places."""
        self.call_after_refresh(self._draw)

    def on_resize(self) -> None:
        """How much is shown depends on how much room there is."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        from tui.app import LabApp

        app = self.app
        assert isinstance(app, LabApp)
        app.draw()

    def show(self, model: Model, now: Instant) -> None:
        """Bring every part up to date."""
        self.query_one(Status).show(model, now)
        self.query_one(Notice).show(model, now)
        for quotes in self.query(Quotes):
            quotes.show(model, now)
        self.query_one(ContractList).show(model, now)
        self.query_one(Units).show(model, now)
        self.query_one(PriceChart).show(model, now)
