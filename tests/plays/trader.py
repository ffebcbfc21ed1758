"""A plain trader on a real socket: the one client, a connection at a time, read frame by frame."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from bots.client import Client, PostingSocket, Socket, open_socket
from bots.reconnecting import ConnectionGoneError, Facts
from p2p.base.units import Controller
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Accepted, Message, Refused
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Fault, NumberedFact, Welcome

GUARD_S = 10.0
"""No wait of a test is longer; what is waited for comes within milliseconds."""


class Trader:
    """Says messages, and waits for facts, not for time. It does not come back: `login` again with its line does."""

    socket: ClientConnection
    welcome: Welcome

    def __init__(self, url: str, line: ClientProtocol) -> None:
        self.client = Client(url, line.code, line.controller, opener=self._opened)
        self.client.line = self.line = line
        self.told: list[NumberedFact] = []
        self.faults: list[Fault] = []
        self._happenings: AsyncGenerator[Welcome | Facts | Fault, None] = self.client.connection()
        self._gone: ConnectionClosed | None = None

    @contextlib.asynccontextmanager
    async def _opened(self, url: str, tls: ssl.SSLContext | None) -> AsyncIterator[Socket]:
        self.socket = await open_socket(url, tls)
        async with PostingSocket(self.socket).sending() as posting:
            yield posting

    @classmethod
    async def join(cls, url: str, code: str, controller: Controller = "human", conducts: bool = False) -> "Trader":
        """A trader with a code; the experimenter where it `conducts`."""
        line = ClientProtocol(code, controller)
        line.conducts = conducts
        return await cls.login(url, line)

    @classmethod
    async def login(cls, url: str, line: ClientProtocol) -> "Trader":
        """A trader on a line that is new or comes back."""
        trader = cls(url, line)
        welcome = await trader._next()
        assert isinstance(welcome, Welcome), welcome
        trader.welcome, trader.knowledge = welcome, Knowledge(PublicKnowledge(welcome.rules))
        return trader

    async def leave(self) -> None:
        """Be gone without a word, and leave no task behind."""
        self.cut()
        await self._happenings.aclose()

    async def _next(self) -> Welcome | Facts | Fault:
        """What happens next; raises ConnectionClosed, again and again."""
        if self._gone is not None:
            raise self._gone
        try:
            async with asyncio.timeout(GUARD_S):
                return await anext(self._happenings)
        except ConnectionGoneError as error:
            if not isinstance(error.__cause__, ConnectionClosed):
                raise
            self._gone = error.__cause__
            raise self._gone from None
        except StopAsyncIteration:
            raise AssertionError(f"the client has given up: {self.client.closed}") from None

    async def hear(self) -> None:
        """Take in one frame."""
        match await self._next():
            case Fault() as fault:
                self.faults.append(fault)
            case Facts(told):
                for one in told:
                    self.knowledge.on_fact(one.message, one.at)
                self.told += told

    async def until(self, holds: Callable[[], bool]) -> None:
        """Take in frames until something holds."""
        while not holds():
            await self.hear()

    async def until_told(self, kind: type[Message], count: int = 1) -> Message:
        """Wait for so many facts of a kind; the last of them."""
        return (await self.until_fact(kind, count)).message

    async def until_fact(self, kind: type[Message], count: int = 1) -> NumberedFact:
        """Wait for so many facts of a kind; the last of them, with its number and time."""
        await self.until(lambda: len(self.all(kind)) >= count)
        return [told for told in self.told if isinstance(told.message, kind)][count - 1]

    def all(self, kind: type[Message]) -> list[Message]:
        return [told.message for told in self.told if isinstance(told.message, kind)]

    async def say(self, message: Message) -> Accepted | Refused:
        """Say a message and wait for its answer."""
        token = self.client.send(message)
        await self.until(lambda: token not in self.line.pending)
        (answer,) = [
            t.message for t in self.told if isinstance(t.message, Accepted | Refused) and t.message.token == token
        ]
        return answer

    async def send(self, frame: str | bytes) -> None:
        """Send a frame that no client of ours would."""
        await self.socket.send(frame, text=isinstance(frame, bytes) or None)

    async def fault(self) -> Fault:
        """Wait for the next word of the server on what was wrong."""
        before = len(self.faults)
        await self.until(lambda: len(self.faults) > before)
        return self.faults[-1]

    async def closed(self) -> tuple[int, str]:
        """Wait for the server to close; its code and reason."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.hear()
        return self.socket.close_code or 0, self.socket.close_reason or ""

    def cut(self) -> None:
        """Lose the line without a word."""
        self.socket.transport.abort()
