"""What the tests of recover share with others."""

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from p2p.base.units import Address
from p2p.messages import Accepted, Ask, Bid, StartRound
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault, NumberedFact, Welcome
from recordings.journal.store import Recovered
from tests.conftest import SMALL
from tests.plays.lab import Serving

LONG = SMALL.replace('start = "experimenter"', 'start = "when_full"').replace("price_max = 200", "price_max = 1000000")


class Seat:
    """A trader that says better and better quotes until the server is gone, and remembers what it was answered."""

    def __init__(self, serving: Serving, seat: int) -> None:
        self.line = ClientProtocol(serving.code(seat), "robot")
        self.url, self.seat = serving.where["url"], seat
        self.told: list[NumberedFact] = []
        self.closed: tuple[int, str] | None = None

    async def play(self) -> None:
        try:
            async with connect(self.url, compression=None, proxy=None) as socket:
                await socket.send(self.line.login(), text=True)
                while True:
                    received = self.line.received(await socket.recv())
                    if isinstance(received, Welcome):
                        continue
                    if isinstance(received, Fault):
                        assert received.code in ("too_fast", "token_gap"), received
                        continue
                    self.told += received
                    if not self.line.pending and any(isinstance(t.message, StartRound) for t in self.told):
                        number = 8 * self.line.number + self.seat
                        for quote in (Bid(number), Ask(1_000_000 - number)):
                            await socket.send(self.line.send(quote)[1], text=True)
        except ConnectionClosed as error:
            self.closed = (error.rcvd.code, error.rcvd.reason) if error.rcvd else None
        except OSError:
            return

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
