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
NUMBER_MAX = 7
"""Letters of a typed number: no session has so many contracts."""


class ReplayScreen(MarketScreen):
    """Play, pause, faster, slower, from period to period."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "Play"),
        Binding("left_square_bracket", "slower", "", show=False),
        Binding("right_square_bracket", "faster", "Speed", key_display="[ ]"),
        Binding("left", "skip(-1)", "", show=False),
        Binding("right", "skip(1)", "5 s", key_display="←→"),
        Binding("comma", "step(-1)", "", show=False),
        Binding("full_stop", "step(1)", "Fact", key_display=", ."),
        Binding("b", "contract(-1)", "", show=False),
        Binding("c", "contract(1)", "Contract", key_display="b c"),
        Binding("p", "previous", "", show=False),
        Binding("n", "next", "Period", key_display="p n"),
        *(Binding(digit, f"type('{digit}')", "", show=False) for digit in "0123456789"),
        Binding("number_sign", "type('#')", "", show=False),
        Binding("enter", "go", "", show=False),
        Binding("escape,backspace", "untype", "", show=False),
        Binding("e,end", "end", "End", key_display="e"),
        Binding("r", "results", "Results"),
        Binding("q", "leave", "Leave"),
    ]

    def __init__(self, player: Player) -> None:
        super().__init__(player.view())
        self.player = player
        self.typed = ""

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
        self.query_one(PlaybackBar).draw_player(self.player, self.typed)

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

    def action_step(self, facts: int) -> None:
        """To the next instant at which something is told, or the last one."""
        self.player.step(facts)
        self._moved()

    def action_contract(self, contracts: int) -> None:
        """To the next contract, or the one before."""
        self.player.next_contract(contracts)
        self._moved()

    def action_type(self, letter: str) -> None:
        """A number is typed: of a period, behind # of a contract. Enter goes there."""
        begun = "#" if letter == "#" else self.typed + letter
        self.typed = begun[:NUMBER_MAX]
        self._moved()

    def action_untype(self) -> None:
        """Nothing is typed any more."""
        self.typed = ""
        self._moved()

    def action_go(self) -> None:
        """To the period or the contract that was typed."""
        typed, self.typed = self.typed, ""
        number = int(typed.lstrip("#") or 0)
        there = self.player.go_to_contract(number) if typed.startswith("#") else self.player.go_to_period(number)
        if typed and not there:
            what = ("contract", self.player.contracts) if typed.startswith("#") else ("period", self.player.starts)
            self.notify(f"There is no {what[0]} {number}; there are {len(what[1])}.", severity="warning")
        self._moved()

    def on_playback_bar_sought(self, sought: PlaybackBar.Sought) -> None:
        """The bar was clicked: there."""
        self.player.jump(sought.at)
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
