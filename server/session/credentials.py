"""The right to a seat: a code per seat, exchanged for a resume token. Only hashes are kept, compared in constant
time."""

import hashlib
import hmac
import secrets
import threading
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from p2p.base.units import EXPERIMENTER, Seat
from p2p.protocol.frames import Login
from recordings.journal.store import write_whole

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No I, L, O, 0, 1: codes are read out and written on slips of paper."""
CODE_LENGTH = 8
"""31^8 codes: at a hundred tries a second a guess takes centuries."""
HASH_ROUNDS = 20_000
"""Rounds of PBKDF2 for a code: about 10 ms a login, and a stolen file is no list of codes."""
FILE = "doors.json"

Who: TypeAlias = Seat | Literal["experimenter"]


class _Doors(msgspec.Struct):
    salt: str
    codes: dict[str, str]
    tokens: dict[str, str]


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


class SeatCredentials:
    """The codes and tokens of one session, kept beside its journal so that they outlive a crash."""

    def __init__(self, folder: Path, doors: _Doors) -> None:
        self._path, self._doors = folder / FILE, doors
        self._lock = threading.Lock()
        self._lent: dict[Seat, str] = {}

    @classmethod
    def create(cls, folder: Path, seats: int) -> tuple["SeatCredentials", dict[Seat, str], str]:
        """New doors, the code of each seat, and the experimenter's: the only time that they are readable."""
        doors = cls(folder, _Doors(secrets.token_hex(16), {}, {}))
        codes = doors.reissue(list(range(seats)))
        control = _new_code()
        doors._doors.codes[EXPERIMENTER] = doors._hashed_code(control)
        doors._save()
        return doors, codes, control

    @classmethod
    def load(cls, folder: Path) -> "SeatCredentials":
        """The doors of a session that comes back; raises OSError or msgspec.MsgspecError."""
        return cls(folder, msgspec.json.decode((folder / FILE).read_bytes(), type=_Doors))

    def reissue(self, seats: list[Seat]) -> dict[Seat, str]:
        """New codes for some seats; their old codes and tokens are void."""
        codes = {seat: _new_code() for seat in seats}
        self._doors.codes.update({str(seat): self._hashed_code(code) for seat, code in codes.items()})
        for seat in seats:
            self._doors.tokens.pop(str(seat), None)
        self._save()
        return codes

    def reissue_control(self) -> str:
        """A new code for the experimenter."""
        code = _new_code()
        self._doors.codes[EXPERIMENTER] = self._hashed_code(code)
        self._save()
        return code

    def who(self, login: Login) -> Who | None:
        """Whose the login is, None for a wrong one. Takes about 10 ms for a code: call it in a thread."""
        if login.resume:
            return self._match(_hashed_token(login.resume), self._doors.tokens)
        return self._match(self._hashed_code(login.code.strip().upper()), self._doors.codes)

    def token(self, who: Who) -> str:
        """A new resume token of 128 bits; the one before it is void. Waits for the disk: call it in a thread."""
        token = secrets.token_hex(16)
        with self._lock:
            self._doors.tokens[str(who)] = _hashed_token(token)
            self._save()
        return token

    def lend(self, seat: Seat) -> str:
        """A resume token for a robot that is to hold a seat in the place of its owner, whose own codes stay good.

        It is good until it is taken back, and the same until then: a robot that is called twice may come late. It is in
        memory alone: when the server has ended, a robot of before is nobody. And it is the gateway's loop alone that
        lends and takes back: nothing here waits for the lock, behind which others wait for the disk.
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

    def _match(self, hashed: str, known: dict[str, str]) -> Who | None:
        """Every entry is compared, so that the time says nothing of which it was."""
        with self._lock:
            found = [name for name, stored in known.items() if hmac.compare_digest(stored, hashed)]
        if not found:
            return None
        return "experimenter" if found[0] == EXPERIMENTER else int(found[0])

    def _hashed_code(self, code: str) -> str:
        return hashlib.pbkdf2_hmac("sha256", code.encode(), self._doors.salt.encode(), HASH_ROUNDS).hex()

    def _save(self) -> None:
        write_whole(self._path, msgspec.json.encode(self._doors))


def _hashed_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
