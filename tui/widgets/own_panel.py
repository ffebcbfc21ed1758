"""The panel of one's own part, beside the chart: a table, and sums below it."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Digits

from p2p.information.view_state import ViewState
from tui.text.standing_terms import standing_terms
from tui.widgets.text_line import TextLine
from tui.widgets.wrapped_line import WrappedLine


class OwnPanel(Vertical):
    """The common parts of units and a household; each writes its own lines."""

    def __init__(self) -> None:
        super().__init__(id="units", classes="panel")

    def compose(self) -> ComposeResult:
        """The table, the next unit in large digits where there is room, taxes and controls, and the sums."""
        yield TextLine(classes="table")
        yield TextLine(classes="next-unit")
        yield Digits("", classes="next-unit")
        yield WrappedLine(classes="terms")
        yield TextLine(classes="sums")

    def show_terms(self, view: ViewState) -> int:
        """Say taxes and price controls, where there are some; the rows that this takes."""
        line, words = self.query_one(".terms", WrappedLine), standing_terms(view)
        line.display = bool(words)
        if not words:
            return 0
        line.set_text(Content.styled(words, "italic"), self.content_size.width)
        return line.rows
