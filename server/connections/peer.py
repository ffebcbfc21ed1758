"""The other end of a connection, as far as the gateway needs it: a real socket's, or a simulated one's in tests."""

import inspect
from typing import Protocol

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.exceptions import ConnectionClosed

from server.connections.paced_socket import set_kernel_bytes
from server.limits import DEFAULT, Limits

TAKES_TEXT = "text" in inspect.signature(broadcast).parameters
"""Up to its version 15 the library makes text frames of strings only."""


class Gone(Exception):
    """The connection has ended."""


class Peer(Protocol):
    """One connection's other end."""

    address: str
    """Where it is, for limits; never in the recording."""

    async def recv(self) -> bytes | str:
        """The next frame; raises Gone."""

    async def send(self, data: bytes) -> None:
        """Send a frame, and wait while the peer takes nothing; raises Gone."""

    def push(self, data: bytes) -> None:
        """Send a frame without waiting. Look at `buffered` first."""

    def buffered(self) -> int:
        """Bytes that wait for the peer."""

    def abort(self) -> None:
        """End the connection without waiting."""

    async def close(self, code: int, why: str) -> None:
        """End the connection, saying why."""

    def round_trip_s(self) -> float:
        """How long the last ping took, 0 before the first."""


class SocketPeer(Peer):
    """A real connection."""

    def __init__(self, socket: ServerConnection, limits: Limits = DEFAULT) -> None:
        self.socket = socket
        where = socket.remote_address
        self.address = where[0] if where else ""
        set_kernel_bytes(socket.transport, limits)

    async def recv(self) -> bytes | str:
        """See Peer."""
        try:
            return await self.socket.recv()
        except ConnectionClosed as error:
            raise Gone from error

    async def send(self, data: bytes) -> None:
        """See Peer."""
        try:
            await self.socket.send(data, text=True)
        except ConnectionClosed as error:
            raise Gone from error

    def push(self, data: bytes) -> None:
        """Send a frame without waiting, by the library's `broadcast`, which needs no task for each recipient."""
        if TAKES_TEXT:
            broadcast((self.socket,), data, text=True)
        else:
            broadcast((self.socket,), data.decode())

    def buffered(self) -> int:
        """See Peer."""
        return self.socket.transport.get_write_buffer_size()

    def abort(self) -> None:
        """See Peer."""
        self.socket.transport.abort()

    async def close(self, code: int, why: str) -> None:
        """See Peer."""
        await self.socket.close(code, why)

    def round_trip_s(self) -> float:
        """See Peer."""
        return float(self.socket.latency)
