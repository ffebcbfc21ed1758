"""The market of a recording: the trading screen without a ticket, with keys to play, pause and seek."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from p2p.base.units import SECOND
from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.model.replay_player import Player
from tui.screens.market import MarketScreen
from tui.screens.requests import LeaveRequested, PlayerMoved, ResultsRequested
from tui.widgets.chart import PriceChart
from tui.widgets.playback_bar import PlaybackBar
from tui.widgets.ticket import news_words
from tui.widgets.wrapped_line import WrappedLine

JUMP = 5 * SECOND


class ReplayScreen(MarketScreen):
    """Play, pause, faster, slower, from period to period."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "Play"),
        Binding("left_square_bracket", "slower", "", show=False),
        Binding("right_square_bracket", "faster", "Speed", key_display="[ ]"),
        Binding("left", "skip(-1)", "", show=False),
        Binding("right", "skip(1)", "5 s", key_display="←→"),
        Binding("p", "previous", "", show=False),
        Binding("n", "next", "Period", key_display="p n"),
        Binding("e,end", "end", "End", key_display="e"),
        Binding("r", "results", "Results"),
        Binding("q", "leave", "Leave"),
    ]

    def __init__(self, player: Player) -> None:
        super().__init__(player.view())
        self.player = player

    def foot(self) -> ComposeResult:
        """One's last answer, and the player's bar."""
        yield WrappedLine(id="answer")
        yield PlaybackBar()

    def foot_rows(self) -> int:
        """The answer, and the player's bar."""
        return self.query_one("#answer", WrappedLine).rows + 2

    def draw(self, view: ViewState) -> None:
        """Bring every part up to date."""
        goal = self.player.replay.goals.get(view.period.number) if view.period and not view.clock.practice else None
        self.query_one(PriceChart).goal = goal.price if goal else None
        super().draw(view)
        answer = self.query_one("#answer", WrappedLine)
        answer.display = view.seat is not None
        answer.set_text(news_words(view.news, number_format(view.rules), view.period))
        self.query_one(PlaybackBar).draw_player(self.player)

    def _moved(self) -> None:
        self.post_message(PlayerMoved())

    def action_play(self) -> None:
        """Play or stand still."""
        self.player.toggle()
        self._moved()

    def action_slower(self) -> None:
        """One speed down."""
        self.player.faster(-1)
        self._moved()

    def action_faster(self) -> None:
        """One speed up."""
        self.player.faster(1)
        self._moved()

    def action_skip(self, direction: int) -> None:
        """Five seconds of the session on or back."""
        self.player.jump(self.player.at + direction * JUMP)
        self._moved()

    def action_next(self) -> None:
        """The next period."""
        self.player.next_period()
        self._moved()

    def action_previous(self) -> None:
        """This period from its start, or the one before."""
        self.player.previous_period()
        self._moved()

    def action_end(self) -> None:
        """The end of the recording."""
        self.player.jump(self.player.end_at)
        self._moved()

    def action_results(self) -> None:
        """The results so far, on top; q comes back."""
        self.post_message(ResultsRequested())

    def action_leave(self) -> None:
        """The end."""
        self.post_message(LeaveRequested())
