"""A running session's notices to its experimenter in the shell: a line for each event that they want to know at
once."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

import click

from p2p.base.safe_text import printable
from p2p.base.units import EXPERIMENTER, SECOND, Instant, Seat, is_seat
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.status_line import made, stood_still
from p2p.messages import (
    Ended,
    Extended,
    HandedBack,
    HelpAsked,
    Intermission,
    Joined,
    Left,
    Lobby,
    Message,
    Passes,
    Paused,
    Resumed,
    SeatsDealt,
    StartRound,
    TakenOver,
)
from p2p.scenario.overrides import SEES_CONTRACTS
from p2p.scenario.public_rules import PublicRules
from p2p.sim.shell.plain_output import forget_output
from server.session.sequencer import Committed

WHY = {"raised": "it raised an error", "nonsense": "it said nonsense", "slow": "it takes too long"}
"""Why a robot passes, in words."""

LOBBY_S = 1.0
"""Arrivals are said once nobody has come for so long: forty students are a few lines, not forty."""


def notify(said: str) -> None:
    """Say it on standard error. One that has been closed (a pipe, a terminal that is gone) stops no market."""
    with contextlib.suppress(OSError):
        click.echo(f"pit: {printable(said)}", err=True)


def say(line: str) -> None:
    """Say it on standard output. Its reader may have gone after the first line (`| head -1`): the market goes on."""
    try:
        click.echo(printable(line))
    except OSError:
        forget_output()


class SessionNotices:
    """Folds a market's public facts and reports changes on standard error."""

    def __init__(self, rules: PublicRules) -> None:
        self.knowledge = PublicKnowledge(rules)
        self._lobby: Lobby | None = None

    def on_fact(self, message: Message, at: Instant) -> None:
        """Take in a public fact, and say it if it matters."""
        self.knowledge.on_fact(message, at)
        said = self._said(message, at)
        if said:
            notify(said)

    def say_lobby(self) -> None:
        """Say how many seats are taken, if that has changed since it was said."""
        if self._lobby is not None:
            notify(self._seats_taken())

    def say_pause(self) -> None:
        """Say that the session stands still, if it does: it has been taken up again so."""
        if self.knowledge.paused:
            notify(self._paused())

    def _seats_taken(self) -> str:
        lobby, self._lobby = self._lobby, None
        assert lobby is not None
        return f"{lobby.taken} of {lobby.seats} seats taken"

    def _paused(self) -> str:
        left_us = self.knowledge.clock.left_us
        left = "" if left_us is None else f" with {left_us / SECOND:.1f} s left"
        gap_us = self.knowledge.clock.gap_us
        why = f"{stood_still(gap_us)}: the clock stopped then; " if gap_us else ""
        return f"{why}paused{left}; pit ctl URL resume goes on"

    def _made(self) -> str:
        """What the period came to. Where contracts are not public, that it is over."""
        if self.knowledge.rules.information not in SEES_CONTRACTS:
            return f"period {self.knowledge.period} is over"
        return made(self.knowledge)

    def _said(self, message: Message, at: Instant) -> str | None:
        match message:
            case Lobby():
                self._lobby = message
                return self._seats_taken() if message.taken == message.seats else None
            case StartRound(period=period, length_us=length_us):
                return f"period {period} of {self.knowledge.periods}, {length_us / SECOND:g} s"
            case Intermission(next_period=period, length_us=length_us):
                return f"{self._made()}; period {period} in {length_us / SECOND:g} s"
            case Paused():
                return self._paused()
            case Resumed():
                return "resumed"
            case Extended():
                return f"extended: {(self.knowledge.time_left_us(at) or 0) / SECOND:.1f} s left"
            case Ended():
                return "the session is over"
            case _:
                return None


HELD, OWN = "a robot trades there", "back"
ALONE, TAKEN = "disconnected", "joined"
"""The changes of a seat while a session runs."""


