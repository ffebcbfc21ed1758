"""What the others wait while one line does not read and one reads a byte a second, and while one floods.

    python -m benchmarks.bench_slow_reader [SECONDS [RUNS]]

Thirty people say an order a second each, beside twenty robots at the limit of a seat, which see to it that there is
much to tell: a server lets some hundred kilobytes lie for a line before it waits for it. The server is one as
`pit serve` makes it. The times are the thirty's, from order to answer. Each run has three cases, one after the other:

    alone     nobody else
    slow      one line that never reads and one that reads a byte a second, each coming back whenever it is cut
    flood     one that says two thousand messages a second, and comes back when it is closed

Printed are each run's p99 and, over the runs, the medians of the differences to `alone`.
"""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bots.experimenter import conduct
from bots.load.load import quantile
from bots.load.load_orders import OpenMarket
from bots.load.load_trader import ROBOT_PER_S, LoadTrader
from p2p.messages import End, Start

PEOPLE, ROBOTS, BAD = 30, 20, 2
CASES: dict[str, tuple[str, ...]] = {"alone": (), "slow": ("never", "slow"), "flood": ("flood",)}
ENDING_S_MAX = 30.0


async def played(where: dict[str, Any], bad: tuple[str, ...], seconds: float) -> list[float]:
    """The people's times in milliseconds."""
    codes, floor = [one["code"] for one in where["seats"]], OpenMarket()
    rates = [1.0] * PEOPLE + [ROBOT_PER_S] * ROBOTS
    hands = [LoadTrader(where["url"], codes[n], rate, floor, n == 0, random.Random(n)) for n, rate in enumerate(rates)]
    for hand in hands:
        await hand.join()
    await conduct(where["url"], where["control"], "start", Start())
    lines = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.bad_lines", kind, where["url"], codes[PEOPLE + ROBOTS + n])
        )
        for n, kind in enumerate(bad)
    ]
    try:
        await asyncio.gather(*(hand.trade(time.perf_counter() + seconds) for hand in hands))
        async with asyncio.timeout(ENDING_S_MAX):
            while any(hand.said for hand in hands):  # noqa: ASYNC110 (it is asked of many lines at once)
                await asyncio.sleep(0.01)
    finally:
        for line in lines:
            line.terminate()
            await line.wait()
    await conduct(where["url"], where["control"], "end", End())
    async with asyncio.timeout(ENDING_S_MAX):
        await asyncio.gather(*(hand.ended for hand in hands))
    assert not any(hand.gaps or hand.faults for hand in hands), "everybody was told everything"
    return [took for hand in hands[:PEOPLE] for took in hand.times_ms]


def case(bad: tuple[str, ...], seconds: float) -> tuple[float, float, dict[str, int]]:
    """The people's p50 and p99, and how often the bad lines were cut, by the reason."""
    with tempfile.TemporaryDirectory(prefix="pit-slow-") as folder:
        words = ["smith-1962-test-1", "--seats-min", str(PEOPLE + ROBOTS + BAD), "--recordings", folder, "--seed", "1"]
        words += [
            "--port",
            "0",
            "--json",
            "--period-s",
            "2",
            "--break-s",
            "0",
            "--periods",
            "1000",
            "--on-gap",
            "resume",
        ]
        command = [sys.executable, "-P", "-m", "pit", "serve", *words]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert server.stdout is not None
        try:
            where = json.loads(server.stdout.readline())
            times = asyncio.run(played(where, bad, seconds))
            server.wait(ENDING_S_MAX)
        finally:
            if server.poll() is None:
                server.kill()
                server.wait()
            server.stdout.close()
        seats = json.loads((Path(where["recording"]) / "deliveries.json").read_bytes())["seats"]
        cuts: dict[str, int] = {}
        for why, times_cut in (item for one in seats.values() for item in one["cut"].items()):
            cuts[why] = cuts.get(why, 0) + times_cut
    return quantile(times, 0.5), quantile(times, 0.99), cuts


def main(seconds: float = 30.0, runs: int = 3) -> None:
    p99s: dict[str, list[float]] = {name: [] for name in CASES}
    for run in range(runs):
        for name, bad in CASES.items():
            p50, p99, cuts = case(bad, seconds)
            p99s[name].append(p99)
            load = os.getloadavg()[0]
            print(
                f"run {run + 1} {name:6} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  cuts {cuts}  load {load:.1f}", flush=True
            )
    alone = statistics.median(p99s["alone"])
    print(f"median p99 alone {alone:.1f} ms")
    for name in ("slow", "flood"):
        more = [with_it - without for with_it, without in zip(p99s[name], p99s["alone"], strict=True)]
        p99 = statistics.median(p99s[name])
        print(
            f"median p99 {name:5} {p99:.1f} ms, {p99 / alone:.2f} times; in the runs {statistics.median(more):+.1f} ms"
        )


if __name__ == "__main__":
    main(*(float(word) for word in sys.argv[1:2]), *(int(word) for word in sys.argv[2:3]))
