"""The frame of both programs, trading and replay: a model, the screen that shows it, and how often it is drawn.

Facts are folded at once, drawings are conflated: at most one in DRAW_S, and only where something has changed or the
clock has gone on. So hundreds of facts a second cost no more than ten drawings.
"""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.events import Event, Key, Resize
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.types import CSSPathType

from p2p.base.units import SECOND, Instant
from p2p.information.view_state import ViewState
from tui.apps.key_events import keys_meant, read_escape_plainly
from tui.apps.terminal_life import watch_terminal
from tui.model.model import Model
from tui.screens.base import LabScreen
from tui.screens.results import ResultsOnTop, ResultsScreen
from tui.screens.stage_page import StagePage
from tui.screens.too_small import TooSmallScreen
from tui.widgets.chart import ASK, BID
from tui.widgets.terminal_size import too_small

DRAW_S = 0.1
"""Ten drawings a second: faster than anybody reads, slower than a market of robots."""
TICK_US = SECOND // 2
"""So often a screen whose clock runs is drawn though nothing is new; a part that is drawn more seldom catches up by
then."""


@dataclass(frozen=True)
class ExitSummary:
    """How a program of the terminal ended: a sentence for after it, and the exit status."""

    sentence: str
    status: int = 0


class LabApp(App[ExitSummary]):
    """Draws views of `model` on the base screen; the programs say what they fold into it, and what the clock says."""

    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).resolve().parents[1] / "lab.tcss"
    TITLE = "pit"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (34, "-high")]
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "ask_to_leave", "", show=False, priority=True)]

    def __init__(self) -> None:
        super().__init__()
        read_escape_plainly()
        self.model: Model | None = None
        self.redraw_us = 0
        self._drawn: tuple[int, int | None, int] | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colours of both sides, where a theme has none of its own."""
        return {"bid": BID, "ask": ASK}

    def on_mount(self) -> None:
        """Begin to draw."""
        if not self.is_headless:
            watch_terminal(self.end_by_signal)
        self.check_size(self.size)
        self.set_interval(DRAW_S, self.refresh_if_changed)

    def end_by_signal(self, status: int) -> None:
        """Leave, with the terminal as it was before."""
        self.exit(ExitSummary("Ended by a signal. Your seat can be joined again while the session runs.", status))

    async def on_event(self, event: Event) -> None:
        """Take in an event; of a key, the keys that were meant by it."""
        for meant in keys_meant(event):
            if isinstance(meant, Key) and meant.key == "escape" and isinstance(self.screen, ModalScreen):
                self.pop_screen()  # at once: the next key is the market's
            else:
                await super().on_event(meant)

    def action_ask_to_leave(self) -> None:
        """Leave from wherever one is, if it is meant."""
        self.leave()

    def on_resize(self, event: Resize) -> None:
        """The terminal has another size."""
        self.check_size(event.size)

    def check_size(self, size: Size) -> None:
        """Lay the notice on top while the terminal is too small for the screens, and take it away when it is not."""
        if len(self.screen_stack) < 2:
            return
        covered = isinstance(self.screen, TooSmallScreen)
        if too_small(size) and not covered:
            self.push_screen(TooSmallScreen())
        elif covered and not too_small(size):
            self.pop_screen()

    def now(self) -> Instant:
        """The session's clock."""
        raise NotImplementedError

    def leave(self) -> None:
        """End the program."""
        raise NotImplementedError

    def view(self, results: bool = False) -> ViewState | None:
        """The view of now, with results of all periods only if asked; None while there is no market."""
        return self.model.view(self.now(), results) if self.model else None

    @property
    def ended(self) -> bool:
        """Whether the session is known to be over."""
        view = self.view()
        return view is not None and view.clock.phase == "ended"

    def refresh_if_changed(self) -> None:
        """Draw, if there is anything new."""
        if self.model is None:
            return
        version, left_us, words = self.model.stamp(self.now())
        stamp = (version, None if left_us is None else -(-left_us // TICK_US), words)
        if stamp != self._drawn:
            self._drawn = stamp
            self.draw()

    def on_draw_requested(self) -> None:
        """A screen wants to be drawn."""
        self.draw()

    def on_words_taken_down(self) -> None:
        """The words on the screen have been read."""
        if self.model:
            self.model.take_down_words()
            self.draw()

    def on_results_requested(self) -> None:
        """The results so far, on top; q comes back."""
        if view := self.view(results=True):
            self.push_screen(self.results_on_top(view))

    def results_on_top(self, view: ViewState) -> ResultsScreen:
        """The screen of the results so far."""
        return ResultsOnTop(view)

    def on_back_requested(self) -> None:
        """Back from results that lie on top; there is nothing beneath those of the end."""
        if len(self.screen_stack) > 2:
            self.pop_screen()
        else:
            self.notify("The session is over: there is no market to go back to. q leaves.", timeout=4)

    def on_leave_requested(self) -> None:
        """The person leaves a screen, or the program."""
        self.leave()

    def draw(self) -> None:
        """Draw now. The base screen is drawn even where a smaller one lies on top."""
        if self.model is None or len(self.screen_stack) < 2:
            return
        started = time.perf_counter_ns()
        results = isinstance(self.screen_stack[1], ResultsScreen | StagePage)
        self.draw_view(self.model.view(self.now(), results))
        self.redraw_us = (time.perf_counter_ns() - started) // 1000

    def draw_view(self, view: ViewState) -> None:
        """Draw a view on the base screen."""
        screen = self.screen_stack[1]
        with suppress(NoMatches):  # a screen that is being taken down has lost some of its parts already
            if screen.is_mounted and isinstance(screen, LabScreen):
                screen.draw(view)
