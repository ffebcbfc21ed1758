"""The console's keys, each with the command of `pit ctl` that does the same."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.entry.console_acts import ACTS

MOVES = (
    ("↑ ↓ PgUp PgDn Home End", "Move the cursor; it stays on its seat"),
    ("Space, a, Esc", "Mark a seat; mark all, or none; unmark"),
    ("Enter", "The trader's own screen, read-only; Esc goes back"),
    ("w", "Roster or figures, where there is no room for both"),
    ("Tab", "The next market's figures"),
    ("L", "The whole log (pit ctl URL status --json has the roster)"),
    ("q", "Leave the console; the session goes on"),
)
"""The keys that move, and change nothing in the session."""


def keys_page() -> Content:
    """The page as text."""
    lines = [_head("The marked seats, or the one at the cursor")]
    lines += [_line(act.key, act.does, act.command) for act in ACTS if act.on_seats]
    lines += [Content(""), _head("The session")]
    lines += [_line(act.key, act.does, act.command) for act in ACTS if not act.on_seats]
    lines += [Content(""), Content.styled("Moving about", "bold")]
    lines += [Content.assemble((keys, "bold"), f"  {does}") for keys, does in MOVES]
    lines += [Content(""), Content("◄ in the column Waits: the group waits for this seat.")]
    lines += [Content("PIT_CODE or --code-file gives pit ctl the experimenter's code.")]
    return Content("\n").join(lines)


def _head(text: str) -> Content:
    return Content.assemble((f"{text:<45}", "bold"), (" pit ctl URL …", "dim"))


def _line(key: str, does: str, command: str) -> Content:
    return Content.assemble((f" {key} ", "bold"), f" {does:<41} ", (command, "dim"))


class ConsoleKeysScreen(ModalScreen[None]):
    """Any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,enter", "app.pop_screen", "Back")]

    def compose(self) -> ComposeResult:
        """One page, scrolled where it is long."""
        with VerticalScroll(id="page", classes="panel") as page:
            page.border_title = "Keys, and the commands that do the same"
            page.border_subtitle = "↑↓ to read on · Esc closes"
            yield Static(keys_page())
