"""The server's end of a connection, which reads a client's frames."""

from typing import TypeAlias

import msgspec

from p2p.messages import Message
from p2p.protocol.codec import UNREADABLE, ClientFrame, ProtocolError, message_of, read_client_frame
from p2p.protocol.console_frames import Mirror, RosterWanted
from p2p.protocol.frames import Login, _login

Wish: TypeAlias = Mirror | RosterWanted
"""A frame of the experimenter's that is no message of the session."""
_WISHES: dict[str, msgspec.json.Decoder[Wish]] = {
    "mirror": msgspec.json.Decoder(Mirror),
    "roster": msgspec.json.Decoder(RosterWanted),
}

FAULTS_MAX = 20
"""Errors a peer may make on a line before it is closed."""


class ServerProtocol:
    """The server's end of a line: it reads a client's frames, and counts the client's faults."""

    def __init__(self, faults_max: int = FAULTS_MAX) -> None:
        self.open = False
        self._faults_max = faults_max
        self.faults = 0

    def received(self, data: bytes | str) -> Login | Wish | tuple[Message, ClientFrame]:
        """A login, a console's wish, or a message with its token; raises ProtocolError, fatal after too many."""
        try:
            return self._read(data)
        except ProtocolError as error:
            raise self.counted(error) from error

    def counted(self, error: ProtocolError) -> ProtocolError:
        """An error of the peer, counted; after too many, one that closes the line."""
        self.faults += 1
        if self.faults < self._faults_max:
            return error
        return ProtocolError("too_many_faults", f"{error.why}; that was the last one", fatal=True)

    def _read(self, data: bytes | str) -> Login | Wish | tuple[Message, ClientFrame]:
        said = read_client_frame(data)
        if not self.open:
            if said.directive != "login":
                raise ProtocolError("not_logged_in", "the first frame is a login", fatal=True)
            try:
                login = msgspec.convert(_login.decode(said.payload), Login, from_attributes=True)
            except UNREADABLE as error:
                raise ProtocolError("bad_login", str(error), fatal=True) from error
            self.open = True
            return login
        if said.directive == "login":
            raise ProtocolError("logged_in", "this line is logged in already")
        if said.directive in _WISHES:
            try:
                return _WISHES[said.directive].decode(said.payload)
            except UNREADABLE as error:
                raise ProtocolError("bad_payload", f"{said.directive}: {error}") from error
        message = message_of(said.directive, said.payload)
        if said.token < 1:
            raise ProtocolError("no_token", "a message carries a token: 1, 2, 3 …")
        return message, said
