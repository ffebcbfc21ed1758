"""The right to a seat: a code per seat, or one for the class, exchanged for a resume token.

Of seats' codes, tokens and device keys only hashes are kept, compared in constant time. The class code stands on the
board, so it is kept as it is: a server that comes back says it again.
"""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import AnyStr, Literal, TypeAlias

import msgspec

from p2p.base.units import EXPERIMENTER, Seat
from p2p.protocol.frames import Login
from recordings.journal.store import write_whole

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No I, L, O, 0, 1: codes are read out and written on slips of paper."""
CODE_LENGTH = 8
"""31^8 codes: at a hundred tries a second a guess takes centuries."""
CLASS_ALPHABET = "ACDEFHJKMNPRTUVWXY34679"
"""Of these none that is easily taken for another one of them: B, G, Q, S, Z, 2, 5 and 8 are left out."""
DEVICES_MAX = 8
"""Devices of a seat that are known: a person has two or three, and their code may be said with any key."""
CLASS_LENGTH = 6
"""23^6 codes. Fifty tries a second, all that one address may make, would find it once in 800 hours. Addresses of many
wrong ones are looked at slowly (`class_wrong_free` in server/limits.py)."""
HASH_ROUNDS = 20_000
"""Rounds of PBKDF2 for a code: about 10 ms a login, and a stolen file is no list of codes."""
FILE = "doors.json"

CLASS: Literal["class"] = "class"
SeatHolder: TypeAlias = Seat | Literal["experimenter"]
Who: TypeAlias = SeatHolder | Literal["class"]
"""Whose a code is. The class's leads to a seat of the device that says it."""


NO_SEAT = -1
"""Stands for the seat of a device whose seat has a new code: it takes no other one."""


class _Doors(msgspec.Struct):
    salt: str
    codes: dict[str, str]
    tokens: dict[str, str]
    class_code: str = ""
    devices: dict[str, Seat] = {}


def _new_code(alphabet: str = ALPHABET, length: int = CODE_LENGTH) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


