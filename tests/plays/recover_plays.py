"""What the tests of recover share with others."""

from websockets.exceptions import ConnectionClosed

from bots.client import Client
from bots.reconnecting import ConnectionGoneError, Facts
from p2p.base.units import Address
from p2p.messages import Accepted, Ask, Bid, StartRound
from p2p.protocol.frames import Fault, NumberedFact
from recordings.journal.store import Recovered
from tests.conftest import SMALL
from tests.plays.lab import Serving

LONG = SMALL.replace('start = "experimenter"', 'start = "when_full"').replace("price_max = 200", "price_max = 1000000")


class Seat:
    """A trader that says better and better quotes until the server is gone, and remembers what it was answered."""

    def __init__(self, serving: Serving, seat: int) -> None:
        self.client, self.seat = Client(serving.where["url"], serving.code(seat), "robot"), seat
        self.line = self.client.line
        self.told: list[NumberedFact] = []
        self.closed: tuple[int, str] | None = None

    async def play(self) -> None:
        try:
            async for happening in self.client.connection():
                match happening:
                    case Fault(code=code):
                        assert code in ("too_fast", "token_gap"), happening
                    case Facts(told):
                        self.told += told
                        self._better()
        except ConnectionGoneError as gone:
            close = gone.__cause__.rcvd if isinstance(gone.__cause__, ConnectionClosed) else None
            self.closed = (close.code, close.reason) if close else None

    def _better(self) -> None:
        if not self.line.pending and any(isinstance(one.message, StartRound) for one in self.told):
            number = 8 * self.line.number + self.seat
            for quote in (Bid(number), Ask(1_000_000 - number)):
                self.client.send(quote)

    def accepted(self) -> set[int]:
        return {told.message.token for told in self.told if isinstance(told.message, Accepted)}


def acknowledged(recovered: Recovered) -> set[tuple[Address, int]]:
    """Who was told `accepted` for which token, as it is on record."""
    return {
        (event.to, event.message.token)
        for _, events in recovered.played
        for event in events
        if isinstance(event.message, Accepted)
    }
