"""A WebSocket line that costs its maker little: the handshake is the library's, frames are found where they lie.

A load maker shares the machine with the server it measures. The library's client spends on a frame several times the
server's time. So frames are cut out of the buffer here (RFC 6455, section 5.2): servers neither mask nor fragment. Here
is a Socket for the one client (bots/client.py). Frames that its reader takes at once do not wait for the client.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosedError
from websockets.frames import Close, Frame, Opcode
from websockets.uri import parse_uri

from p2p.protocol.frames import FEED_BYTES_MAX

BUFFER_BYTES = 256 * 1024
"""Bytes read at once, into one buffer for all lines: they are copied out before the next line is read."""

_buffer = memoryview(bytearray(BUFFER_BYTES))


class Wire(asyncio.BufferedProtocol):
    """A client's connection: `takes` is handed every text frame, and says whether it has taken it; others wait."""

    def __init__(self, url: str, takes: Callable[[bytes], bool]) -> None:
        self._handshake = ClientProtocol(parse_uri(url))
        self._takes = takes
        self._rest = b""
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._close: Close | None = None
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @classmethod
    @contextlib.asynccontextmanager
    async def connected(cls, url: str, takes: Callable[[bytes], bool]) -> AsyncIterator["Wire"]:
        """An open connection, to the block's end; raises OSError, or what the library says of a refused handshake."""
        where = parse_uri(url)
        opening = asyncio.get_running_loop().create_connection(lambda: cls(url, takes), where.host, where.port)
        transport, wire = await opening
        try:
            await wire.opened
            yield wire
        finally:
            transport.close()

    def post(self, data: bytes) -> None:
        """Send a text frame, now."""
        self.write_frame(data)

    async def recv(self) -> bytes:
        """The next text frame that was not taken; raises ConnectionClosed."""
        data = await self._waiting.get()
        if data is None:
            raise ConnectionClosedError(self._close, None)
        return data

    def write_frame(self, data: bytes, opcode: Opcode = Opcode.TEXT) -> None:
        """Send a frame, masked as a client must."""
        self._transport.write(Frame(opcode, data).serialize(mask=True))

    # --- asyncio's side ---------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there: ask for a WebSocket."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._handshake.send_request(self._handshake.connect())
        for data in self._handshake.data_to_send():
            transport.write(data)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to read to."""
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Something was read."""
        data = bytes(_buffer[:nbytes])
        if self.opened.done():
            self._rest = self._frames(self._rest + data if self._rest else data)
            return
        self._handshake.receive_data(data)
        refused = self._handshake.handshake_exc
        if refused is not None:
            self.opened.set_exception(refused)
        elif self._handshake.events_received():
            self.opened.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if not self.opened.done():
            self.opened.set_result(None)
        self._waiting.put_nowait(None)

    def _frames(self, data: bytes) -> bytes:
        """Hand on every whole frame; the rest of the data."""
        at, got = 0, len(data)
        while got - at >= 2:
            size, body = data[at + 1], at + 2
            if size >= 126:
                body += 2 if size == 126 else 8
                size = int.from_bytes(data[at + 2 : body], "big")
            end = body + size
            if size > FEED_BYTES_MAX:
                self._transport.abort()
                return b""
            if end > got:
                break
            self._frame(data[at], data[body:end])
            at = end
        return data[at:]

    def _frame(self, head: int, data: bytes) -> None:
        match head:
            case 0x81:
                if not self._takes(data):
                    self._waiting.put_nowait(data)
            case 0x89:
                self.write_frame(data, Opcode.PONG)
            case 0x88:
                self._close = Close.parse(data)
                self.write_frame(data, Opcode.CLOSE)
            case _:
                self._transport.abort()
