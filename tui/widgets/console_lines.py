"""The console's lines of text: the seat at the cursor in full, the log's last lines, the fate of the last command."""

from textual.content import Content

from p2p.base.units import SECOND, Instant, Seat
from p2p.information.console_state import CommandShown, ConsoleState, LogLine
from tui.text.console_words import command, detail, log_line, surplus_line
from tui.text.phrases import into
from tui.widgets.console_part import ConsolePart
from tui.widgets.text_line import TextLine

ANSWER_US = 30 * SECOND
"""So long the fate of a command stays on the screen once it is known; the log keeps it."""


class SeatDetail(ConsolePart, TextLine):
    """The seat at the cursor, in sentences."""

    def __init__(self) -> None:
        super().__init__(id="detail")
        self.seat: Seat | None = None
        self.marked = 0

    def show(self, state: ConsoleState) -> None:
        """Bring the sentences up to date."""
        if self.marked:
            self.set_text(Content.styled(f"{self.marked} marked: keys of seats act on these; Esc unmarks.", "bold"))
            return
        shown = None if self.seat is None else state.row(self.seat)
        self.set_text(Content(detail(shown, state.now, state) if shown else ""))


class SurplusLine(ConsolePart, TextLine):
    """People who came and have no seat; not there where there are none."""

    def __init__(self) -> None:
        super().__init__(id="surplus")

    def show(self, state: ConsoleState) -> None:
        """Bring the line up to date."""
        said = surplus_line(state.surplus)
        self.display = bool(said)
        self.set_text(Content.styled(said, "bold $text-warning"))


class LogTail(ConsolePart, TextLine):
    """The last lines of the log, the newest at the bottom."""

    def __init__(self) -> None:
        super().__init__(id="console-log")

    def show(self, state: ConsoleState) -> None:
        """As many lines as there is room for."""
        lines = state.log[-max(1, self.content_size.height) :]
        self.set_text(Content("\n").join([line_content(line, state) for line in lines]))


def line_content(line: LogLine, state: ConsoleState) -> Content:
    """A line of the log with its time; refusals stand out."""
    failed = isinstance(line, CommandShown) and bool(line.refused or line.unsent)
    style = (
        "bold $text-error"
        if failed
        else "bold $text-warning"
        if getattr(line, "kind", "") in ("help", "gone", "warning")
        else ""
    )
    return Content.assemble((f"{into(line.at):>6} ", "dim"), (log_line(line, state), style))


class CommandFate(ConsolePart, TextLine):
    """One line: the reason of a dead key, or the fate of the last command."""

    def __init__(self) -> None:
        super().__init__(id="console-answer")
        self.sentence = ""
        self.seen: Instant | None = None

    def say(self, sentence: str) -> None:
        """A sentence of the screen's own, until the next command."""
        self.sentence = sentence

    def show(self, state: ConsoleState) -> None:
        """Bring the line up to date."""
        given = state.command
        if given and given.at != self.seen:
            self.seen, self.sentence = given.at, ""
        text = self.sentence
        if not text and given and (given.waiting or state.now - given.at < ANSWER_US):
            text = command(given, state)
        failed = bool(self.sentence or (given and (given.refused or given.unsent)))
        self.set_text(Content.styled(text, "bold $text-warning" if failed else "bold $text-success"))
