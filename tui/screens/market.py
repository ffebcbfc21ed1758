"""The market as traders know it, by its institution; below it one's units or household and the chart. Live, in replay.

standing     asks | contracts | bids
continuous   the best quotes (where there is room, or the book is hidden) | book | contracts | own orders
call         book (where it is shown) | the call | contracts (where there is room) | own orders
"""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Footer

from p2p.information.view_state import ViewState
from p2p.scenario.overrides import SEES_ORDERS
from tui.screens.base import LabScreen
from tui.screens.requests import DrawRequested
from tui.widgets.best_quotes import BestQuotes
from tui.widgets.break_card import BreakCard, in_break
from tui.widgets.call_box import CallBox
from tui.widgets.chart import PriceChart
from tui.widgets.contracts import ContractList
from tui.widgets.household import Household
from tui.widgets.ladder import Ladder
from tui.widgets.notice import Notice
from tui.widgets.own_orders import OwnOrders
from tui.widgets.part import Part
from tui.widgets.quotes import Quotes
from tui.widgets.status import Status
from tui.widgets.unit_list import UnitList

EDGE_ROWS = 2
"""The status line and the keys."""
MARKET_ROWS_MIN, CARD_ROWS_MIN, BELOW_ROWS_MIN = 6, 9, 10
"""Rows in which each part can be read: a large price with its owner; a break's card; a household with its sums."""


class MarketScreen(LabScreen):
    """The market's screen, common to both programs; `foot` is the part below it."""

    AUTO_FOCUS = None
    PICKS = False
    """Whether own orders can be picked to be cancelled or replaced."""
    BREAK_CARD = True
    """Whether a break is a card of results in the market's place."""

    def __init__(self, view: ViewState | None = None) -> None:
        super().__init__()
        self.view = view
        self._arranged: tuple[bool, ...] | None = None

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield Status(id="status")
        yield Notice()
        yield from self.head()
        view = self.view
        self._arranged = arrangement(view)
        self.set_class(bool(view and view.collects and shows_book(view)), "-call-and-book")
        with Horizontal(id="market"):
            yield from market_parts(view, self.PICKS)
        yield BreakCard()
        with Horizontal(id="below"):
            yield Household() if view and view.seat is not None and view.rules.energy else UnitList()
            yield from self.before_prices()
            yield PriceChart()
        yield from self.foot()
        yield Footer(compact=True)

    def head(self) -> ComposeResult:
        """The widgets above the market."""
        yield from ()

    def before_prices(self) -> ComposeResult:
        """The widgets that may stand in the place of the chart."""
        yield from ()

    def foot(self) -> ComposeResult:
        """The widgets between the market and the keys."""
        yield from ()

    def on_mount(self) -> None:
        """Draw as soon as the parts have their places."""
        self.call_after_refresh(self.post_message, DrawRequested())

    def on_resize(self) -> None:
        """How much is shown depends on how much room there is."""
        self.call_after_refresh(self.post_message, DrawRequested())

    async def _rearrange(self) -> None:
        """The rules have come after the screen: they say which parts it has."""
        await self.recompose()
        self.refresh_bindings()  # a new footer shows no keys until it is told of them
        self.post_message(DrawRequested())

    def draw(self, view: ViewState) -> None:
        """Bring every part up to date."""
        self.view = view
        self.note_words(view)
        if self._arranged != arrangement(view):
            self._arranged = arrangement(view)
            self.call_later(self._rearrange)
            return
        self.query_one(Status).show(view)
        self.query_one(Notice).show(view)
        card, market = self.query_one(BreakCard), self.query_one("#market")
        card.display = in_break(view) and self.BREAK_CARD
        market.display = not card.display
        if card.display:
            card.show(view)
        for part in (*self.query_one("#market").children, *self.query_one("#below").children):
            if part.display and isinstance(part, Part):
                part.show(view)
        self.squeeze()

    def foot_rows(self) -> int:
        """Rows between the market and the keys."""
        return 2

    def squeeze(self) -> None:
        """Where words, previews and refusals need many rows, the lower part gives up some of its own."""
        room = self.app.size.height - EDGE_ROWS - self.query_one(Notice).rows - self.foot_rows()
        upper = CARD_ROWS_MIN if self.query_one(BreakCard).display else MARKET_ROWS_MIN
        self.set_class(room < upper + BELOW_ROWS_MIN, "-squeezed")


def shows_book(view: ViewState) -> bool:
    """Whether every order that rests is shown, in a market that has some."""
    return not view.resets and view.rules.information in SEES_ORDERS


def arrangement(view: ViewState | None) -> tuple[bool, ...]:
    """The properties that decide which parts there are; before the rules are known, those of the standing auction."""
    if view is None:
        return (True, False, False, False, False)
    energy = view.rules.energy is not None
    return (view.resets, view.collects, shows_book(view), view.seat is not None and energy, energy)


def market_parts(view: ViewState | None, picks: bool) -> Iterator[Widget]:
    """The parts of the market, from left to right."""
    if view is None or view.resets:
        yield Quotes("ask")
        yield ContractList()
        yield Quotes("bid")
        return
    if shows_book(view):
        if not view.collects:
            yield BestQuotes(beside_book=True)
        yield Ladder()
    elif not view.collects:
        yield BestQuotes()
    if view.collects:
        yield CallBox()
    yield ContractList()
    if view.seat is not None:
        yield OwnOrders(picks)
