"""The entrance: people with a right code get their seats, or are told why not.

A seat's own code leads to that seat, and the device that says it too. The class code leads a device to the seat that it
has, or to a free one, which is its own from then on. The door may be locked, and labels may be wanted.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Literal

from p2p.base.display_name import display_name
from p2p.base.units import EXPERIMENTER, Seat
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import LABEL_MAX, NAME_MAX, Card, Door, Login
from server.session.credentials import CLASS, SeatCredentials, SeatHolder, Who
from server.session.machine import Machine
from server.session.notices import notify
from server.session.participants import Participants
from server.session.session_status import SessionStatus

Refused = Literal["no_device", "no_name", "no_label", "unknown_label", "label_used", "locked", "no_seat_left", "moved"]
WORDS: dict[Refused, str] = {
    "no_device": "a class code needs a key of the device beside it; update this program",
    "no_name": "the class code needs your name beside it",
    "no_label": "your label is needed too: the one on the list of participants",
    "unknown_label": "that label is not on the list of participants; check it, or ask the experimenter",
    "label_used": "somebody has joined with that label already; ask the experimenter",
    "locked": "the door is locked; the experimenter has your name, and can let you in",
    "moved": "your seat has a new code, for another device perhaps; ask the experimenter",
    "no_seat_left": "all seats are taken; the experimenter has your name on a list",
}
"""Sentences for people who are not let in; programs go by the codes."""
BEGUN = "trading has begun with those who were there; the experimenter has your name on a list"
OVER = "the session is over; the experimenter has your name on a list"


class Entrance:
    """Gives out the seats of one session. `reserved`: seats of our own robots."""

    def __init__(
        self,
        status: SessionStatus,
        doors: SeatCredentials,
        participants: Participants,
        machine: Machine,
        codes: dict[Seat, str],
        reserved: Iterable[Seat] = (),
    ) -> None:
        """`codes`: those that can be read, for the experimenter's cards."""
        self._status, self._doors, self.participants, self._machine = status, doors, participants, machine
        self._codes, self._reserved, self.url = codes, frozenset(reserved), ""

    def door(self, who: Who, login: Login) -> Door:
        """The answer to a client that only asks: no seat is taken. Raises ProtocolError at a bad label."""
        if who == EXPERIMENTER:
            return self._experimenters_door()
        seat = self._doors.device_seat(login.device) if who == CLASS else who
        wants: list[Literal["name", "label"]] = ["name"] if who == CLASS and seat is None else []
        has_label = seat is not None and str(seat) in self.participants.file.labels
        if self.participants.wants_labels and not has_label:
            wants.append("label")
            if login.label:
                self._check_label(login.label, seat if isinstance(seat, int) else None)
        assert seat is None or isinstance(seat, int)
        return Door("class" if who == CLASS else "seat", seat, tuple(wants), self._status.locked)

    def _experimenters_door(self) -> Door:
        taken = self._status.occupied | self._doors.seats_of_devices()
        cards = tuple(
            Card(seat + 1, self._codes.get(seat, ""), seat in taken)
            for seat in self._status.seats
            if seat not in self._reserved
        )
        return Door(
            "experimenter",
            locked=self._status.locked,
            title=self._status.scenario.shown_title,
            url=self.url,
            class_code=self._doors.class_code,
            cards=cards,
        )

    def reissue(self, seat: Seat) -> None:
        """A new code for a seat; its old one, its token and its device are void. The label may be said again."""
        self._doors.forget_seat(seat)
        self._codes.update(self._doors.give_code(seat))

    async def admit(self, who: Who, login: Login) -> SeatHolder:
        """Whose connection it is: the experimenter's, or a seat's. Raises ProtocolError with why nobody is let in."""
        if who == EXPERIMENTER:
            return EXPERIMENTER
        if who == CLASS:
            return await self._by_class_code(login)
        assert isinstance(who, int)
        if login.controller == "human" and not login.resume:
            await self._by_own_code(who, login)
        return who

    async def _by_own_code(self, seat: Seat, login: Login) -> None:
        known = self.participants.file.labels.get(str(seat))
        if self._status.locked and self._status.controller(seat) is None:
            await self._sent_away(login, "", "locked")
        if self._doors.class_code and login.device:
            self._doors.seat_device(login.device, seat)
        if not self.participants.wants_labels or (known and not login.label):
            return
        self._check_label(login.label, seat)
        self.participants.has_joined(seat, login.label, "")
        await self._machine.aside(self.participants.save)

    async def _by_class_code(self, login: Login) -> Seat:
        if not login.device:
            raise _refused("no_device")
        seat = self._doors.device_seat(login.device)
        if seat is not None:
            return seat
        if self._doors.has_moved(login.device):
            raise _refused("moved")
        if not display_name(login.name, NAME_MAX):
            raise _refused("no_name")
        robot = login.controller == "robot"
        if self.participants.wants_labels and not robot:
            self._check_label(login.label, None)
        device = self._doors.hashed_device(login.device)
        if self._status.locked:
            await self._sent_away(login, device, "locked")
        seat = self._free_seat()
        if seat is None:
            await self._sent_away(login, device, "no_seat_left")
            raise AssertionError("who is sent away is not seated")
        self._doors.seat_device(login.device, seat)
        self.participants.has_joined(seat, "" if robot else login.label, device)
        await self._machine.aside(self.save)
        return seat

    def save(self) -> None:
        """Write codes, devices, labels. Waits for the disk: call it in a thread."""
        self._doors.save()
        self.participants.save()

    def _check_label(self, label: str, seat: Seat | None) -> None:
        """Raises ProtocolError where a label does not lead in."""
        if not label.strip():
            raise _refused("no_label")
        if not self.participants.is_allowed(label):
            raise _refused("unknown_label")
        if self.participants.seat_of(label) not in (None, seat):
            raise _refused("label_used")

    async def _sent_away(self, login: Login, device: str, why: Refused) -> None:
        """Keep who came, for roster and pay, and raise the ProtocolError that tells them why they have no seat."""
        words = WORDS[why]
        if why == "no_seat_left" and self._status.over:
            words = OVER
        elif why == "no_seat_left" and self._status.has_begun:
            words = BEGUN
        name = display_name(login.name, NAME_MAX)
        notify(f"{name or 'somebody'} has no seat: {words.partition(';')[0]}")
        if login.controller == "human" and device:
            label = display_name(login.label, LABEL_MAX)
            self.participants.has_no_seat(name, label, device, "locked" if why == "locked" else words.partition(";")[0])
            await self._machine.aside(self.participants.save)
        raise ProtocolError(why, words, fatal=True)

    def _free_seat(self) -> Seat | None:
        """The first free seat, in the market with the fewest people."""
        if self._status.over:
            return None
        taken = self._doors.seats_of_devices() | self._reserved | self._status.occupied
        free = [seat for seat in self._status.dealt_seats if seat not in taken]
        market_of = self._status.market_of
        people = Counter(market_of[seat] for seat in taken)
        return min(free, key=lambda seat: (people[market_of[seat]], seat), default=None)


def _refused(why: Refused) -> ProtocolError:
    return ProtocolError(why, WORDS[why], fatal=True)
