"""A session's phases as one table: the messages permitted in each of them, and the next phase.

A row is a phase; an entry is an event of it and the phase that comes next. An event is a message to the session, or a
Moment, which comes by itself. A message that is not in the row is refused `not_now`. A pause is no phase: the phase
waits, and has another row as long as the pause lasts. Traders' orders are not in the table: a market judges them, and
it is closed outside its periods. A command that is in the row may still be refused for its seat or period
(interventions.py).

A stage that is not trading (instructions, questions, payment) is one more phase. It needs a name in Phase, a row, and
an entry of another row that leads to it.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Literal, TypeAlias

from p2p.base.units import EXPERIMENTER, GATEWAY, Address
from p2p.messages import (
    FROM_EXPERIMENTER,
    FROM_GATEWAY,
    FROM_TRADERS,
    AdvanceStage,
    Again,
    Announce,
    AnswerHelp,
    Close,
    End,
    EndPeriod,
    Expire,
    Extend,
    HandBack,
    Hold,
    Joined,
    Left,
    Lock,
    Message,
    Open,
    PaidPeriod,
    PassToRobot,
    Pause,
    Reading,
    Reissue,
    Reminder,
    Remove,
    Resume,
    Start,
    Tell,
    Unlock,
    Void,
)

Phase: TypeAlias = Literal["unopened", "lobby", "stage", "trading", "break", "ended"]


class Moment(Enum):
    """A turn of a session that no message announces."""

    STAGES_BEGIN = auto()
    """`start` in the lobby of a session that has stages."""

    SEATS_FILLED = auto()
    """The last seat is taken where a session starts by itself when it is full."""
    PERIOD_OVER = auto()
    """The last market has closed, and another period is to come."""
    LAST_PERIOD_OVER = auto()
    BREAK_OVER = auto()
    STAGE_TRADES = auto()
    """A stage begins in which there is trade: its first period is to come."""
    TRADE_OVER = auto()
    """The last period of a stage is over, and another stage is to come."""
    LAST_STAGE_OVER = auto()


Cause: TypeAlias = type[Message] | Moment
Row: TypeAlias = Mapping[Cause, Phase]


def _stays(phase: Phase, *causes: Cause) -> Row:
    return dict.fromkeys(causes, phase)


_SEATS = (Joined, Left, Announce, Tell, AnswerHelp, PassToRobot, HandBack, Remove, Lock, Unlock, Reissue, AdvanceStage)
"""Said of seats and to them, at any time from the lobby to the end."""
_PERIODS = (Hold, Void, Again)
"""Said of periods, as long as one has begun and the session goes on."""

TABLE: Mapping[Phase, Row] = {
    "unopened": {Open: "lobby"},
    "lobby": {
        **_stays("lobby", *_SEATS, Reading),
        Start: "trading",
        Moment.SEATS_FILLED: "trading",
        Moment.STAGES_BEGIN: "stage",
        End: "ended",
    },
    "stage": {
        **_stays("stage", *_SEATS, Reading, Reminder, Pause, Extend, PaidPeriod),
        Moment.STAGE_TRADES: "break",
        Moment.LAST_STAGE_OVER: "ended",
        End: "ended",
    },
    "trading": {
        **_stays("trading", *_SEATS, *_PERIODS, Reading, Reminder, Expire, Pause, Extend, EndPeriod),
        Moment.PERIOD_OVER: "break",
        Moment.LAST_PERIOD_OVER: "ended",
        Moment.TRADE_OVER: "stage",
        End: "ended",
    },
    "break": {
        **_stays("break", *_SEATS, *_PERIODS, Reading, Reminder, Pause),
        Start: "trading",
        Moment.BREAK_OVER: "trading",
        End: "ended",
    },
    "ended": _stays("ended", Joined, Left, Reissue, Close, PaidPeriod),
}
PAUSED: Mapping[Phase, Row] = {
    "stage": {**_stays("stage", *_SEATS, Reading, Resume, PaidPeriod), End: "ended"},
    "trading": {**_stays("trading", *_SEATS, *_PERIODS, Reading, Resume), End: "ended"},
    "break": {**_stays("break", *_SEATS, *_PERIODS, Reading, Resume), End: "ended"},
}
"""The rows of the phases that can be paused, while they are."""


def next_phase(phase: Phase, paused: bool, cause: Cause) -> Phase | None:
    """The phase that comes of an event; None where it cannot be now."""
    return (PAUSED if paused else TABLE)[phase].get(cause)


_TRADERS, _EXPERIMENTER, _GATEWAY = frozenset(FROM_TRADERS), frozenset(FROM_EXPERIMENTER), frozenset(FROM_GATEWAY)
_ALARMS: frozenset[type[Message]] = frozenset({Reminder, Expire})


def may_say(sender: Address) -> frozenset[type[Message]]:
    """The messages that the session takes from a sender."""
    if isinstance(sender, int):  # is_seat, without the call: this is asked of every message
        return _TRADERS
    if sender == EXPERIMENTER:
        return _EXPERIMENTER
    return _GATEWAY if sender == GATEWAY else _ALARMS
