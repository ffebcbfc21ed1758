"""Holders of seats: the connection of each seat and of the experimenter. One connection a seat, the latest."""

from p2p.base.display_name import display_name
from p2p.base.units import is_seat
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import NAME_MAX
from server.connections.connection import Connection
from server.publishing.feeds import Viewer
from server.publishing.side_files import SideFiles


class SeatTable:
    """The connections that have logged in, and the records of their seats beside the journal."""

    def __init__(self, files: SideFiles) -> None:
        self.files = files
        self.connections: dict[Viewer, Connection] = {}

    def take(self, connection: Connection) -> Connection | None:
        """Give a seat to a connection; the one that held it. Raises ProtocolError for a robot where a person is."""
        older = self.connections.get(connection.who)
        if older and connection.by_robot and not older.by_robot:
            why = "a person trades on this seat; a robot can have it when they have left it"
            raise ProtocolError("seat_taken", why, fatal=True)
        self.connections[connection.who] = connection
        return older

    def holds(self, connection: Connection) -> bool:
        """Whether no newer connection has taken its seat."""
        return self.connections.get(connection.who) is connection

    def leave(self, connection: Connection) -> bool:
        """A connection has ended; whether its seat is empty now."""
        if not self.holds(connection):
            return False
        del self.connections[connection.who]
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
