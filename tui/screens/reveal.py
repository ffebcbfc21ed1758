"""The reveal of a lesson: each market's supply and demand with the contracts over them, and efficiency by period."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.widgets import Footer

from p2p.information.view_state import ViewState
from p2p.protocol.reveal import Reveal
from p2p.scenario.public_rules import PublicRules
from tui.model.number_format import number_format
from tui.screens.base import LabScreen
from tui.screens.requests import BackRequested, LightRequested
from tui.text.reveal_words import efficiencies, result_lines
from tui.widgets.figures_plots import SupplyDemandPlot
from tui.widgets.text_line import TextLine

MARKET_COLUMNS = 56
"""Columns of a market: a chart that can be read from afar, and its result in two lines."""


class MarketPanel(Vertical):
    """One market's period."""

    def __init__(self, rules: PublicRules) -> None:
        super().__init__()
        self.rules = rules

    def compose(self) -> ComposeResult:
        """Title, chart, result."""
        yield TextLine(classes="reveal-title")
        yield SupplyDemandPlot()
        yield TextLine(classes="reveal-result")

    def show(self, reveal: Reveal, market: int, period: int) -> None:
        """Draw a period; where there is none, say so."""
        found = reveal.of(market, period)
        title = f"Period {period}" if reveal.markets == 1 else f"Market {market + 1} · period {period}"
        self.query_one(".reveal-title", TextLine).set_text(Content.styled(title, "bold"))
        self.query_one(SupplyDemandPlot).draw_market(self, found)
        lines = result_lines(found, number_format(self.rules)) if found else ["not played to its end"]
        self.query_one(".reveal-result", TextLine).set_text(Content("\n").join(map(Content, lines)))


class RevealScreen(LabScreen):
    """Lies on top of the projector's screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "period(-1)", "Period before", key_display="←"),
        Binding("right", "period(1)", "Next period", key_display="→"),
        Binding("tab", "markets", "Next markets", key_display="Tab"),
        Binding("t", "light", "Light or dark"),
        Binding("s,escape,q", "back", "Back", key_display="s"),
    ]

    def __init__(self, reveal: Reveal, rules: PublicRules, market: int) -> None:
        super().__init__()
        self.reveal, self.rules = reveal, rules
        self.first = market if market < reveal.markets else 0
        self.numbers = sorted({one.period for one in reveal.figures})
        self.at = 0

    def compose(self) -> ComposeResult:
        """A panel for each market that fits, and efficiency by period below."""
        yield TextLine(id="reveal-head")
        with Horizontal(id="reveal-markets"):
            for _ in range(self.reveal.markets):
                yield MarketPanel(self.rules)
        yield TextLine(id="reveal-efficiency")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Draw as soon as the charts have their places."""
        self.call_after_refresh(self.lay_out)

    def on_resize(self, event: Resize) -> None:
        """Other columns, other markets."""
        self.call_after_refresh(self.lay_out)

    @property
    def shown(self) -> list[int]:
        """The markets that there is room for, from the first one on."""
        room = max(1, self.app.size.width // MARKET_COLUMNS)
        if self.reveal.markets <= room:
            return list(range(self.reveal.markets))
        return [(self.first + n) % self.reveal.markets for n in range(room)]

    def lay_out(self) -> None:
        """Draw all that is shown."""
        panels = list(self.query(MarketPanel))
        for panel in panels[len(self.shown) :]:
            panel.display = False
        self.query_one("#reveal-head", TextLine).set_text(
            Content.styled(f"{self.rules.title} · what could be traded, and what was", "bold")
        )
        if not self.numbers:
            self.query_one("#reveal-efficiency", TextLine).set_text(Content("No period was played to its end."))
            return
        for panel, market in zip(panels, self.shown, strict=False):
            panel.display = True
            panel.show(self.reveal, market, self.numbers[self.at])
        lines = [efficiencies(self.reveal, market, self.numbers[self.at]) for market in self.shown]
        self.query_one("#reveal-efficiency", TextLine).set_text(Content("\n").join(lines))

    def draw(self, view: ViewState) -> None:
        """The session is over: nothing changes here."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing are not shown."""
        match action:
            case "period":
                return len(self.numbers) > 1
            case "markets":
                return len(self.shown) < self.reveal.markets
            case _:
                return super().check_action(action, parameters)

    def action_period(self, by: int) -> None:
        """Another period; after the last comes the first."""
        self.at = (self.at + by) % len(self.numbers)
        self.lay_out()

    def action_markets(self) -> None:
        """The next markets."""
        self.first = (self.first + len(self.shown)) % self.reveal.markets
        self.lay_out()

    def action_light(self) -> None:
        """Light or dark."""
        self.post_message(LightRequested())

    def action_back(self) -> None:
        """To the market beneath."""
        self.post_message(BackRequested())
