"""The panel of what is one's own, beside the chart: a table, and sums below it."""

from textual.app import ComposeResult
from textual.containers import Vertical

from tui.widgets.text_line import TextLine


class OwnPanel(Vertical):
    """What units and a household share; each writes its own lines."""

    def __init__(self) -> None:
        super().__init__(id="units", classes="panel")

    def compose(self) -> ComposeResult:
        """The table and the sums below it."""
        yield TextLine(classes="table")
        yield TextLine(classes="sums")
