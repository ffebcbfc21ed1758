"""The acts of the console: keys, names in `pit ctl`, questions before them, reasons of dead keys, messages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from p2p.base.units import SECOND, Seat
from p2p.information.console_state import ConsoleState
from p2p.messages import (
    AdvanceStage,
    Again,
    Announce,
    AnswerHelp,
    End,
    EndPeriod,
    Extend,
    HandBack,
    Hold,
    Lock,
    Message,
    PaidPeriod,
    PassToRobot,
    Pause,
    Reissue,
    Remove,
    Resume,
    Start,
    Tell,
    Unlock,
    Void,
)
from p2p.protocol.console_frames import RosterRow

WORDS_MAX = 500
"""Characters of a message: it stays on a screen of 80 x 24 with the market."""
EXTEND_S_MAX = 86_400.0
"""A day: more is a slip of the finger."""
PERIOD_DIGITS_MAX = 6
"""A number of a period has fewer digits."""

Asks: TypeAlias = Literal["nothing", "words", "words_or_nothing", "seconds", "period", "consent", "consent_twice"]
"""The words or keys between the act's key and the act."""
NO_STAGE = "No stage without trade runs now."
Why = str | None
"""Why a key is dead, in a sentence; None where it is not."""


@dataclass(frozen=True)
class Act:
    """An act: its key, its short name for the bar of keys, the words behind `pit ctl URL`, and what it does."""

    name: str
    key: str
    label: str
    command: str
    does: str
    asks: Asks = "nothing"
    on_seats: bool = False


ACTS = (
    Act("tell", "m", "Message", "tell CARD TEXT", "A private message.", "words", on_seats=True),
    Act("answer", "h", "Help", "answer CARD [TEXT]", "Answers a request for help.", "words_or_nothing", on_seats=True),
    Act("robot", "r", "Robot", "robot CARD", "A robot trades there; the owner is told.", "consent", on_seats=True),
    Act("back", "b", "Back", "back CARD", "The owner trades again.", on_seats=True),
    Act("reissue", "i", "Code", "reissue CARD", "A new code; the old one is void.", "consent", on_seats=True),
    Act(
        "remove", "x", "Remove", "remove CARD", "Out of the session; row and pay stay.", "consent_twice", on_seats=True
    ),
    Act("done", "d", "Done", "advance CARD", "Counts as done with the stage.", "consent", on_seats=True),
    Act("start", "s", "Start", "start", "Begins the first or the next period."),
    Act("advance", "D", "Next stage", "advance", "Begins the next stage for all.", "consent"),
    Act("pause", "p", "Pause", "pause", "Stops the clock; nobody can trade."),
    Act("resume", "p", "Resume", "resume", "Lets the clock run on; ends a hold."),
    Act("extend", "e", "Extend", "extend SECONDS", "More time for the period.", "seconds"),
    Act("end-period", "n", "End period", "end-period", "The period ends now, and counts.", "consent"),
    Act("hold", "o", "Hold", "hold", "The next period waits until you resume."),
    Act("hold off", "o", "Hold off", "hold off", "The next period comes by itself again."),
    Act("void", "v", "Void", "void", "The period ends, unpaid and in no result.", "consent"),
    Act("again", "g", "Again", "again", "Void, and the same values once more.", "consent"),
    Act("pay-period", "P", "Paid period", "pay-period PERIOD", "Says which one period is paid.", "period"),
    Act("message", "M", "To all", "message TEXT", "A message to everybody.", "words"),
    Act("lock", "l", "Lock door", "lock", "Nobody without a seat gets in."),
    Act("unlock", "l", "Open door", "unlock", "New people get in again."),
    Act("end", "E", "End", "end", "Ends the session for good.", "consent_twice"),
)
"""All acts, in the order of the bar of keys."""
BY_NAME = {act.name: act for act in ACTS}


def act_of(key: str, state: ConsoleState) -> Act | None:
    """The act of a key now: one key pauses and resumes, one holds and lets go, one locks and opens the door."""
    acts = [act for act in ACTS if act.key == key]
    if len(acts) < 2:
        return acts[0] if acts else None
    clock = state.clock
    on = {"p": clock.paused, "o": clock.held, "l": bool(state.locked)}[key]
    return acts[int(on)]


# --- when a key is dead -----------------------------------------------------------------------------------------------


