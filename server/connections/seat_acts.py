"""The experimenter's acts on seats, as far as connections go: a seat to a robot and back, a person taken out.

The session has taken the act by then, and its seat has been told. A passed seat's owner stays connected and looks on;
given back, their connection is renewed, because its tokens are the robot's by then.
"""

import asyncio

from p2p.base.units import EXPERIMENTER, Seat, is_seat
from p2p.messages import Agree, PassedOn, Removed, Withdraw
from server.connections.connection import Connection
from server.connections.login_desk import LoginDesk
from server.connections.seat_table import SeatTable
from server.limits import GOING_AWAY, REMOVED, TAKEN_OVER
from server.session.sequencer import Committed
from server.session.session_status import SessionStatus

_GOES = (Agree, Withdraw)
"""A person's own messages that may pass their seat to a robot: declining, and leaving."""
GIVEN_BACK = "your seat is yours again"
TAKEN_OUT = "the experimenter has taken you out of the session; please ask them"


class SeatActs:
    """Carries acts out on the connections of one session."""

    def __init__(self, status: SessionStatus, seats: SeatTable, desk: LoginDesk) -> None:
        self._status, self._seats, self._desk = status, seats, desk
        self._farewells: set[asyncio.Task[None]] = set()

    def on_news(self, happened: list[Committed]) -> None:
        """Take in news."""
        for what in happened:
            if what.arrival.envelope.sender != EXPERIMENTER and not isinstance(what.arrival.envelope.message, _GOES):
                continue
            for event in what.events:
                if is_seat(event.to):
                    match event.message:
                        case PassedOn(off=False):
                            self._seats.look_on(event.to)
                        case PassedOn() | Removed(off=True):
                            self._give_back(event.to)
                        case Removed():
                            self._take_out(event.to)
                        case _:
                            pass

    def _give_back(self, seat: Seat) -> None:
        """The owner comes back on a connection of their own; without them a robot stays where it would have come."""
        owner = self._seats.onlookers.get(seat)
        if owner is not None:
            self._seats.given_back.add(seat)
            self._end(owner, GOING_AWAY, GIVEN_BACK)
        if not self._status.takes_over:
            self._end_robot(seat)

    def _take_out(self, seat: Seat) -> None:
        holder = self._seats.connections.get(seat)
        for connection in (self._seats.onlookers.get(seat), holder):
            if connection is not None and not connection.by_robot:
                self._end(connection, REMOVED, TAKEN_OUT)
        if not self._status.takes_over:
            self._end_robot(seat)

    def _end_robot(self, seat: Seat) -> None:
        """A robot that stands in leaves, and one that is on its way does not come."""
        self._desk.owner_is_back(seat)
        holder = self._seats.connections.get(seat)
        if holder is not None and holder.stands_in:
            self._end(holder, TAKEN_OVER, "the experimenter has given the seat back")

    def _end(self, connection: Connection, code: int, why: str) -> None:
        """Give a connection its last facts, then close it; the market does not wait for that."""
        ends = connection.outbox.farewell if connection.outbox else connection.peer.close
        task = asyncio.ensure_future(ends(code, why))
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)
