"""In place of a screen that has no room: how large the terminal must be. Keys mean nothing until it is."""

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from tui.widgets.terminal_size import HEIGHT_MIN, WIDTH_MIN
from tui.widgets.text_line import TextLine


class TooSmallScreen(Screen[None]):
    """Lies on top while the terminal is too small: no key has an effect that could not be seen."""

    AUTO_FOCUS = None

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield TextLine(id="small")

    def on_mount(self) -> None:
        """Say it as soon as there is a place for it."""
        self.on_resize()

    def on_resize(self) -> None:
        """Say how large the terminal is now."""
        size = self.app.size
        words = f"This screen needs {WIDTH_MIN}x{HEIGHT_MIN}, yours is {size.width}x{size.height}: make it larger."
        self.query_one("#small", TextLine).set_text(Content(f"{words}\nUntil then no key acts; Ctrl+Q, twice, leaves."))
