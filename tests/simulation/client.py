"""Those at the other ends in a simulated lab: seats and the experimenter, who act at random, and one who watches."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from p2p.base.units import EXPERIMENTER, SECOND
from p2p.messages import (
    Again,
    Announce,
    AnswerHelp,
    Ask,
    Bid,
    Buy,
    Ended,
    Extend,
    Hold,
    Message,
    Pause,
    Paused,
    RequestContracts,
    RequestStanding,
    Resume,
    Sell,
    Start,
    Tell,
    Void,
)
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault, NumberedFact, Welcome
from server.connections.peer import Gone
from tests.simulation.network import Link

WATCHER = "spectator/0"
FAULTS = ("token_gap", "too_fast", "closing", "busy")
"""What a client may be told that it did wrong here: nothing else is ever its fault."""
AGAIN = ("too_fast", "busy")
"""After these it comes back, and says again what was not taken."""


@dataclass
class Client:
    """A seat's client: says things at random, some several times, comes back when cut, remembers all it is told.

    One that is `restless` comes back now and then though its line stands: the older line is nobody's then. Or it comes
    back on another device, which knows nothing: what the one before was told is kept in `before`. `who` stands beside
    all that it says, so that the record says more than the server knows. `hasty`: how often the experimenter ends a
    pause as soon as he is told of it.
    """

    connect: Callable[[], Link]
    name: str
    rng: Random
    restless: float = 0.0
    who: int = 0
    hasty: float = 1.0
    told: list[NumberedFact] = field(default_factory=list)
    link: Link | None = None
    done: bool = False
    before: list[list[NumberedFact]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._take_device()
        self.acting = asyncio.create_task(self._act())

    def _take_device(self) -> None:
        self.line = ClientProtocol(self.name, "robot")
        if self.name == WATCHER:
            self.line.watched = 0

    async def run(self) -> None:
        while not self.done:
            if self.rng.random() < 5 * self.restless:
                self.before.append(self.told)
                self.told = []
                self._take_device()
            try:
                await self._connection()
            except Gone:
                await self._is_gone()
        self.acting.cancel()

    async def _is_gone(self) -> None:
        await asyncio.sleep(self.rng.uniform(0.01, 0.3))

    async def _connection(self) -> None:
        self.link = link = self.connect()
        self._asks()
        await link.client.send(self.line.login())
        while self.rng.random() >= self.restless:
            received = self.line.received(await link.client.recv())
            if isinstance(received, Welcome):
                self._is_welcome()
                ahead = sum(token > received.token for token in self.line.pending)
                assert self.line.token == received.token + ahead, "what it says next is what the server waits for"
                for pending in self.line.unanswered():
                    await link.client.send(pending)
            elif isinstance(received, Fault):
                self._is_wrong(received)
                if received.code in AGAIN:
                    link.end()
            else:
                self._see(received)

    def _asks(self) -> None:
        pass

    def _is_welcome(self) -> None:
        pass

    def _is_wrong(self, fault: Fault) -> None:
        """A token is void when a newer one was given, though nobody may have been told it: then it is by code again."""
        if fault.code == "wrong_code" and self.line.welcome:
            self.line.forget_resume()
        else:
            assert fault.code in FAULTS, fault

    def _see(self, told: list[NumberedFact]) -> None:
        self.told += told
        for one in told:
            if isinstance(one.message, Ended):
                self.done = True
            if self.name == EXPERIMENTER and isinstance(one.message, Paused) and self.rng.random() < self.hasty:
                self._say(Resume())

    async def _act(self) -> None:
        while self.name != WATCHER:
            await asyncio.sleep(self.rng.expovariate(2.0 if self.name == EXPERIMENTER else 6.0))
            if self.line.session and len(self.line.pending) < 10:
                self._say(self._word())

    def _word(self) -> Message:
        if self.name == EXPERIMENTER:
            common = (Start(), Resume(), Pause(), Announce(f"{self.rng.randrange(5)}"), Extend(SECOND // 2))
            acts = (Tell(self.rng.randrange(3), "you"), AnswerHelp(1), Hold(), Hold(off=True), Void(), Again(), Void(1))
            return self.rng.choices((*common, *acts), (20, 12, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1))[0]
        price = self.rng.randrange(1, 200)
        words = (Bid(price), Ask(price), Buy(), Sell(), Buy(price), RequestStanding(), RequestContracts())
        return self.rng.choice(words)

    def _say(self, message: Message) -> None:
        _, data = self.line.send(message, self._beside())
        if self.link and not self.link.cut and self._may_speak():
            for _ in range(self.rng.choice((1, 1, 1, 2, 5))):
                self.link.client.push(data)

    def _may_speak(self) -> bool:
        """Whether a message leaves at once; this one does not wait for a welcome if it has had facts before."""
        return self.line.number > 0

    def _beside(self) -> dict[str, int]:
        return {"who": self.who}
