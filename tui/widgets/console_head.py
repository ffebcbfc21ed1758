"""The console's head: the clock in large digits, beside it the session, its stage and how the seats are held."""

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.information.console_state import ConsoleState
from tui.text.console_words import large_clock, stage, summary
from tui.widgets.console_part import ConsolePart
from tui.widgets.text_line import TextLine


class ConsoleHead(ConsolePart, Horizontal):
    """Three rows."""

    def __init__(self) -> None:
        super().__init__(id="console-head")

    def compose(self) -> ComposeResult:
        """The digits, and three lines."""
        yield Digits("–:––", id="console-clock")
        with Vertical():
            yield TextLine(id="console-title")
            yield TextLine(id="console-stage")
            yield TextLine(id="console-seats")

    def show(self, state: ConsoleState) -> None:
        """Bring the head up to date."""
        digits, text = self.query_one(Digits), large_clock(state)
        digits.display = state.clock.left_us is not None or state.clock.phase in ("trading", "break")
        if digits.value != text:
            digits.update(text)
        self.set_class(state.clock.paused or state.clock.held, "-stopped")
        self.set_class(state.lost is not None, "-lost")
        door = "  · door locked" if state.locked else ""
        void = f"  · void: period {', '.join(map(str, state.clock.void))}" if state.clock.void else ""
        self.query_one("#console-title", TextLine).set_text(Content(f"{state.rules.title}{door}{void}"))
        self.query_one("#console-stage", TextLine).set_text(Content.styled(_stage(state), "bold"))
        needed = state.counts.help or state.counts.gone
        self.query_one("#console-seats", TextLine).set_text(
            Content.styled(summary(state), "bold $text-warning" if needed else "")
        )


def _stage(state: ConsoleState) -> str:
    if state.lost is not None:
        return f"✂ CONNECTION LOST, trying again … ({state.lost})"
    return stage(state)