def dealt(fact: SeatsDealt, market: int | None) -> str:
    """The deal at the start, in words: how many schedules, and P0 before and after where some were dropped."""
    where = f"market {market + 1}: " if market else ""
    said = f"{where}{len(fact.seats)} schedules are dealt"
    if fact.price_before is None:
        return said if not fact.rows else f"{said}, the others are dropped"
    after = "none" if fact.price_after is None else f"{fact.price_after:g}"
    return f"{said}, the others are dropped; P0 was {fact.price_before:g}, and is {after} now"


class SeatNotices:
    """Reports, on standard error, seat changes of which only the experimenter is told: absences, stand-ins, failures.

    Seats are counted from 1, and named where people have given names. Many seats may change hands at once: they are
    said together, once no other has for LOBBY_S. A connection that is back before that is no news.
    """

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self._names = names or {}
        self._had = {int(seat) for seat in self._names}
        """Seats that people have had."""
        self._new: set[Seat] = set()
        self._changed: dict[Seat, str] = {}
        self._runs = False
        self._due: asyncio.TimerHandle | None = None

    def heard(self, happened: list[Committed]) -> None:
        """Take in new events."""
        for what in happened:
            self._meet(what.arrival.envelope.message)
            if self._runs:
                self._line(what.arrival.envelope.message)
            for event in what.events:
                match event.message:
                    case StartRound() | Resumed():
                        self._runs = True
                    case Ended():
                        self._runs = False
                    case TakenOver() | HandedBack() if is_seat(event.to):
                        back = TAKEN if event.to in self._new else OWN
                        self._change(event.to, HELD if isinstance(event.message, TakenOver) else back)
                    case SeatsDealt():
                        notify(dealt(event.message, event.market))
                    case HelpAsked(withdrawn=False) if is_seat(event.to):
                        asks = _seats([event.to], self._names)
                        notify(f"{asks} asks for help; pit ctl URL answer {event.to + 1} TEXT answers")
                    case Passes(why=why, seat=int(seat)) if event.to == EXPERIMENTER:
                        notify(f"the robot on {_seats([seat], self._names)} passes: {WHY[why]}")
                    case _:
                        pass

    def _meet(self, message: Message) -> None:
        """Somebody who has never been there is new, until they leave: they are not back."""
        match message:
            case Joined(seat=seat, stand_in=False) if seat not in self._had:
                self._had.add(seat)
                self._new.add(seat)
            case Left(seat=seat):
                self._new.discard(seat)
            case _:
                pass

    def _line(self, message: Message) -> None:
        """A line was lost, or somebody has come, who is no robot that stands in: that is said of the seat."""
        match message:
            case Left(seat=seat):
                self._change(seat, ALONE)
            case Joined(seat=seat) if self._changed.get(seat) == ALONE:
                del self._changed[seat]
            case Joined(seat=seat, stand_in=False):
                self._change(seat, TAKEN)
            case _:
                pass

    def _change(self, seat: Seat, what: str) -> None:
        self._changed[seat] = what
        if self._due:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_later(LOBBY_S, self.flush)

    def flush(self) -> None:
        """Say which seats have changed hands since it was said."""
        changed, self._changed = self._changed, {}
        for what in (ALONE, HELD, OWN, TAKEN):
            seats = sorted(seat for seat, became in changed.items() if became == what)
            if seats:
                notify(_seats_became(seats, what, self._names))


def _seats(seats: Sequence[Seat], names: Mapping[str, str]) -> str:
    """`seat 4 (Ann)`, `seats 1, 4 (Ann)`: as cards and screens count them."""
    listed = ", ".join(f"{seat + 1} ({names[str(seat)]})" if names.get(str(seat)) else str(seat + 1) for seat in seats)
    return f"seat {listed}" if len(seats) == 1 else f"seats {listed}"


def _seats_became(seats: Sequence[Seat], what: str, names: Mapping[str, str]) -> str:
    """What has become of these seats."""
    listed = _seats(seats, names)
    if what == HELD:
        return f"{listed}: {what}"
    if what == OWN:
        return f"{listed} {'is' if len(seats) == 1 else 'are'} {what}"
    return f"{listed} {what}"
