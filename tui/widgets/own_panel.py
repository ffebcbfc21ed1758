"""The panel of one's own part, beside the chart: a table, and sums below it."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Digits

from tui.widgets.text_line import TextLine


class OwnPanel(Vertical):
    """The common parts of units and a household; each writes its own lines."""

    def __init__(self) -> None:
        super().__init__(id="units", classes="panel")

    def compose(self) -> ComposeResult:
        """The table, the next unit in large digits where there is room, and the sums below it."""
        yield TextLine(classes="table")
        yield TextLine(classes="next-unit")
        yield Digits("", classes="next-unit")
        yield TextLine(classes="sums")
