"""The table of loads in docs/reliability.md, in Markdown, in less than three minutes on a quiet machine.

    python -m benchmarks.load_table [RUNS]

Every row is so many runs of `pit load` (5 unless told), each with a server of its own; a figure is the median of its
runs, `worst` the highest p99 of them. Then the load is raised until p99 passes 100 ms, one run a step. Beside the
times stand the cores that the server, the load maker and others used while trading, and how late the load maker was:
with others busy, or a late load maker, a time says little of the server. When time is up, what is left is left out.
"""

import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from statistics import median

import websockets.version

from bots.load.load import Measured, load, quantile
from recordings.journal.disk import REAL

SCENARIO = "smith-1962-test-1"
RUNS = 5
BUDGET_S = 170.0
"""When nothing new is begun any more."""
P99_MS = 100.0
"""Where the market counts as saturated."""
ROWS = (
    ("40 people × 1/s + 10 robots at the limit", 40, 1.0, 10, 4.0, 25),
    ("20 people × 1/s beside 50 robots at the limit: the people's", 20, 1.0, 50, 3.0, 50),
    ("500 people × 1/s", 500, 1.0, 0, 4.0, 100),
)
"""What, people, orders/s of each, robots, seconds, and the p99 (ms) that is aimed at."""
LADDERS = (
    ("500 people", tuple((500, rate, 0) for rate in (2.0, 3.0, 4.0, 5.0))),
    ("robots at the limit (19/s)", tuple((0, 1.0, robots) for robots in (40, 120, 160, 200, 250))),
)
STEP_S = 2.5
SYNCS = 300
HEAD = (
    "| load | orders/s | facts/s | p50 | p99 | worst | aim | lost | late | server, maker, others | µs a fact | peak |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def main(runs: int) -> None:
    began = time.monotonic()

    def left() -> bool:
        return time.monotonic() - began < BUDGET_S

    syncs = syncs_ms()
    print(
        f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, websockets "
        f"{websockets.version.version}; load average before {os.getloadavg()[0]:.2f}; runs a row: {runs}\n"
        f"a record of 500 bytes made durable, nothing else: p50 {quantile(syncs, 0.5):.1f} ms, "
        f"p99 {quantile(syncs, 0.99):.1f} ms\n\n{HEAD}"
    )
    for what, people, rate, robots, seconds, aim_ms in ROWS:
        measured = [play(people, rate, robots, seconds) for _ in counted(runs, left)]
        print(row(what, measured, f"{aim_ms} ms"), flush=True)
    climb(left)
    print(f"\n{time.monotonic() - began:.0f} s; load average after {os.getloadavg()[0]:.2f}")


def climb(left: Callable[[], bool]) -> None:
    """Raise each kind of load, in turns, until its p99 is too much or time is up."""
    climbing = [(what, list(steps)) for what, steps in LADDERS]
    while climbing and left():
        what, steps = climbing.pop(0)
        people, rate, robots = steps.pop(0)
        one = play(people, rate, robots, STEP_S)
        print(row(f"{robots} {what}" if robots else f"{what} × {rate:g}/s", [one], ""), flush=True)
        if steps and one.p99_ms <= P99_MS:
            climbing.append((what, steps))


def syncs_ms() -> list[float]:
    """How long the disk takes to make a record durable, again and again: below it no confirmation can be."""
    times = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(SYNCS):
            os.write(file.fileno(), bytes(500))
            began = time.perf_counter()
            REAL.sync(file.fileno())
            times.append((time.perf_counter() - began) * 1e3)
    return times


def counted(runs: int, left: Callable[[], bool]) -> Iterator[int]:
    """So many runs while there is time, one at the least."""
    for k in range(runs):
        if k == 0 or left():
            yield k


def play(people: int, rate: float, robots: int, seconds: float) -> Measured:
    return asyncio.run(load(SCENARIO, people, rate, robots, seconds))


def row(what: str, runs: list[Measured], aim: str) -> str:
    def middle(name: str, digits: int = 1) -> str:
        values = [value for run in runs if (value := getattr(run, name)) is not None]
        return f"{median(values):,.{digits}f}" if values else "?"

    cells = (
        what if len(runs) == 1 else f"{what} ({len(runs)} runs)",
        middle("orders_per_s", 0),
        middle("facts_per_s", 0),
        f"{middle('p50_ms')} ms",
        f"{middle('p99_ms')} ms",
        f"{max(run.p99_ms for run in runs):.1f} ms",
        aim,
        str(sum(run.lost + run.gaps + run.faults for run in runs)),
        f"{middle('maker_late_p99_ms')} ms",
        f"{middle('server_cores', 2)}, {middle('maker_cores', 2)}, {middle('others_cores', 2)}",
        middle("server_us_per_fact"),
        f"{middle('peak_mb', 0)} MB",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else RUNS)
