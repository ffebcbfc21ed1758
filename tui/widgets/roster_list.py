"""The roster: a line a seat, the urgent ones first. A cursor stays on its seat when the lines change places."""

from dataclasses import dataclass

from textual.content import Content
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message

from p2p.base.units import Seat
from p2p.information.console_state import ConsoleState, RowShown
from tui.model.number_format import number_format
from tui.text.console_words import action, status
from tui.widgets.console_part import ConsolePart
from tui.widgets.text_line import TextLine

NAME_MIN, NAME_MAX = 10, 32
"""Columns of a name: on the smallest terminal, and where there is room."""
STAGE_FROM = 100
"""From this width on the stage is shown though it is the session's, for all seats alike."""
STYLES = {
    "help": "bold $text-warning",
    "tries": "bold $text-warning",
    "gone": "bold $text-error",
    "not_joined": "",
    "": "",
    "removed": "dim",
}
"""The look of a line by the seat's need; the words say it too."""


@dataclass(frozen=True)
class Column:
    """A column: its head, its width, and whether its text stands on the right."""

    head: str
    width: int
    right: bool = False


class RosterList(ConsolePart, TextLine):
    """As many lines as there is room for, round the cursor."""

    class Moved(Message):
        """The cursor or the marks have changed."""

    def __init__(self) -> None:
        super().__init__(id="roster")
        self.cursor: Seat | None = None
        self.marks: frozenset[Seat] = frozenset()
        self._first = 0
        self._order: tuple[Seat, ...] = ()

    # --- which seats are meant --------------------------------------------------------------------------------------

    def meant(self) -> tuple[Seat, ...]:
        """The marked seats in their order, or else the one at the cursor."""
        if self.marks:
            return tuple(sorted(self.marks))
        return () if self.cursor is None else (self.cursor,)

    def move(self, steps: int) -> None:
        """Move the cursor by so many lines, to the ends at the most."""
        if self._order:
            at = self._order.index(self.cursor) if self.cursor in self._order else 0
            self.cursor = self._order[min(max(at + steps, 0), len(self._order) - 1)]

    def page(self) -> int:
        """Lines of a page."""
        return max(1, self.content_size.height - 1)

    def mark(self) -> None:
        """Mark the seat at the cursor, or no longer, and go on to the next."""
        if self.cursor is not None:
            self.marks ^= {self.cursor}
            self.move(1)

    def mark_all(self) -> None:
        """Mark all seats; once more, none."""
        everyone = frozenset(self._order)
        self.marks = frozenset() if self.marks == everyone else everyone

    # --- drawing ----------------------------------------------------------------------------------------------------

    def show(self, state: ConsoleState) -> None:
        """Bring the lines up to date."""
        self._order = tuple(shown.row.seat for shown in state.rows)
        self.marks &= frozenset(self._order)
        if self.cursor not in self._order:
            self.cursor = self._order[0] if self._order else None
        if not self._order:
            self.set_text(Content("The roster has not come yet …"))
            return
        room = self.page()
        at = self._order.index(self.cursor) if self.cursor is not None else 0
        self._first = max(0, min(max(self._first, at - room + 1), at, len(self._order) - room))
        columns = columns_of(state, self.content_size.width)
        shown = state.rows[self._first : self._first + room]
        lines = [Content.styled(self._head(columns, len(self._order) - self._first - len(shown)), "bold underline")]
        lines += [self._line(one, state, columns) for one in shown]
        self.set_text(Content("\n").join(lines))

    def _head(self, columns: list[Column], below: int) -> str:
        """The heads of the columns; with the name, how many lines are hidden above and below."""
        hidden = " ".join(f"{sign}{many}" for sign, many in (("↑", self._first), ("↓", below)) if many)
        named = f"Name {hidden}".strip()
        heads = (_cell(named if column.head == "Name" else column.head, column) for column in columns)
        return f"  {' '.join(heads)}".ljust(self.content_size.width)

    def _line(self, shown: RowShown, state: ConsoleState, columns: list[Column]) -> Content:
        seat = shown.row.seat
        signs = f"{'▌' if seat == self.cursor else ' '}{'✓' if seat in self.marks else ' '}"
        text = Content(signs + " ".join(_cell(_text(shown, state, column.head), column) for column in columns))
        style = STYLES[shown.need]
        if seat == self.cursor:
            style = f"{style} on $boost".strip()
        padded = text.pad_right(max(0, self.content_size.width - text.cell_length))
        return padded.stylize(style) if style else padded

    # --- the mouse --------------------------------------------------------------------------------------------------

    def on_click(self, event: Click) -> None:
        """A click puts the cursor on a line."""
        at = self._first + event.y - 1
        if event.y - 1 >= 0 and at < len(self._order):
            self.cursor = self._order[at]
            self.post_message(self.Moved())

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel moves the cursor."""
        self._wheel(1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel moves the cursor."""
        self._wheel(-1)

    def _wheel(self, steps: int) -> None:
        self.move(steps)
        self.post_message(self.Moved())


def columns_of(state: ConsoleState, width: int) -> list[Column]:
    """The columns that this session needs, the name as wide as there is room; arm, lag and market go before others."""
    rows = [shown.row for shown in state.rows]
    several = state.markets > 1
    arms = max((len(row.arm) for row in rows if row.arm), default=0)
    stages = {row.stage for row in rows} - {state.clock.phase}
    fixed = [Column("Card", 4, right=True), Column("Name", NAME_MIN)]
    if several:
        fixed.append(Column("Mkt", 3, right=True))
    if arms:
        fixed.append(Column("Arm", max(3, min(arms, 10))))
    if stages or width >= STAGE_FROM:
        fixed.append(Column("Stage", max([7, *(min(16, len(f"{row.stage} {row.progress}".strip())) for row in rows)])))
    fixed += [Column("State", 18), Column("Lag", 6, right=True), Column("Last", 13), Column("Earned", 7, right=True)]
    fixed.append(Column("Waits", 5))
    for droppable in ("Lag", "Arm", "Stage"):
        if _wide(fixed) > width:
            fixed = [column for column in fixed if column.head != droppable]
    spare = min(max(0, width - _wide(fixed)), NAME_MAX - NAME_MIN)
    return [Column("Name", NAME_MIN + spare) if column.head == "Name" else column for column in fixed]


def _wide(columns: list[Column]) -> int:
    return 2 + sum(column.width + 1 for column in columns) - 1


def _text(shown: RowShown, state: ConsoleState, head: str) -> str:
    row = shown.row
    match head:
        case "Card":
            return str(row.card)
        case "Name":
            return row.name or "–"
        case "Mkt":
            return str(row.market + 1)
        case "Arm":
            return row.arm or "–"
        case "Stage":
            return f"{row.stage} {row.progress}".strip()
        case "State":
            return status(shown, state.now)
        case "Lag":
            return "–" if row.lag_ms is None else f"{row.lag_ms} ms"
        case "Last":
            return action(row, state.now)
        case "Earned":
            return number_format(state.rules).signed(row.earnings)
        case _:
            return "◄ yes" if row.holds_up else ""


def _cell(text: str, column: Column) -> str:
    """A text in its column: cut with a sign, counted in cells of the terminal."""
    content = Content(text)
    if content.cell_length > column.width:
        content = content.truncate(column.width, ellipsis=True)
    pad = " " * max(0, column.width - content.cell_length)
    return pad + content.plain if column.right else content.plain + pad
