"""Robots for seats that nobody holds: those empty at the start, and those of people who have dropped out.

And those of people whose seat the experimenter has passed to a robot: such a one is sent at once, in a pause, too.

The scenario's rule is applied whenever somebody comes or goes, or the clock starts or stops. A seat's grace runs while
the session's clock does. A pause begins it anew and calls back robots that have been sent and have not come. So nobody
is replaced while a classroom sorts out its network. The journal has the result: a robot has joined, in somebody's
place. The wall clock decides only when it is sent.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from p2p.base.units import Seat, is_seat
from p2p.messages import Joined, Paused
from server.session.sequencer import Committed
from server.session.session_status import SessionStatus

AGAIN_S = 10.0
"""A robot that was sent and has not come by then is sent again: its process may have died."""

Send: TypeAlias = Callable[[Seat, str], None]
"""Sends a robot of a word to a seat. It does not wait for it to come."""
Recall: TypeAlias = Callable[[Seat], None]
"""Sees to it that a robot that was sent to a seat does not take it any more."""


class Vacancies:
    """Watches the seats of one session, and sends robots to them."""

    def __init__(self, status: SessionStatus, send: Send, recall: Recall, again_s: float = AGAIN_S) -> None:
        self.status, self.send, self.recall, self.again_s = status, send, recall, again_s
        self._waiting: dict[Seat, asyncio.TimerHandle] = {}
        self._begun = status.has_begun
        self._ended_robots = {seat for seat in status.seats if status.stands_in(seat)}
        """Seats whose robots have ended with the server before this one: they do not come back by themselves."""

    def heard(self, happened: list[Committed]) -> None:
        """Look at the seats again, if events may have changed their holders or the clock.

        One batch may contain both a join and a leave, or a pause and its end; handle each.
        """
        for what in happened:
            self._was(what)
        if any(not is_seat(what.arrival.envelope.sender) for what in happened):
            self.look()

    def _was(self, what: Committed) -> None:
        """Nobody is waited for whose seat was taken; a robot sent while its owner was at the door is called back."""
        message = what.arrival.envelope.message
        if isinstance(message, Joined):
            self._forget(message.seat)
            self._ended_robots.discard(message.seat)
            if not message.stand_in:
                self.recall(message.seat)
        elif any(isinstance(event.message, Paused) for event in what.events):
            self.stop()

    def look(self) -> None:
        """Send robots to where they are due, and begin or end the grace of the others."""
        asked_for = self._asked_for()
        for seat in asked_for:
            if not self.status.robot_trades(seat) and seat not in self._waiting:
                self._send(seat, self.status.scenario.vacancies.stand_in)
        if not self.status.clock_runs:
            self.stop()
            return
        begins, self._begun = not self._begun, True
        for seat in self.status.seats:
            if seat in asked_for and not self.status.robot_trades(seat):
                continue
            if self.status.is_present(seat):
                self._forget(seat)
            elif seat not in self._waiting:
                self._vacant(seat, begins)

    def _asked_for(self) -> set[Seat]:
        """Seats on which a robot is to trade by the experimenter's act."""
        acts = self.status.acts
        return acts.passed | (acts.removed if self.status.scenario.takes_over else set())

    def _vacant(self, seat: Seat, begins: bool) -> None:
        """A seat without anybody, about which nothing has been done; who left before trading begins is not waited for.

        A robot that is lost is replaced by one of its kind; of a server before this one it is so at once.
        """
        scenario, controller = self.status.scenario, self.status.controller(seat)
        rules = scenario.vacancies
        nobodys = controller is None or (controller == "robot" and seat in self._ended_robots)
        if rules.fill and (begins or nobodys):
            self._send(seat, rules.fill)
        elif scenario.takes_over and controller == "human":
            self._later(seat, rules.grace_s, rules.stand_in)
        elif rules.fill and self.status.stands_in(seat):
            self._later(seat, rules.grace_s, rules.fill)

    def _later(self, seat: Seat, after_s: float, word: str) -> None:
        self._waiting[seat] = asyncio.get_running_loop().call_later(after_s, self._send, seat, word)

    def _send(self, seat: Seat, word: str) -> None:
        self._later(seat, self.again_s, word)
        self.send(seat, word)

    def _forget(self, seat: Seat) -> None:
        waiting = self._waiting.pop(seat, None)
        if waiting:
            waiting.cancel()

    def stop(self) -> None:
        """Nobody is waited for any more, but robots that the experimenter has asked for."""
        for seat in [seat for seat in self._waiting if seat not in self._asked_for()]:
            self._forget(seat)
            self.recall(seat)