def why_not(act: Act, state: ConsoleState, seats: tuple[Seat, ...]) -> Why:
    """Why an act is not possible now; None where the server may say yes."""
    if state.lost is not None:
        return "The connection is lost. Nothing can be sent until it is back."
    if state.clock.phase == "ended" and act.name != "pay-period":
        return "The session is over."
    if not act.on_seats:
        return _SESSION[act.name](state) if act.name in _SESSION else None
    if not seats:
        return "No seat is marked."
    if fitting(act, state, seats):
        return None
    row = state.row(seats[0])
    return (
        _SEATS[act.name](row.row, state) if row and len(seats) == 1 else f"None of the marked seats: {_NONE[act.name]}."
    )


def fitting(act: Act, state: ConsoleState, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
    """The seats among these on which an act can be done."""
    rows = {shown.row.seat: shown.row for shown in state.rows}
    return tuple(seat for seat in seats if seat in rows and _SEATS[act.name](rows[seat], state) is None)


def _card(row: RosterRow) -> str:
    return f"Card {row.card}"


def _no_person(row: RosterRow) -> Why:
    if row.holder == "empty":
        return f"{_card(row)} is empty: nobody has joined."
    return f"{_card(row)} is a robot's." if row.holder == "robot" else None


def _cannot_tell(row: RosterRow, state: ConsoleState) -> Why:
    return _no_person(row) or (f"{_card(row)} is removed." if row.removed else None)


def _cannot_answer(row: RosterRow, state: ConsoleState) -> Why:
    first = f" Home goes to card {state.rows[0].row.card}, who has." if state.counts.help else ""
    return None if row.help else f"{_card(row)} has not asked for help.{first}"


def _cannot_pass(row: RosterRow, state: ConsoleState) -> Why:
    if row.passed:
        return f"{_card(row)} is passed to a robot already; b gives it back."
    if row.removed:
        return f"{_card(row)} is removed; b lets them back."
    if row.holder != "empty" and state.rules.robots is None:
        return "This scenario does not mention robots to traders, so none may come in their place."
    return _no_person(row)


def _cannot_give_back(row: RosterRow, state: ConsoleState) -> Why:
    return None if row.passed or row.removed else f"{_card(row)} is neither passed to a robot nor removed."


def _cannot_reissue(row: RosterRow, state: ConsoleState) -> Why:
    return f"{_card(row)} is a robot's." if row.holder == "robot" else None


def _cannot_remove(row: RosterRow, state: ConsoleState) -> Why:
    return f"{_card(row)} is removed already." if row.removed else _no_person(row)


def _cannot_be_done(row: RosterRow, state: ConsoleState) -> Why:
    if state.clock.phase != "stage":
        return NO_STAGE
    return f"{_card(row)} is done with this stage already." if row.done else _no_person(row)


_SEATS: dict[str, Callable[[RosterRow, ConsoleState], Why]] = {
    "tell": _cannot_tell,
    "answer": _cannot_answer,
    "robot": _cannot_pass,
    "back": _cannot_give_back,
    "reissue": _cannot_reissue,
    "remove": _cannot_remove,
    "done": _cannot_be_done,
}
_NONE = {
    "tell": "a message needs a person",
    "answer": "nobody there has asked for help",
    "robot": "a robot can take a person's seat only, where robots are mentioned",
    "back": "nobody there is passed to a robot or removed",
    "reissue": "robots need no new code",
    "remove": "only a person can be removed",
    "done": "only people in a stage without trade can be done with it",
}


def _cannot_start(state: ConsoleState) -> Why:
    if state.clock.phase == "stage":
        return "A stage runs already; D begins the next one."
    if state.clock.phase == "trading":
        return "A period runs already."
    return None


def _in_a_session(state: ConsoleState) -> Why:
    return "Trading has not started; s starts it." if state.clock.phase == "lobby" else None


def _no_stage(state: ConsoleState) -> Why:
    return None if state.clock.phase == "stage" else NO_STAGE


def _in_trade(state: ConsoleState) -> Why:
    if state.clock.phase == "stage":
        return "No period runs: this is a stage without trade."
    return _in_a_session(state)


def _in_a_period(state: ConsoleState) -> Why:
    if state.clock.phase == "break":
        return "No period runs: this is a break."
    return _in_trade(state)


def _cannot_extend(state: ConsoleState) -> Why:
    if state.clock.phase == "stage":
        return None if state.clock.left_us is not None else "This stage has no clock: it waits for all, or for you."
    return _in_a_period(state)


def _nothing_to_void(state: ConsoleState) -> Why:
    practice = any(shown.row.stage == "practice" for shown in state.rows)
    return _in_trade(state) or ("Practice does not count: there is nothing to void." if practice else None)


def _cannot_hold(state: ConsoleState) -> Why:
    if state.clock.phase == "trading" and state.clock.period >= state.clock.periods:
        return "This is the last period: no break comes after it."
    return _in_trade(state)


def _no_period_to_pay(state: ConsoleState) -> Why:
    payment, clock = state.rules.payment, state.clock
    if payment is None or payment.paid != "one period":
        return "This scenario pays no single period."
    if clock.paid_period is not None:
        return f"Period {clock.paid_period} is the one that is paid."
    if clock.phase not in ("stage", "ended"):
        return "Which period is paid is said after the last one."
    return None


_SESSION: dict[str, Callable[[ConsoleState], Why]] = {
    "start": _cannot_start,
    "pause": _in_a_session,
    "resume": _in_a_session,
    "advance": _no_stage,
    "extend": _cannot_extend,
    "end-period": _in_a_period,
    "hold": _cannot_hold,
    "hold off": _in_trade,
    "void": _nothing_to_void,
    "again": _nothing_to_void,
    "pay-period": _no_period_to_pay,
}


# --- the messages -----------------------------------------------------------------------------------------------------


def seconds_typed(text: str) -> float | str:
    """A number of seconds, or why it is none."""
    try:
        seconds = float(text.strip().replace(",", "."))
    except ValueError:
        return f"'{text.strip()}' is no number of seconds; type one, as 30."
    if not 0 < seconds <= EXTEND_S_MAX:
        return "A number of seconds is above 0, and at most a day."
    return seconds


def period_typed(text: str) -> int | str:
    """The number of a period, or why it is none."""
    word = text.strip()
    if not (
        word.isascii() and word.isdecimal() and int(word[:PERIOD_DIGITS_MAX]) > 0 and len(word) < PERIOD_DIGITS_MAX
    ):
        return f"'{word}' is no period; type its number, as 4."
    return int(word)


def words_typed(act: Act, text: str) -> str | Why:
    """Why typed words cannot be sent; None where they can."""
    words = tidied(text)
    if not words and act.asks == "words":
        return "Nothing is typed. Type a message, or press Esc."
    if len(words) > WORDS_MAX:
        return f"A message has {WORDS_MAX} characters at the most; this one has {len(words)}."
    if act.asks == "seconds":
        seconds = seconds_typed(text)
        return seconds if isinstance(seconds, str) else None
    if act.asks == "period":
        number = period_typed(text)
        return number if isinstance(number, str) else None
    return None


def tidied(text: str) -> str:
    """Typed or pasted words in one line."""
    return " ".join(text.split())


def messages_of(act: Act, seats: tuple[Seat, ...], words: str) -> list[tuple[Seat | None, Message]]:
    """The messages of an act, each with its seat."""
    match act.name:
        case "tell":
            return [(seat, Tell(seat, words)) for seat in seats]
        case "answer":
            return [(seat, AnswerHelp(seat, words)) for seat in seats]
        case "robot":
            return [(seat, PassToRobot(seat)) for seat in seats]
        case "back":
            return [(seat, HandBack(seat)) for seat in seats]
        case "remove":
            return [(seat, Remove(seat)) for seat in seats]
        case "done":
            return [(seat, AdvanceStage(seat)) for seat in seats]
        case "reissue":
            return [(seat, Reissue(seat)) for seat in seats]
        case "message":
            return [(None, Announce(words))]
        case "extend":
            seconds = seconds_typed(words)
            assert isinstance(seconds, float), "seconds are looked at before they are sent"
            return [(None, Extend(round(seconds * SECOND)))]
        case "pay-period":
            number = period_typed(words)
            assert isinstance(number, int), "numbers are looked at before they are sent"
            return [(None, PaidPeriod(number))]
        case name:
            return [(None, PLAIN[name])]


PLAIN: dict[str, Message] = {
    "start": Start(),
    "advance": AdvanceStage(),
    "pause": Pause(),
    "resume": Resume(),
    "end-period": EndPeriod(),
    "hold": Hold(),
    "hold off": Hold(off=True),
    "void": Void(),
    "again": Again(),
    "lock": Lock(),
    "unlock": Unlock(),
    "end": End(),
}
"""The acts without a seat or words."""