class SeatCredentials:
    """The codes and tokens of one session, kept beside its journal so that they outlive a crash.

    The gateway's loop waits for no disk and no hash: tokens are known at once, and so are codes made or typed in this
    process. Only codes of a server before this one are looked up by their slow hashes.
    """

    def __init__(self, folder: Path, doors: _Doors) -> None:
        self._path, self._doors = folder / FILE, doors
        self._saving = threading.Lock()
        self._lent: dict[Seat, str] = {}
        self._key = secrets.token_bytes(32)
        self._given: dict[str, bytes] = {}

    @classmethod
    def create(
        cls, folder: Path, seats: Sequence[Seat], class_code: bool = False
    ) -> tuple["SeatCredentials", dict[Seat, str], str]:
        """New doors, the codes of seats, and the experimenter's: the only time that they are readable."""
        doors = cls.empty(folder)
        if class_code:
            doors._doors.class_code = _new_code(CLASS_ALPHABET, CLASS_LENGTH)
        codes = doors.reissue(list(seats))
        return doors, codes, doors.reissue_control()

    @classmethod
    def empty(cls, folder: Path) -> "SeatCredentials":
        """Doors without codes."""
        path = folder / FILE
        if path.is_dir():
            path.rename(path.with_suffix(".aside"))
        return cls(folder, _Doors(secrets.token_hex(16), {}, {}))

    @classmethod
    def load(cls, folder: Path) -> "SeatCredentials":
        """The doors of a session that comes back; raises OSError or msgspec.MsgspecError."""
        return cls(folder, msgspec.json.decode((folder / FILE).read_bytes(), type=_Doors))

    @property
    def class_code(self) -> str:
        """The class's code; "" where there is none."""
        return self._doors.class_code

    def hashed_device(self, device: str) -> str:
        """A device's key, as it is kept."""
        return hmac.digest(self._doors.salt.encode(), device.encode(), "sha256").hex()

    def device_seat(self, device: str) -> Seat | None:
        """The seat that a device has by the class code."""
        seat = self._doors.devices.get(self.hashed_device(device)) if device else None
        return None if seat == NO_SEAT else seat

    def has_moved(self, device: str) -> bool:
        """Whether the seat that a device had was given a new code."""
        return self._doors.devices.get(self.hashed_device(device)) == NO_SEAT

    def seat_device(self, device: str, seat: Seat) -> None:
        """Give a device a seat, for good. It outlives a crash once it is saved.

        Of the devices of one seat the latest are kept.
        """
        device = self.hashed_device(device)
        others = [one for one, has in self._doors.devices.items() if has == seat and one != device]
        for one in others[: max(0, len(others) + 1 - DEVICES_MAX)]:
            del self._doors.devices[one]
        self._doors.devices[device] = seat

    def seats_of_devices(self) -> set[Seat]:
        """The seats that devices have."""
        return set(self._doors.devices.values()) - {NO_SEAT}

    def forget_seat(self, seat: Seat) -> None:
        """The device and the token of a seat are void: the device is known, and has no seat any more."""
        self._doors.devices = {device: NO_SEAT if has == seat else has for device, has in self._doors.devices.items()}
        self._doors.tokens.pop(str(seat), None)

    def give_code(self, seat: Seat) -> dict[Seat, str]:
        """A new code for a seat, which outlives a crash once it is saved. Takes about 10 ms."""
        code = _new_code()
        self._give(str(seat), code)
        return {seat: code}

    def reissue(self, seats: list[Seat]) -> dict[Seat, str]:
        """New codes for some seats; their old codes and tokens are void."""
        codes = {seat: _new_code() for seat in seats}
        for seat, code in codes.items():
            self._give(str(seat), code)
            self._doors.tokens.pop(str(seat), None)
        self.save()
        return codes

    def reissue_control(self) -> str:
        """A new code for the experimenter."""
        code = _new_code()
        self._give(EXPERIMENTER, code)
        self.save()
        return code

    def known(self, login: Login) -> Who | None:
        """Whose the login is, None for one that is wrong or not known at once. Takes microseconds."""
        if login.resume:
            return _match(_hashed_token(login.resume), self._doors.tokens)
        code = _typed(login)
        if self.class_code and hmac.compare_digest(code.encode(), self.class_code.encode()):
            return CLASS
        return _match(self._fast_hash(code), self._given)

    def tries_class_code(self, login: Login) -> bool:
        """Whether a login may be a guess at the class code: it is as long, and its device has no seat yet."""
        if not self.class_code or login.resume or len(_typed(login)) != len(self.class_code):
            return False
        return self.device_seat(login.device) is None

    def may_be_known(self, login: Login) -> bool:
        """Whether `who` might know a login that `known` did not."""
        return not login.resume and len(self._given) < len(self._doors.codes)

    def who(self, login: Login) -> SeatHolder | None:
        """Whose a code of a server before this one is. Takes about 10 ms: call it in a thread."""
        code = _typed(login)
        who = _match(self._hashed_code(code), self._doors.codes)
        if who is not None:
            self._given[str(who)] = self._fast_hash(code)
        return who

    def issue(self, who: SeatHolder) -> str:
        """A new resume token of 128 bits; the one before it is void. It outlives a crash once it is saved."""
        token = secrets.token_hex(16)
        self._doors.tokens[str(who)] = _hashed_token(token)
        return token

    def save(self) -> None:
        """Write all of it as it is now. Waits for the disk: call it in a thread."""
        with self._saving:
            write_whole(self._path, msgspec.json.encode(self._doors))

    def lend(self, seat: Seat) -> str:
        """A resume token for a robot that is to hold a seat in the place of its owner, whose own codes stay good.

        It is good until it is taken back, and the same until then: a robot that is called twice may come late. It is in
        memory alone: when the server has ended, a robot of before is nobody.
        """
        return self._lent.setdefault(seat, secrets.token_hex(16))

    def take_back(self, seat: Seat) -> None:
        """The token lent for a seat is void."""
        self._lent.pop(seat, None)

    def stands_in(self, login: Login) -> Seat | None:
        """The seat that a login's token was lent for, None where it was not lent."""
        if not login.resume:
            return None
        said = _hashed_token(login.resume)
        found = [seat for seat, token in self._lent.items() if hmac.compare_digest(_hashed_token(token), said)]
        return found[0] if found else None

    def _give(self, name: str, code: str) -> None:
        self._doors.codes[name] = self._hashed_code(code)
        self._given[name] = self._fast_hash(code)

    def _fast_hash(self, code: str) -> bytes:
        """As good as its key is secret, which no file has: for this process alone."""
        return hmac.digest(self._key, code.encode(), "sha256")

    def _hashed_code(self, code: str) -> str:
        return hashlib.pbkdf2_hmac("sha256", code.encode(), self._doors.salt.encode(), HASH_ROUNDS).hex()


def _typed(login: Login) -> str:
    """The code without blanks, hyphens and whatever else parts it."""
    return "".join(letter for letter in login.code if letter.isalnum()).upper()


def _match(hashed: AnyStr, known: dict[str, AnyStr]) -> SeatHolder | None:
    """Every entry is compared, so that the time says nothing of which it was."""
    found = [name for name, stored in list(known.items()) if hmac.compare_digest(stored, hashed)]
    if not found:
        return None
    return "experimenter" if found[0] == EXPERIMENTER else int(found[0])


def _hashed_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
