"""What the tests of slow readers share with others."""

import asyncio
import socket

from websockets.client import ClientProtocol as WebSocketProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import NumberedFact, Welcome
from tests.plays.hosted import Hosted

RECEIVE_BYTES = 2_048
"""The buffer of who does not read: what lies there he could read at any time."""


class Reluctant:
    """A client on a plain socket, of which nothing is read but what is asked for."""

    def __init__(self, url: str, line: ClientProtocol) -> None:
        self.where, self.line, self.told = parse_uri(url), line, list[NumberedFact]()
        self.protocol = WebSocketProtocol(self.where)
        self.welcome: Welcome | None = None
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        self.socket.setblocking(False)

    async def join(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(self.socket, (self.where.host, self.where.port))
        self.protocol.send_request(self.protocol.connect())
        await loop.sock_sendall(self.socket, b"".join(self.protocol.data_to_send()))
        while self.protocol.state.name == "CONNECTING":
            await self._must_read()
        self.protocol.send_text(self.line.login())
        await loop.sock_sendall(self.socket, b"".join(self.protocol.data_to_send()))
        while self.welcome is None:
            await self._must_read()

    async def _must_read(self) -> None:
        if not await self.read(1):
            raise ConnectionError("the line was closed before the welcome")

    async def read(self, most: int) -> bool:
        """Take in so many bytes at the most; whether there were any."""
        try:
            data = await asyncio.get_running_loop().sock_recv(self.socket, most)
        except ConnectionError:
            return False
        if data:
            self.protocol.receive_data(data)
        for event in self.protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                received = self.line.received(event.data)
                if isinstance(received, Welcome):
                    self.welcome = received
                elif isinstance(received, list):
                    self.told += received
        return bool(data)

    async def trickle(self, pause_s: float) -> None:
        """Read a byte, pause, until the line is cut."""
        while await self.read(1):  # noqa: ASYNC110 (the pause is what he is like, nothing is waited for)
            await asyncio.sleep(pause_s)


async def seat_of(hosted: Hosted, line: ClientProtocol) -> Reluctant:
    one = Reluctant(hosted.url, line)
    await one.join()
    return one
