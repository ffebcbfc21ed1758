"""The console's words: ages, holders and needs of seats, commands with their fate, lines of the log."""

from p2p.base.safe_text import printable
from p2p.base.units import SECOND, Duration, Seat
from p2p.information.console_state import CommandShown, ConsoleState, HappenedShown, LogLine, RowShown
from p2p.messages import Reason
from p2p.protocol.console_frames import RosterRow, SurplusRow
from p2p.sim.library.texts import catalogue
from tui.model.number_format import number_format
from tui.text.phrases import clock, counted

CARDS_NAMED = 5
"""Cards that a sentence names one by one; more are counted."""
NAMED = 6
"""People without a seat that a line names, the last ones."""
WORDS_QUOTED = 40
"""Characters of a message in its line of the log."""
REFUSED: dict[str, str] = {
    "not_now": "the session is not at a point where this can be done",
}
"""Reasons in an experimenter's words; others are in the words of traders."""


def age(us: Duration) -> str:
    """`8 s`, `4 min`, `2 h`: as exactly as anybody needs it."""
    seconds = max(0, us) // SECOND
    if seconds < 60:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 3_600 else f"{seconds // 3_600} h"


def status(shown: RowShown, now: int) -> str:
    """How a seat is held, or what it needs, with a sign before the words."""
    row = shown.row
    since = "" if shown.since_us is None else f" {age(now - shown.since_us)}"
    match shown.need:
        case "help":
            return f"? help{since}"
        case "gone" if row.holder == "stand-in":
            return f"✂ gone{since}, robot"
        case "gone":
            return f"✂ gone{since}"
        case "not_joined":
            return "· not here yet"
        case "tries":
            return "! no tries left"
        case "removed":
            return "✗ removed" if row.removed else "✗ failed" if row.failed else "✗ withdrew"
    if row.passed:
        return "⚙ robot, passed"
    if row.holder == "robot":
        return f"⚙ {row.agent}" if row.agent else "⚙ robot"
    if row.holder == "stand-in":
        return "⚙ robot in place"
    return "· empty" if row.holder == "empty" else "here"


def action(row: RosterRow, now: int) -> str:
    """The last message of a seat and its age."""
    if row.last_action is None:
        return "–"
    words = row.last_action.replace("_", " ")
    return words if row.last_action_us is None else f"{words}, {age(now - row.last_action_us)}"


def person(row: RosterRow) -> str:
    """`card 4 (Ana)`."""
    return f"card {row.card} ({row.name})" if row.name else f"card {row.card}"


def cards(state: ConsoleState, seats: tuple[Seat, ...]) -> str:
    """`card 4 (Ana)`, `cards 3, 5, 9`, `12 cards`."""
    if len(seats) == 1:
        row = state.row(seats[0])
        return person(row.row) if row else f"card {seats[0] + 1}"
    if len(seats) > CARDS_NAMED:
        return f"{len(seats)} cards"
    return f"cards {', '.join(str(card_of(state, seat)) for seat in seats)}"


def card_of(state: ConsoleState, seat: Seat) -> int:
    """The number on a seat's card."""
    row = state.row(seat)
    return row.row.card if row else seat + 1


def detail(shown: RowShown, now: int, figures: ConsoleState) -> str:
    """All that is to be said of one seat, in sentences."""
    row = shown.row
    say = number_format(figures.rules).signed
    parts = [f"{person(row)[:1].upper()}{person(row)[1:]}: {row.role or 'no role yet'}"]
    if row.help:
        said = f": “{row.help.text}”" if row.help.text else ""
        parts.append(f"asks for help since {age(now - row.help.since_us)}{said}")
    if row.gone_since_us is not None and not row.removed:
        parts.append(f"disconnected for {age(now - row.gone_since_us)}")
    if row.passed:
        parts.append("passed to a robot; b gives the seat back")
    if row.removed:
        parts.append("removed; b lets them back")
    if row.progress:
        done = ", done" if row.done else ""
        parts.append(f"{row.stage}: {row.progress}{done}")
    if row.flagged:
        parts.append("has used all tries of a question")
    if row.failed:
        parts.append("is out of trade for that, and is paid the base")
    elif row.left and not row.removed:
        parts.append("has declined or withdrawn")
    if row.holds_up:
        parts.append(f"the group waits for them ({HOLDS_UP[row.holds_up]})")
    if row.unpaid:
        parts.append(f"{say(row.unpaid)} of it is a robot's or void, and unpaid")
    return " · ".join(parts)


def surplus_line(surplus: tuple[SurplusRow, ...]) -> str:
    """People who came and have no seat, with the last one's reason; nothing where there are none."""
    if not surplus:
        return ""
    names = ", ".join(one.name or one.label or "–" for one in surplus[-NAMED:])
    more = f" and {len(surplus) - NAMED} more" if len(surplus) > NAMED else ""
    return f"No seat for {names}{more}: {surplus[-1].why}"


HOLDS_UP = {
    "not_joined": "not joined",
    "gone": "disconnected",
    "removed": "removed",
    "stage": "not done yet",
    "tries": "no tries left",
}
"""Why a group waits, in words."""


def refused(reason: Reason) -> str:
    """Why a command was refused."""
    return REFUSED[reason] if reason in REFUSED else catalogue().text(f"refused.{reason}")


