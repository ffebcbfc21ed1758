"""A day of energy live: fifty households and their robots on sockets, 288 intervals of a second, and how late each was.

    python benchmarks/energy_live.py [SCENARIO [PERIODS]]

Server and robots share one core where the system lets them be bound to one. An interval is late by as much as its
`start_round` reaches the experimenter's line after the instant it is said to be at, measured on their own clock from
the promptest of them. It is late where that is more than a tenth of the interval.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time

from websockets.asyncio.client import connect

from p2p.base.units import SECOND
from p2p.messages import Contract, Ended, StartRound
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import FEED_BYTES_MAX, Welcome
from p2p.sim.library.files import load

LATE = 0.1
"""Share of an interval after which it is late."""


async def watched(url: str, control: str) -> tuple[list[float], int]:
    """How much later than the promptest each interval came, in seconds, and the contracts of the day."""
    line, delays, contracts = ClientProtocol(control, "human"), [], 0
    async with connect(url, compression=None, proxy=None, max_size=FEED_BYTES_MAX) as socket:
        await socket.send(line.login(), text=True)
        while True:
            received = line.received(await socket.recv())
            now = time.monotonic()
            if isinstance(received, Welcome):
                continue
            assert isinstance(received, list), received
            for told in received:
                match told.message:
                    case StartRound():
                        delays.append(now - told.at / SECOND)
                    case Contract():
                        contracts += 1
                    case Ended():
                        return [delay - min(delays) for delay in delays], contracts
                    case _:
                        pass


def main(name: str = "energy-day-288", periods: str = "288") -> None:
    """Serve, watch, say."""
    scenario = load(name)
    serve = [
        sys.executable,
        "-P",
        "-m",
        "pit",
        "serve",
        name,
        "--port",
        "0",
        "--json",
        "--on-gap",
        "resume",
        "--periods",
        periods,
    ]
    serve += ["--bots", f"zic:{scenario.seats}", "--seed", "1"]
    one_core = {max(os.sched_getaffinity(0))} if hasattr(os, "sched_setaffinity") else None
    with tempfile.TemporaryDirectory() as folder:
        serve += ["--recordings", folder]
        bind = (lambda: os.sched_setaffinity(0, one_core)) if one_core else None
        with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, preexec_fn=bind) as server:
            assert server.stdout is not None
            where = json.loads(server.stdout.readline())
            delays, contracts = asyncio.run(watched(where["url"], where["control"]))
            server.wait()
        used = os.times()
    late = sum(delay > LATE * scenario.period_s for delay in delays)
    ordered = sorted(delays)
    print(f"{name}: {scenario.seats} seats, {len(delays)} intervals of {scenario.period_s:g} s, {contracts} contracts")
    print(f"late: {late}; delay p50 {1_000 * ordered[len(ordered) // 2]:.1f} ms, most {1_000 * ordered[-1]:.1f} ms")
    print(f"processor: {used.children_user + used.children_system:.0f} s of {len(delays) * scenario.period_s:.0f} s")
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
