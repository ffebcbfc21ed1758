"""What everybody must see, across the screen: a lost connection, a pause, a break, what the experimenter says.

Where there is nothing to say it is not there. A pause is where the experimenter says most: his words have lines of
their own, as many as the market leaves. On the smallest terminal that is one beside another notice, else two; what has
no place is on the page behind the key i.
"""

from textual.content import Content

from p2p.base.units import Instant
from tui.model.model import Model
from tui.text.phrases import clock
from tui.widgets.terminal_size import HEIGHT_MIN
from tui.widgets.text_line import TextLine

ROWS_MIN, ROWS_MAX = 2, 9
"""Rows of it on the smallest terminal, whose market needs the others; and what the longest words come to there."""
MARGIN = 2
"""Columns that are empty beside the words, both sides together."""
MORE = "… (i: all)"
"""Ends words that go on behind the key i."""


class Notice(TextLine):
    """Sentences in reverse, shown only while there is something to say. `rows_min` of them fit at any size."""

    def __init__(self, rows_min: int = ROWS_MIN) -> None:
        super().__init__(id="notice")
        self.rows_min = rows_min

    def show(self, model: Model, now: Instant) -> None:
        """Bring the notice up to date."""
        size = self.app.size
        rows_max = min(ROWS_MAX, size.height - HEIGHT_MIN + self.rows_min)
        more = MORE if model.seat is not None else "…"
        said = notice(model, now)
        rows = laid_out(said, max(1, size.width - MARGIN), max(self.rows_min, rows_max), more) if said else []
        self.display = bool(rows)
        self.set_class(model.lost is not None, "-lost")
        if rows:
            self.set_text(Content("\n").join(rows))


def laid_out(said: str, width: int, rows_max: int, more: str = "…") -> list[Content]:
    """The lines of a notice in so many rows: each has one at least, and the last, his words, what the others leave."""
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


def notice(model: Model, now: Instant) -> str:
    """What there is to know, the most urgent first, or nothing; his words, till he says others, below it."""
    state = "   ".join(part for part in (_state(model, now), _absence(model)) if part)
    said = f"✉ Experimenter: {' '.join(model.announced.split())}" if model.announced else ""
    return "\n".join(part for part in (state, said) if part)


def _absence(model: Model) -> str:
    """That a robot holds the seat, or until the period's end that it has held it."""
    absence = model.absence
    if absence is None or model.public.phase == "ended":
        return ""
    if absence.until_period is None:
        return "⚙ A robot holds this seat until its owner is back."
    if absence.until_period != model.public.period:
        return ""
    rest = " Some open orders may be the robot's." if model.own.orders else ""
    if not absence.contracts:
        return f"⚙ A robot stood in; it made no contract.{rest}"
    made = "a contract" if absence.contracts == 1 else f"{absence.contracts} contracts"
    gained = f"{model.figures.signed(absence.gain)} {model.figures.money_unit}"
    return f"⚙ A robot stood in: its orders made {made} ({gained}, not paid).{rest}"


def _state(model: Model, now: Instant) -> str:
    """What has become of the line, the clock or the period, where that matters."""
    if model.lost is not None:
        kept = "" if model.seat is None else " Your quotes stand, your orders are kept."
        return f"✂ CONNECTION LOST, trying again …{kept}"
    if model.public.paused:
        return "‖ PAUSED: the clock is stopped" + ("." if model.seat is None else "; you cannot trade.")
    if model.public.phase == "break" and model.period:
        left = clock(model.public.time_left_us(now))
        unit = f" {model.figures.money_unit}" if model.figures.energy else ""
        earned = "" if model.seat is None else f" You earned {model.figures.signed(model.period.surplus)}{unit} in it."
        return (
            f"Period {model.period.number} is over.{earned} Period {model.public.clock.next_period} starts in {left}."
        )
    return ""
