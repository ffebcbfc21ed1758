"""The one-way mirror: a seat's own screen as its trader sees it, by the trader's screen code, without its keys."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from p2p.information.console_state import MirrorView
from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.screens.base import LabScreen
from tui.screens.lobby import LobbyScreen
from tui.screens.market import MarketScreen
from tui.screens.requests import DrawRequested, MirrorRequested
from tui.screens.results import ResultsScreen
from tui.screens.stage_page import StagePage
from tui.text.stage_words import in_stage
from tui.widgets.text_line import TextLine
from tui.widgets.ticket import news_words

BACK: list[BindingType] = [Binding("escape,q,enter", "back", "Back to the console")]


class _Mirrored(LabScreen):
    """What the mirrors share: a line on top, and the way back."""

    def head_line(self) -> TextLine:
        """The line on top."""
        return TextLine(id="mirror-title")

    def name_seat(self, mirror: MirrorView) -> None:
        """Say whose screen this is."""
        name = f" ({mirror.name})" if mirror.name else ""
        words = f"Mirror of card {mirror.card}{name} · read-only · Esc goes back"
        self.query_one("#mirror-title", TextLine).set_text(Content(words))

    def action_back(self) -> None:
        """Back to the roster."""
        self.post_message(MirrorRequested(None))


class MirroredWait(_Mirrored, inherit_bindings=False):
    """Nothing has come of the seat yet."""

    BINDINGS: ClassVar[list[BindingType]] = BACK

    def compose(self) -> ComposeResult:
        """The line on top, and a sentence."""
        yield self.head_line()
        yield TextLine("Waiting for the seat's screen …", id="mirror-wait")

    def draw(self, view: ViewState) -> None:
        """Nothing changes here."""


class MirroredLobby(_Mirrored, LobbyScreen, inherit_bindings=False):
    """The seat's lobby."""

    BINDINGS: ClassVar[list[BindingType]] = BACK

    def compose(self) -> ComposeResult:
        """The lobby under a line."""
        yield self.head_line()
        yield from super().compose()


class MirroredMarket(_Mirrored, MarketScreen, inherit_bindings=False):
    """The seat's trading screen without its ticket; the last answer stands in its place."""

    BINDINGS: ClassVar[list[BindingType]] = BACK

    def compose(self) -> ComposeResult:
        """The market under a line."""
        yield self.head_line()
        yield from super().compose()

    def foot(self) -> ComposeResult:
        """The seat's last answer."""
        yield TextLine(id="answer")

    def draw(self, view: ViewState) -> None:
        """Bring every part up to date."""
        super().draw(view)
        self.query_one("#answer", TextLine).set_text(news_words(view.news, number_format(view.rules)))


class MirroredStage(_Mirrored, StagePage, inherit_bindings=False):
    """The seat's stage without trade."""

    BINDINGS: ClassVar[list[BindingType]] = BACK

    def compose(self) -> ComposeResult:
        """The stage under a line."""
        yield self.head_line()
        yield from super().compose()

    def draw(self, view: ViewState) -> None:
        """The page that the person has open is not told: that of their progress is shown."""
        if view.stage is not None:
            self.page = min(view.stage.read, max(0, len(view.stage.shown.pages) - 1))
        super().draw(view)


class MirroredResults(_Mirrored, ResultsScreen, inherit_bindings=False):
    """The seat's results."""

    BINDINGS: ClassVar[list[BindingType]] = BACK

    def compose(self) -> ComposeResult:
        """The results under a line."""
        yield self.head_line()
        yield from super().compose()

    def on_mount(self) -> None:
        """Draw as soon as there is a place to draw on."""
        self.call_after_refresh(self.post_message, DrawRequested())


Mirrored = MirroredWait | MirroredLobby | MirroredStage | MirroredMarket | MirroredResults
"""A mirror's screen at each stage of its seat."""


def mirrored_stage(mirror: MirrorView) -> str:
    """Which screen the seat has now."""
    if mirror.view is None or not mirror.view.version:
        return "wait"
    going_on = "stage" if in_stage(mirror.view) else "market"
    return {"lobby": "lobby", "ended": "results"}.get(mirror.view.clock.phase, going_on)


def mirror_screen(mirror: MirrorView) -> Mirrored:
    """The screen for a mirror as it is now."""
    view = mirror.view
    stage = mirrored_stage(mirror)
    if view is None or stage == "wait":
        return MirroredWait()
    if stage == "results":
        return MirroredResults(view)
    if stage == "stage":
        return MirroredStage(view)
    return MirroredMarket(view) if stage == "market" else MirroredLobby()
