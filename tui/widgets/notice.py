"""Notices to everybody, across the screen: a lost connection, a pause, the experimenter's words.

Where there is nothing to say it is not there. The experimenter's words have lines of their own, as many as they need: a
message is whole at every size. It leaves after a while, and the key m takes it down.
"""

from typing import assert_never

from msgspec.structs import replace
from textual.content import Content

from p2p.base.units import SECOND
from p2p.information.changed_rules import changes_text
from p2p.information.view_state import StageView, ViewState, Words
from p2p.sim.library.texts import catalogue
from tui.model.number_format import number_format
from tui.widgets.part import Part
from tui.widgets.terminal_size import HEIGHT_MIN
from tui.widgets.text_line import TextLine

ROWS_MIN, ROWS_MAX = 8, 10
"""Rows of it on the smallest terminal, where the longest message with a notice above it needs so many; and at most."""
MARGIN = 2
"""Columns that are empty beside the words, both sides together."""
MORE = "… (i: all)"
"""Ends words that go on behind the key i."""


class Notice(Part, TextLine):
    """Sentences in reverse, shown only while there is something to say. `rows_min` of them fit at any size."""

    def __init__(self, rows_min: int = ROWS_MIN) -> None:
        super().__init__(id="notice")
        self.rows_min = rows_min
        self.rows = 0

    def show(self, view: ViewState) -> None:
        """Bring the notice up to date."""
        size = self.app.size
        rows_max = min(ROWS_MAX, size.height - HEIGHT_MIN + self.rows_min)
        more = MORE if view.seat is not None else "…"
        said = notice(view)
        rows = laid_out(said, max(1, size.width - MARGIN), max(self.rows_min, rows_max), more) if said else []
        self.rows = len(rows)
        self.display = bool(rows)
        self.set_class(view.line.lost is not None, "-lost")
        if rows:
            self.set_text(Content("\n").join(rows))


def laid_out(said: str, width: int, rows_max: int, more: str = "…") -> list[Content]:
    """The lines of a notice in so many rows: each has one at least, and the last, the experimenter's words, the
    remainder."""
    rows: list[Content] = []
    lines = Content(said).split("\n")
    for number, line in enumerate(lines, 1):
        room = rows_max - len(rows) - (len(lines) - number)
        wrapped = [row.rstrip() for row in line.wrap(width)]
        if len(wrapped) > room:
            end = Content(more if number == len(lines) else "…")
            cut = Content(" ").join(wrapped[room - 1 :]).truncate(width - end.cell_length)
            wrapped = [*wrapped[: room - 1], cut.rstrip() + end]
        rows += wrapped
    return rows


def notice(view: ViewState) -> str:
    """The notices of now, the most urgent first, or nothing; the words that stand below them."""
    state = "   ".join(part for part in (_state(view), _absence(view)) if part)
    said = (words_line(view, words) for words in view.words)
    lines = [line for line in (state, _stages(view), _care(view), _changes(view), *said) if line]
    if view.words and lines:
        lines[-1] += " (m: off)"
    return "\n".join(lines)


def words_line(view: ViewState, words: Words) -> str:
    """Words that stand, in a line of their own."""
    match words.kind:
        case "announced":
            return f"✉ {catalogue().text('notice.experimenter', text=' '.join(words.text.split()))}"
        case "told":
            return f"✉ {catalogue().text('notice.told', text=' '.join(words.text.split()))}"
        case "values_changed":
            key = "values_changed" if view.own.role == "buyer" else "costs_changed"
            return f"◆ {catalogue().text(f'notice.{key}')}"
        case _:
            assert_never(words.kind)


def _changes(view: ViewState) -> str:
    """The rules that a period changes, in the break before it and as long as it lasts."""
    coming = view.clock.next_period if view.clock.phase == "break" else view.clock.period
    if view.rules_before is None or coming != view.rules_from or view.clock.phase == "ended":
        return ""
    if view.rules.stages and view.rules == replace(
        view.rules_before, period_s=view.rules.period_s, break_s=view.rules.break_s
    ):
        return ""  # each stage of trade has lengths of its own, and the clock tells them
    return f"⚖ {changes_text(view.rules_from, view.rules_before, view.rules, catalogue())}"


def _stages(view: ViewState) -> str:
    """That periods do not count, or do from now on; that a latecomer reads what the others have read."""
    stage, said = view.stage, catalogue().text
    if stage is None or stage.left or view.clock.phase in ("lobby", "ended"):
        return ""
    if stage.behind:
        return f"▸ {said('notice.behind')}"
    if view.clock.practice:
        return f"◇ {said('notice.practice')}"
    return f"◆ {said('notice.counts')}" if _counts_now(view, stage) else ""


def _counts_now(view: ViewState, stage: StageView) -> bool:
    """Whether the first period that counts is played, or comes next, after practice."""
    before = [one for one in view.rules.stages[: stage.number] if one.kind in ("practice", "trade")]
    if stage.shown.kind != "trade" or not before or before[-1].kind != "practice":
        return False
    first = 1 + sum(one.periods for one in before if one.kind == "trade")
    coming = view.clock.next_period if view.clock.phase == "break" else view.clock.period
    return coming == first


def _care(view: ViewState) -> str:
    """The experimenter's acts on this seat and period, and one's own request for help."""
    care, said = view.care, catalogue().text
    if view.clock.phase == "ended":
        return ""
    lines = [f"⚑ {said('notice.help_asked')}"] if care.help_asked else []
    left = view.stage is not None and view.stage.left
    if care.removed or (care.passed and not left):
        lines.append(f"⚙ {said('notice.removed' if care.removed else 'notice.passed')}")
    if view.period is not None and view.period.void and view.clock.phase == "break":
        lines.append(f"✗ {said('notice.void', period=view.period.number)}")
    if view.clock.waits:
        lines.append(f"‖ {said('notice.waits')}")
    return "   ".join(lines)


def _absence(view: ViewState) -> str:
    """That a robot holds the seat, or until the period's end that it has held it."""
    absence = view.absence
    if absence is None or view.clock.phase == "ended" or view.care.passed:
        return ""
    if absence.until_period is None:
        return "⚙ A robot is playing until the student is back."
    if absence.until_period != view.clock.period:
        return ""
    rest = " Some open orders may be the robot's." if view.own.orders else ""
    if not absence.contracts:
        return f"⚙ A robot stood in; it made no contract.{rest}"
    made = "a contract" if absence.contracts == 1 else f"{absence.contracts} contracts"
    gained = f"{number_format(view.rules).signed(absence.gain)} {number_format(view.rules).money_unit}"
    return f"⚙ A robot stood in: its orders made {made} ({gained}, not paid).{rest}"


def _state(view: ViewState) -> str:
    """What has become of the connection or the clock, where that matters."""
    if view.line.lost is not None:
        trades = view.clock.phase != "stage"
        kept = " Your orders stay; new ones are sent later." if trades else " Your answers are sent later."
        kept = "" if view.seat is None else kept
        return f"✂ CONNECTION LOST, trying again …{kept}"
    if view.clock.paused:
        idle = view.seat is None or view.clock.phase == "stage"
        stopped = "‖ PAUSED: the clock is stopped" + ("." if idle else "; you cannot trade.")
        seconds = round(view.clock.gap_us / SECOND)
        return f"{stopped} {catalogue().text('paused.stood_still', seconds=seconds)}" if view.clock.gap_us else stopped
    return ""
