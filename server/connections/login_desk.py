"""The log-in: whose a code or a token is. Tokens and codes that are known go at once; guesses are slowed."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable

from p2p.base.units import EXPERIMENTER, Seat
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Login
from server.connections.address_turns import AddressTurns
from server.connections.peer import Peer
from server.connections.rate_limits import Bucket, LoginThrottle, network
from server.limits import DEFAULT, Limits
from server.session.credentials import CLASS, SeatCredentials, SeatHolder, Who
from server.session.machine import Machine
from server.session.notices import notify

TOO_MANY_WRONG = (
    "too many wrong codes came from your network; try again in a few seconds, or ask the experimenter for a code of "
    "your own"
)
"""The answer to a right class code and a wrong one alike, where they are looked at slowly."""


def guessed(address: str, count: int) -> str:
    """The news of somebody who guesses, for the experimenter."""
    return (
        f"{count:,} wrong class codes, the last from {address}: from there they are looked at slowly now; "
        "pit ctl URL lock closes the door, and reissue CARD gives a code of its own"
    )


class LoginDesk:
    """A right code or token waits for no guess from elsewhere: a guess costs its own address's time only.

    `warned`: those who are told of somebody who guesses.
    """

    def __init__(self, doors: SeatCredentials, machine: Machine, limits: Limits = DEFAULT) -> None:
        self._doors, self._machine, self._limits = doors, machine, limits
        self.throttle = LoginThrottle(limits)
        self.warned: list[Callable[[str], None]] = [notify]
        self._closing = asyncio.Event()
        self._turns = AddressTurns(limits.tries_at_once, self._is_late, machine.chance)
        self._logins: defaultdict[SeatHolder, Bucket] = defaultdict(
            lambda: Bucket(limits.logins_per_s, limits.logins_burst)
        )

    def stand_in(self, login: Login) -> Seat | None:
        """The seat that a login's token was lent for, None where it was not lent."""
        return self._doors.stands_in(login)

    def owner_is_back(self, seat: Seat) -> None:
        """The token lent for a seat is void."""
        self._doors.take_back(seat)

    async def token(self, who: SeatHolder) -> str:
        """A new resume token, saved; the one before it is void. The last to ask has the one that is good."""
        token = self._doors.issue(who)
        await self._machine.aside(self._doors.save)
        return token

    def close(self) -> None:
        """The server stops: answers that are held back go now."""
        self._closing.set()

    async def _hold(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    def _is_late(self, address: str) -> bool:
        return self.throttle.is_late(address, self._machine.clock_s())

    async def _looked_up(self, address: str, login: Login) -> Who | None:
        """Whose a code of a server before this one is, by its slow hash."""
        await self._turns.turn_of(network(address))
        try:
            who: Who | None = await self._machine.aside(self._doors.who, login)
            return who
        finally:
            self._turns.give_back()

    async def identify(self, peer: Peer, login: Login) -> Who:
        """Whose the login is; raises ProtocolError. Resume tokens cannot be guessed and are not counted."""
        tries = self._doors.tries_class_code(login)
        if tries and not self.throttle.may_try_class_code(peer.address, self._machine.clock_s()):
            raise ProtocolError("too_many_logins", TOO_MANY_WRONG, fatal=True)
        who = self._doors.known(login)
        if who is None and self._doors.may_be_known(login):
            who = await self._looked_up(peer.address, login)
        if who is None:
            if tries and self.throttle.class_code_was_wrong(peer.address):
                for tell in self.warned:
                    tell(guessed(peer.address, self.throttle.class_wrong))
            if not login.resume:
                await self._hold(self.throttle.was_wrong(peer.address, self._machine.clock_s()))
            raise ProtocolError("wrong_code", "no seat has this code; look at the board or the card again", fatal=True)
        if login.conducts and who != EXPERIMENTER:
            raise ProtocolError("not_experimenter", "this is a trader's code, not the experimenter's", fatal=True)
        if who not in (EXPERIMENTER, CLASS) and not login.ask:
            self.pace(who)
        return who

    def pace(self, who: SeatHolder) -> None:
        """Count a log-in of a seat; raises ProtocolError where there were too many in a short time."""
        if who != EXPERIMENTER and not self._logins[who].take(self._machine.clock_s()):
            why = "this seat has logged in too often in a short time; try again in a moment"
            raise ProtocolError("too_many_logins", why, fatal=True)
