"""The top line: which market, which period, what the clock says, what one has earned."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from p2p.base.units import Instant
from tui.model.model import Model
from tui.text.phrases import stage, state
from tui.widgets.text_line import TextLine


class Status(Horizontal):
    """Title, period, clock and surplus in one line."""

    def compose(self) -> ComposeResult:
        """Four places."""
        yield TextLine(id="title")
        yield TextLine(id="stage")
        yield TextLine(id="clock")
        yield TextLine(id="earned")

    def show(self, model: Model, now: Instant) -> None:
        """Bring the line up to date."""
        self.query_one("#title", TextLine).set_text(Content(model.rules.title))
        self.query_one("#stage", TextLine).set_text(Content(stage(model)))
        about = "≈" if model.lost else ""
        self.query_one("#clock", TextLine).set_text(Content.styled(about + state(model, now), "bold"))
        self.query_one("#earned", TextLine).set_text(Content("" if model.seat is None else earned(model)))


def earned(model: Model) -> str:
    """One's surplus so far; and what of it is paid, where a robot's orders have gained a part of it in one's place."""
    say = model.figures.signed
    unit = f" {model.figures.money_unit}" if model.figures.energy else ""
    paid = f" ({say(model.surplus_paid)} paid)" if model.own.unpaid else ""
    return f"earned {say(model.surplus_total)}{unit}{paid}"
