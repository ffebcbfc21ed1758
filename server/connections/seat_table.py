"""Holders of seats: the connection of each seat, of the experimenter and of their console. One each, the latest.

The owner of a seat that was passed to a robot looks on: they are fed as before, and say nothing.
"""

from collections import defaultdict

from p2p.base.display_name import display_name
from p2p.base.units import EXPERIMENTER, Seat, is_seat
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import NAME_MAX
from server.connections.connection import CONSOLE, Connection
from server.connections.outbox import Outbox
from server.publishing.feeds import Viewer
from server.publishing.side_files import SideFiles


class SeatTable:
    """The connections that have logged in, and the records of their seats beside the journal.

    `beside`: outboxes of mirrors, by whose facts they are sent. `given_back`: seats whose owners have looked on.
    """

    def __init__(self, files: SideFiles) -> None:
        self.files = files
        self.connections: dict[Viewer, Connection] = {}
        self.onlookers: dict[Seat, Connection] = {}
        self.beside: defaultdict[Viewer, list[Outbox]] = defaultdict(list)
        self.given_back: set[Seat] = set()

    def take(self, connection: Connection) -> Connection | None:
        """Give a seat to a connection; the one that held it. Raises ProtocolError for a robot where a person is."""
        older = self.connections.get(connection.key)
        if older and connection.by_robot and not older.by_robot:
            why = "a person trades on this seat; a robot can have it when they have left it"
            raise ProtocolError("seat_taken", why, fatal=True)
        self.connections[connection.key] = connection
        return older

    def look_on(self, seat: Seat) -> None:
        """A person's connection, if there is one, is an onlooker's from now on."""
        connection = self.connections.get(seat)
        if connection is not None and not connection.by_robot:
            del self.connections[seat]
            self.onlookers[seat] = connection

    def looks_on(self, connection: Connection) -> bool:
        """Whether it is the latest of a seat's owner who looks on."""
        return is_seat(connection.who) and self.onlookers.get(connection.who) is connection

    def outboxes(self, viewer: Viewer) -> list[Outbox]:
        """Everybody who is sent a viewer's facts: its connection, its owner who looks on, a console, a mirror."""
        found = [self.connections.get(viewer)]
        if viewer == EXPERIMENTER:
            found.append(self.connections.get(CONSOLE))
        elif is_seat(viewer):
            found.append(self.onlookers.get(viewer))
        outboxes = [one.outbox for one in found if one is not None and one.outbox is not None]
        return outboxes + self.beside[viewer] if viewer in self.beside else outboxes

    def all_outboxes(self) -> list[Outbox]:
        """The same, of all viewers."""
        held = [*self.connections.values(), *self.onlookers.values()]
        mirrors = [outbox for some in self.beside.values() for outbox in some]
        return [one.outbox for one in held if one.outbox is not None] + mirrors

    def holds(self, connection: Connection) -> bool:
        """Whether no newer connection has taken its seat."""
        return self.connections.get(connection.key) is connection

    def leave(self, connection: Connection) -> bool:
        """A connection has ended; whether its seat is empty now."""
        if self.looks_on(connection):
            del self.onlookers[connection.who]  # type: ignore[arg-type]  # onlookers are seats'
            return False
        if not self.holds(connection):
            return False
        del self.connections[connection.key]
        return True

    def name(self, connection: Connection) -> bool:
        """Note what a seat's holder is called, or which agent its robot is; whether that is new.

        A stand-in names nobody's seat.
        """
        name, who = display_name(connection.login.name, NAME_MAX), connection.who
        if connection.stands_in or not is_seat(who):
            return False
        if connection.by_robot:
            return self.files.called(who, name)
        if not name or self.files.people.get(str(who)) == name:
            return False
        self.files.people[str(who)] = name
        return True
