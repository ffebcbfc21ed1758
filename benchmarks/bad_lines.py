"""A line that is a burden, in a process of its own until it is ended: python -m benchmarks.bad_lines KIND URL CODE

    never   logs in and never reads
    slow    logs in and reads a byte a second
    flood   says questions, two thousand a second, a hundred times what a seat may

Whenever the line is cut it comes back by its code, as somebody who remembers nothing and wants all from the beginning.
"""

import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from p2p.line import FEED_BYTES_MAX, ClientLine
from p2p.messages import RequestStanding
from p2p.wire import encode
from tests.test_slow_readers import Reluctant

BACK_S = 0.5
"""How soon it comes back."""
FLOOD_PER_TURN, TURN_S = 20, 0.01


async def reluctant(url: str, code: str, pause_s: float) -> None:
    one = Reluctant(url, ClientLine(code, "human"))
    await one.join()
    if pause_s:
        await one.trickle(pause_s)
    else:
        await asyncio.Event().wait()


async def never(url: str, code: str) -> None:
    """It does not see that it was cut, so it looks for itself every six seconds: later than the server's patience."""
    try:
        async with asyncio.timeout(6.0):
            await reluctant(url, code, 0.0)
    except TimeoutError:
        return


async def flood(url: str, code: str) -> None:
    line = ClientLine(code, "human")
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


async def _read(socket) -> None:
    async for _ in socket:
        pass


async def main(kind: str, url: str, code: str) -> None:
    while True:
        try:
            match kind:
                case "never":
                    await never(url, code)
                case "slow":
                    await reluctant(url, code, 1.0)
                case "flood":
                    await flood(url, code)
        except (ConnectionClosed, OSError, AssertionError):
            pass
        await asyncio.sleep(BACK_S)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
