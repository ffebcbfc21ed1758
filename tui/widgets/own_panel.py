"""The panel of one's own part, beside the chart: a table, and sums below it."""

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.widgets.text_line import TextLine


class OwnPanel(Vertical):
    """The common parts of units and a household; each writes its own lines."""

    def __init__(self) -> None:
        super().__init__(id="units", classes="panel")

    def compose(self) -> ComposeResult:
        """The table and the sums below it."""
        yield TextLine(classes="table")
        yield TextLine(classes="sums")
