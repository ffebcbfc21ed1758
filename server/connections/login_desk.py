"""The log-in: whose a code or a token is, and how often an address may be wrong about it."""

from p2p.base.units import EXPERIMENTER, Seat
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Login
from server.connections.peer import Peer
from server.connections.rate_limits import LoginThrottle
from server.limits import DEFAULT, Limits
from server.session.credentials import SeatCredentials, Who
from server.session.machine import Machine


class LoginDesk:
    """Looks up codes and tokens, aside: that takes 10 ms of a processor for a code."""

    def __init__(self, doors: SeatCredentials, machine: Machine, limits: Limits = DEFAULT) -> None:
        self._doors, self._machine = doors, machine
        self.throttle = LoginThrottle(limits)

    def stand_in(self, login: Login) -> Seat | None:
        """The seat that a login's token was lent for, None where it was not lent."""
        return self._doors.stands_in(login)

    def owner_is_back(self, seat: Seat) -> None:
        """The token lent for a seat is void."""
        self._doors.take_back(seat)

    async def token(self, who: Who) -> str:
        """A new resume token; the one before it is void."""
        token: str = await self._machine.aside(self._doors.token, who)
        return token

    async def identify(self, peer: Peer, login: Login) -> Who:
        """Whose the login is; raises ProtocolError. Resume tokens cannot be guessed and are not counted."""
        who: Who | None
        if login.resume:
            who = await self._machine.aside(self._doors.who, login)
        else:
            async with self.throttle.trying(peer.address, self._machine.clock_s) as may_try:
                if not may_try:
                    why = "too many wrong codes came from this address; try again in a moment"
                    raise ProtocolError("too_many_tries", why, fatal=True)
                who = await self._machine.aside(self._doors.who, login)
                if who is None:
                    self.throttle.was_wrong(peer.address, self._machine.clock_s())
        if who is None:
            raise ProtocolError("wrong_code", "no seat has this code; look at the slip of paper again", fatal=True)
        if login.conducts and who != EXPERIMENTER:
            raise ProtocolError("not_experimenter", "this is a trader's code, not the experimenter's", fatal=True)
        return who