COMMANDS = {
    "tell": "Message to",
    "answer": "Answer to",
    "robot": "Robot for",
    "back": "Seat back to",
    "reissue": "New code for",
    "remove": "Remove",
    "done": "Stage counted as done for",
    "advance": "Next stage",
    "start": "Start",
    "pause": "Pause",
    "resume": "Resume",
    "extend": "Extend",
    "end-period": "End of the period",
    "hold": "Hold",
    "hold off": "Hold off",
    "void": "Void the period",
    "again": "Play the period again",
    "message": "Message to all",
    "end": "End of the session",
    "lock": "Lock the door",
    "unlock": "Open the door",
}
"""The commands as the log names them."""


def command(shown: CommandShown, state: ConsoleState) -> str:
    """A command and its fate, in one line."""
    whom = f" {cards(state, shown.seats)}" if shown.seats else ""
    words = f" {shown.words} s" if shown.name == "extend" else _quoted(shown.words)
    return f"{COMMANDS.get(shown.name, shown.name)}{whom}{words}: {fate(shown, state)}"


def _quoted(words: str) -> str:
    """The first words of a message."""
    return f" “{words[: WORDS_QUOTED - 1]}…”" if len(words) > WORDS_QUOTED else f" “{words}”" if words else ""


def fate(shown: CommandShown, state: ConsoleState) -> str:
    """The fate of a command."""
    if shown.unsent:
        return f"not sent, {shown.unsent}"
    if shown.waiting:
        return "sent …"
    if not shown.refused:
        return "done"
    if len(shown.refused) == 1 and len(shown.seats) <= 1:
        return f"refused, {refused(shown.refused[0].reason)}"
    done = len(shown.seats) - len(shown.refused)
    first = shown.refused[0]
    at = f"card {card_of(state, first.seat)}" if first.seat is not None else "one"
    return f"{done} done, {len(shown.refused)} refused ({at}: {refused(first.reason)})"


def happened(line: HappenedShown, state: ConsoleState) -> str:
    """An event in one line."""
    who = cards(state, (line.seat,)) if line.seat is not None else ""
    who = who[:1].upper() + who[1:]
    said = f": “{line.text}”" if line.text else ""
    match line.kind:
        case "help":
            return f"{who} asks for help{said}"
        case "stage":
            return f"Stage {line.number} begins: {line.text}"
        case "practice_started":
            return f"Practice period {line.number} started"
        case "practice_over":
            return f"Practice period {line.number} is over"
        case "paid":
            return f"Period {line.number} is the one that is paid"
        case "warning":
            return line.text
        case "started":
            return f"Period {line.number} started"
        case "over":
            return f"Period {line.number} is over"
        case "stood_still":
            return f"Paused: the market's machine stood still for {line.number / SECOND:.0f} s"
        case "void":
            return f"Period {line.number} is void: unpaid, in no result"
        case "again":
            return f"Period {line.number} is void; its values come once more in the next"
        case "no_seat":
            return f"No seat for {line.text}"
        case "announced":
            return f"To all{said}"
        case kind:
            return HAPPENED.get(kind, kind).format(who=who)


HAPPENED = {
    "helped": "{who}: the request for help is closed",
    "removed": "{who} was removed",
    "let_back": "{who} may come back",
    "withdrew": "{who} has declined or withdrawn",
    "failed": "{who} has no try left at a question, and does not trade",
    "passed": "{who} was passed to a robot",
    "handed_back": "{who} has the seat back",
    "gone": "{who} disconnected",
    "joined": "{who} joined",
    "back": "{who} is back",
    "paused": "Paused",
    "resumed": "Resumed",
    "held": "The next period waits for you",
    "let_go": "The next period comes by itself",
    "extended": "The period was extended",
    "ended": "The session ended",
}
"""Events of the log."""


def log_line(line: LogLine, state: ConsoleState) -> str:
    """A line of the log, without its time."""
    return command(line, state) if isinstance(line, CommandShown) else happened(line, state)


def stage(state: ConsoleState) -> str:
    """Where the session stands: `Lobby`, `Period 2 of 5: trading`, `Break, period 3 of 5 next`."""
    at = state.clock
    if at.phase == "lobby":
        return "Lobby"
    if at.phase == "ended":
        return "The session is over"
    if at.phase == "stage":
        title = printable(state.rules.stages[at.stage].title) if 0 <= at.stage < len(state.rules.stages) else ""
        named = f": {title}" if title else ""
        return f"Stage {at.stage + 1} of {at.stages}{' paused' if at.paused else ''}{named}"
    practice = any(shown.row.stage == "practice" for shown in state.rows)
    if at.phase == "break":
        held = ", held until you resume" if at.held else ""
        following = f"practice period {at.period + 1}" if practice else f"period {at.period + 1} of {at.periods}"
        return f"Break{held}; {following} next"
    held = ", then held" if at.held else ""
    number = f"Practice period {at.period}" if practice else f"Period {at.period} of {at.periods}"
    return f"{number}{' paused' if at.paused else ''}{held}"


def large_clock(state: ConsoleState) -> str:
    """The digits of the clock."""
    return clock(state.clock.left_us) if state.clock.left_us is not None else "–:––"


def summary(state: ConsoleState) -> str:
    """Counts of the seats in one line, the urgent ones first."""
    had = state.counts
    parts = [f"? {had.help} {'asks' if had.help == 1 else 'ask'} for help"] if had.help else []
    if had.gone:
        parts.append(f"✂ {had.gone} gone")
    parts.append(f"{had.here} here")
    if state.surplus:
        parts.append(f"{len(state.surplus)} without a seat")
    if had.robots:
        parts.append(counted(had.robots, "robot"))
    if had.empty:
        parts.append(f"{had.empty} empty")
    return " · ".join(parts)
