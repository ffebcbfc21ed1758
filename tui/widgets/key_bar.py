"""The keys that do something now, in two lines: those of seats, those of the session."""

from textual.content import Content

from p2p.information.console_state import ConsoleState
from tui.entry.console_acts import ACTS, act_of, why_not
from tui.widgets.console_part import ConsolePart
from tui.widgets.text_line import TextLine

RARE = ("g", "v", "l", "M")
"""Keys that give way on a narrow terminal, in this order; the key ? lists them."""


class KeyBar(ConsolePart, TextLine):
    """Two lines at the bottom."""

    def __init__(self) -> None:
        super().__init__(id="key-bar")

    def show(self, state: ConsoleState) -> None:
        """Bring the keys up to date."""
        stage = state.clock.phase == "stage"
        of_seats = [(act.key, act.label) for act in ACTS if act.on_seats and (stage or act.name != "done")]
        seats = [("⏎", "Mirror"), ("␣", "Mark"), *([] if stage else [("a", "All")]), *of_seats]
        session = [
            (act.key, act.label)
            for act in ACTS
            if not act.on_seats and act_of(act.key, state) == act and why_not(act, state, ()) is None
        ]
        if state.clock.phase == "ended":
            seats, session = [("⏎", "Mirror")], [("w", "Figures"), ("L", "Log"), ("q", "Leave")]
        width = self.content_size.width
        self.set_text(Content("\n").join([_line(seats), fitted(session, width)]))


def fitted(keys: list[tuple[str, str]], width: int) -> Content:
    """The keys, and the one that lists all; the rarest give way where there is no room."""
    last, shown = ("?", "Keys"), list(keys)
    for rare in RARE:
        if _line([*shown, last]).cell_length <= width:
            break
        last, shown = ("?", "All keys"), [key for key in shown if key[0] != rare]
    return _line([*shown, last])


def _line(keys: list[tuple[str, str]]) -> Content:
    parts: list[Content | str | tuple[str, str]] = []
    for key, label in keys:
        parts += ["  " if parts else "", (key, "bold $text-accent"), f" {label}"]
    return Content.assemble(*parts)
