"""The top line: which market, which period, what the clock says, what one has earned."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.text.phrases import stage, state
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine


class Status(Part, Horizontal):
    """Title, period, clock and surplus in one line."""

    def compose(self) -> ComposeResult:
        """Four places."""
        yield TextLine(id="title")
        yield TextLine(id="stage")
        yield TextLine(id="clock")
        yield TextLine(id="earned")

    def show(self, view: ViewState) -> None:
        """Bring the line up to date."""
        self.query_one("#title", TextLine).set_text(Content(view.rules.title))
        self.query_one("#stage", TextLine).set_text(Content(stage(view)))
        about = "≈" if view.line.lost and state(view) else ""
        self.query_one("#clock", TextLine).set_text(Content.styled(about + state(view), "bold"))
        self.query_one("#earned", TextLine).set_text(Content("" if view.seat is None else earned(view)))


def earned(view: ViewState) -> str:
    """One's surplus so far; and what of it is paid, where a robot's orders have gained a part of it in one's place."""
    say = number_format(view.rules).signed
    unit = f" {number_format(view.rules).money_unit}" if number_format(view.rules).energy else ""
    if view.clock.practice:
        return f"practice {say(view.own.surplus_total)}{unit}"
    paid = f" (payable: {say(view.own.surplus_total - view.own.unpaid)})" if view.own.unpaid else ""
    return f"earned {say(view.own.surplus_total)}{unit}{paid}"
