"""The head of the projector's screen, for the last row of a hall: two boxes with the largest letters that fit.

lobby     class code, or seats taken
trading   time left | last price
stage     its clock or its number | how many are done
break     time to the next period | mean price
end       efficiency, where it is told | last price
"""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content

from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.text.large_letters import largest
from tui.text.phrases import clock
from tui.text.stage_words import heading
from tui.widgets.part import Part
from tui.widgets.text_line import TextLine

HEIGHTS = ((48, 16), (34, 9), (0, 6))
"""Rows of the head with its frame, by the terminal's rows: letters of fourteen, seven and four lines."""
FRAME = 4
"""Columns of a box that are its frame's and its padding's."""


def plain(said: tuple[str, str]) -> tuple[str, str]:
    """A title and a number whose noughts have no stroke: it tells them from letters, of which a clock has none."""
    return said[0], said[1].replace("0", "O")


def rows_of(terminal: int) -> int:
    """Rows of the head in a terminal of so many."""
    return next(rows for least, rows in HEIGHTS if terminal >= least)


class WallBox(TextLine):
    """One text in large letters, under a title."""

    def say(self, title: str, text: str, rows: int, columns: int) -> None:
        """Show it; nothing to say leaves no box."""
        self.display = bool(text)
        self.border_title = title
        self.set_text(Content(largest(text, columns - FRAME, rows - 2)))


class Wall(Part, Horizontal):
    """Both boxes. `class_code` is what the person at the projector has typed, and nothing that a server told."""

    def __init__(self, class_code: str) -> None:
        super().__init__(id="wall")
        self.class_code = class_code
        self.revealed: float | None = None
        """The efficiency of the whole session, from a reveal."""
        self.display = False

    def compose(self) -> ComposeResult:
        """From left to right."""
        yield WallBox(id="wall-clock", classes="panel")
        yield WallBox(id="wall-price", classes="panel")

    def show(self, view: ViewState) -> None:
        """Bring both up to date."""
        size = self.app.size
        rows = rows_of(size.height)
        self.styles.height = rows
        left, right = self._left(view), self._right(view)
        alone = not left[1] or not right[1]
        wide = size.width if alone else size.width * 4 // 7
        if view.clock.phase != "lobby":
            left, right = plain(left), plain(right)
        self.query_one("#wall-clock", WallBox).say(*left, rows, wide)
        self.query_one("#wall-price", WallBox).say(*right, rows, size.width if alone else size.width - wide)
        self.query_one("#wall-clock").set_class(view.clock.paused, "-stopped")

    def _left(self, view: ViewState) -> tuple[str, str]:
        where = "" if view.rules.market is None else f"Market {view.rules.market + 1} · "
        stopped = "PAUSED · " if view.clock.paused else ""
        match view.clock.phase:
            case "lobby":
                return "Class code", self.class_code
            case "break":
                return f"{where}{stopped}Next period in", clock(view.clock.left_us).replace("–", "-")
            case "stage" if view.stage is not None:
                ticks = view.clock.left_us is not None
                left = clock(view.clock.left_us) if ticks else f"{view.stage.number + 1}/{view.stage.stages}"
                return f"{where}{stopped}{heading(view.stage)}", left
            case "ended":
                share = view.welfare.efficiency if view.welfare else self.revealed
                text = "END" if share is None else f"{100 * share:.0f}%"
                return f"{where}{'The end' if share is None else 'The end · efficiency'}", text
            case _:
                played = "Practice" if view.clock.practice else "Period"
                told = f"{played} {view.clock.period} · {stopped}time left"
                return f"{where}{told}", clock(view.clock.left_us).replace("–", "-")

    def _right(self, view: ViewState) -> tuple[str, str]:
        figures, unit = number_format(view.rules), view.rules.currency
        if view.clock.phase == "lobby":
            if self.class_code:
                return "", ""
            return "Seats taken", f"{view.seats.taken}/{view.seats.seats}" if view.seats.seats else ""
        if view.clock.phase == "stage":
            stage = view.stage
            return "Done", f"{stage.others_done}/{stage.people}" if stage and stage.people else ""
        if not view.sees_contracts:
            return "Contracts are not shown", ""
        if view.clock.phase == "break" and view.period is not None:
            mean = view.period.price_mean
            return f"Mean price, {unit}", "-" if mean is None else figures.mean(mean)
        last = view.deals[-1].price if view.deals else None
        return f"Last price, {unit}", "-" if last is None else figures.price(last)
