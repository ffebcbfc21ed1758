"""`pit replay`: a recording on the trading screen, with a player's keys."""

import time

from p2p.base.units import Instant
from p2p.information.view_state import ViewState
from tui.apps.base import ExitSummary, LabApp
from tui.model.replay_player import Player
from tui.screens.replay import ReplayScreen
from tui.screens.results import ResultsOnTop, ResultsScreen, total


class ReplayApp(LabApp):
    """Plays a recording. The clock on the screen is the recording's."""

    def __init__(self, player: Player) -> None:
        super().__init__()
        self.player = player
        self.model = player.model
        self._beat_at = time.monotonic()

    def on_mount(self) -> None:
        """Begin to play."""
        self.push_screen(ReplayScreen(self.player))
        self._beat_at = time.monotonic()

    def now(self) -> Instant:
        """Where the recording is."""
        return self.player.at

    def refresh_if_changed(self) -> None:
        """Let the recording go on by the time that has passed, and draw the news."""
        now = time.monotonic()
        passed_us, self._beat_at = int((now - self._beat_at) * 1_000_000), now
        played = self.player.playing
        self.player.advance(passed_us)
        self.model = self.player.model
        if played != self.player.playing:
            self.draw()
        super().refresh_if_changed()

    def results_on_top(self, view: ViewState) -> ResultsScreen:
        """The same with competitive prices and efficiencies: a recording is for its experimenter."""
        return ResultsOnTop(view, {} if view.clock.practice else self.player.replay.goals)

    def on_player_moved(self) -> None:
        """The player was moved by hand."""
        self.model = self.player.model
        self.draw()

    def leave(self) -> None:
        """Back from the results, or the end."""
        if isinstance(self.screen, ResultsScreen):
            self.pop_screen()
            return
        replay = self.player.replay
        came_to = total(self.player.view(results=True))
        self.exit(ExitSummary(f"{replay.session}, {self.player.whose}: {came_to}"))
