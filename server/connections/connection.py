"""A connection that has logged in: whose it is, and its outbox once it was welcomed."""

from p2p.base.units import EXPERIMENTER
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import Login, error_frame
from server.connections.outbox import Outbox
from server.connections.peer import Peer
from server.limits import DEFAULT, Limits
from server.monitoring.prometheus import Metrics
from server.publishing.feeds import Viewer
from server.session.credentials import SeatHolder

CONSOLE = "console"
"""The experimenter's place for a console, beside that of `pit ctl`."""


class Connection:
    """`stands_in`: a robot holds the seat in the place of its owner, with the token it was lent."""

    def __init__(
        self,
        peer: Peer,
        who: SeatHolder,
        login: Login,
        metrics: Metrics,
        stands_in: bool = False,
        limits: Limits = DEFAULT,
    ) -> None:
        self.peer, self.who, self.login, self.metrics, self._limits = peer, who, login, metrics, limits
        self.stands_in = stands_in
        self.by_robot = stands_in or login.controller == "robot"
        self.key: Viewer = CONSOLE if login.roster and who == EXPERIMENTER else who
        self.outbox: Outbox | None = None
        self.next_token = 1

    def fault(self, error: ProtocolError) -> None:
        """Tell the peer that it was wrong; does not wait. One that does not read what it is told is cut."""
        self.metrics.faulted(error.code)
        if self.peer.buffered() > self._limits.send_bytes_max:
            self.peer.abort()
        else:
            self.peer.push(error_frame(error, self.next_token))

    def heard(self, token: int) -> None:
        """A message has gone to the session. As there, a token that jumps ahead or was had moves nothing on."""
        self.next_token += token == self.next_token
