"""Listeners that only count what they hear, so that a thousand of them cost the machine little."""

import asyncio

from bots.client import Client
from bots.load.fast_websocket import Wire

WELCOME = b'{"directive":"welcome"'


class Subscriber(asyncio.Protocol):
    """A listener on a broker that only counts bytes, so that a thousand cost little (MQTT 3.1.1, sections 3.1, 3.8)."""

    def __init__(self, name: str) -> None:
        self.name, self.bytes = name.encode(), 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say who we are, and what we want: everything."""
        assert isinstance(transport, asyncio.Transport)
        hello = b"\0\4MQTT\4\2\0\0" + len(self.name).to_bytes(2, "big") + self.name
        topic = b"tradingpit/#"
        wanted = b"\0\1" + len(topic).to_bytes(2, "big") + topic + b"\0"
        transport.write(b"\x10" + bytes([len(hello)]) + hello + b"\x82" + bytes([len(wanted)]) + wanted)

    def data_received(self, data: bytes) -> None:
        """Count."""
        self.bytes += len(data)


class Spectator:
    """A listener on a WebSocket of the server's that only counts bytes."""

    def __init__(self) -> None:
        self.bytes = 0

    async def join(self, url: str) -> None:
        """Log in as one that watches."""
        client = Client(url, "", "human", opener=lambda url, tls: Wire.connected(url, self._takes))
        client.line.watched = 0
        self.connection = client.connection()
        await anext(self.connection)

    def _takes(self, data: bytes) -> bool:
        """Count; only the welcome is left for the client."""
        self.bytes += len(data)
        return not data.startswith(WELCOME)


async def crowd(kind: str, count: int, url: str, port: int) -> list[Subscriber] | list[Spectator]:
    """So many listeners, fifty at a time: the server lets no more in at once than would come through a door."""
    if kind == "websockets":
        watching = [Spectator() for _ in range(count)]
        for start in range(0, count, 50):
            await asyncio.gather(*(one.join(url) for one in watching[start : start + 50]))
        return watching
    listening = [Subscriber(f"listener-{n}") for n in range(count if kind == "broker" else 0)]
    loop = asyncio.get_running_loop()
    for one in listening:
        await loop.create_connection(lambda one=one: one, "127.0.0.1", port)
    return listening
