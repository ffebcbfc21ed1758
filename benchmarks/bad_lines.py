"""A line that is a burden, in a process of its own until it is ended: python -m benchmarks.bad_lines KIND URL CODE

    never   logs in and never reads
    slow    logs in and reads a byte a second
    flood   says questions, two thousand a second, a hundred times what a seat may

Whenever the line is cut it comes back by its code, as somebody who remembers nothing and wants all from the beginning.
"""

import asyncio
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from p2p.messages import RequestStanding
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.codec import encode
from p2p.protocol.frames import FEED_BYTES_MAX
from tests.plays.slow_readers_plays import Reluctant

BACK_S = 0.5
"""How soon it comes back."""
LOOKS_AGAIN_S = 6.0
"""A client that never reads does not see that it was cut. It comes back anyway after so long, more than
the server's patience."""
FLOOD_PER_TURN, TURN_S = 20, 0.01


async def reluctant(url: str, code: str, pause_s: float | None) -> None:
    """Logs in, and reads a byte after each pause, or none at all: until it is cut, as far as it sees that."""
    one = Reluctant(url, ClientProtocol(code, "human"))
    try:
        await one.join()
        if pause_s is None:
            await asyncio.sleep(LOOKS_AGAIN_S)
        else:
            await one.trickle(pause_s)
    finally:
        one.socket.close()


async def flood(url: str, code: str) -> None:
    line = ClientProtocol(code, "human")
    async with connect(url, compression=None, proxy=None, max_size=FEED_BYTES_MAX, ping_interval=None) as socket:
        await socket.send(line.login(), text=True)
        line.received(await socket.recv())
        reading = asyncio.create_task(_read(socket))
        token = line.token
        try:
            while True:
                for _ in range(FLOOD_PER_TURN):
                    token += 1
                    said = {"directive": RequestStanding.directive, "payload": {}, "token": token}
                    await socket.send(encode(said), text=True)
                await asyncio.sleep(TURN_S)
        finally:
            reading.cancel()


async def _read(socket: ClientConnection) -> None:
    async for _ in socket:
        pass


async def main(kind: str, url: str, code: str) -> None:
    while True:
        try:
            match kind:
                case "never":
                    await reluctant(url, code, None)
                case "slow":
                    await reluctant(url, code, 1.0)
                case "flood":
                    await flood(url, code)
        except (ConnectionClosed, OSError):
            pass
        await asyncio.sleep(BACK_S)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
