"""How long a class waits: for a server that comes back, for a terminal that comes back, for a server that stops.

    python -m benchmarks.bench_recovery [RECORDS [MISSED]]

A recording of so many records (50,000) is cut as by a loss of power; everything else is done by real processes. Medians
of three runs each, wall time:

    recovery in process   reading, running again and holding against the record, and publishing to the feeds; and the
                          processor's time for it, which says more where the machine has other work
    recovery of a server  from `pit serve --recover` typed to the line that says where to join (Python's start included)
    resume                from the login of a seat that has missed so many facts (10,000) to the last of them understood
    stop                  from SIGTERM, with forty people connected or with a fleet of its own robots, to exit 0
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import FEED_BYTES_MAX, Welcome
from recordings.journal.store import Recovered
from server.hosted_session import open_again
from tests.plays.long_recording import long_recording

RUNS = 3
PEOPLE = 40
TRADED_LINES = 60
"""A journal that has grown to so many lines is of a session in the middle of its trade."""
Server = tuple["subprocess.Popen[str]", dict[str, Any]]


def median(measure: Callable[[], float]) -> str:
    times = sorted(measure() for _ in range(RUNS))
    return f"{statistics.median(times):6.3f} s   ({', '.join(f'{one:.3f}' for one in times)})"


def in_process(folder: Path, clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    opened = open_again(Recovered(folder), 0)
    took_s = clock() - began
    opened.store.close()
    return took_s


def serve(*words: str) -> Server:
    command = [sys.executable, "-P", "-m", "pit", "serve", *words, "--port", "0", "--json", "--on-gap", "resume"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def stopped(server: Server) -> float:
    """How long it takes from SIGTERM to exit 0."""
    process, _ = server
    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    status = process.wait(60)
    took_s = time.perf_counter() - began
    assert status == 0, f"the server ended with {status}"
    assert process.stdout is not None
    process.stdout.close()
    return took_s


def recovered_server(folder: Path) -> float:
    began = time.perf_counter()
    server = serve("--recover", str(folder))
    took_s = time.perf_counter() - began
    stopped(server)
    return took_s


async def _join(url: str, line: ClientProtocol) -> ClientConnection:
    socket = await connect(url, compression=None, proxy=None, max_size=FEED_BYTES_MAX)
    await socket.send(line.login(), text=True)
    assert isinstance(line.received(await socket.recv()), Welcome)
    return socket


async def _resumed(url: str, code: str, missed: int) -> float:
    line = ClientProtocol(code, "human")
    knower = await _join(url, line)
    assert line.welcome is not None
    assert line.welcome.facts >= missed, f"a seat of this recording has {line.welcome.facts} facts"
    had = line.number = line.welcome.facts - missed
    knower.transport.abort()
    began = time.perf_counter()
    socket = await _join(url, line)
    while line.number < line.welcome.facts:
        line.received(await socket.recv())
    took_s = time.perf_counter() - began
    assert line.number >= had + missed
    await socket.close()
    return took_s


def resumed(folder: Path, code: str, missed: int) -> float:
    server = serve("--recover", str(folder))
    took_s = asyncio.run(_resumed(server[1]["url"], code, missed))
    stopped(server)
    return took_s


async def _with_people(server: Server) -> float:
    where = server[1]
    sockets = [await _join(where["url"], ClientProtocol(one["code"], "human")) for one in where["seats"][:PEOPLE]]
    reading = [asyncio.create_task(_read(socket)) for socket in sockets]
    took_s = await asyncio.to_thread(stopped, server)
    await asyncio.gather(*reading)
    return took_s


async def _read(socket: ClientConnection) -> None:
    async for _ in socket:
        pass


def stopped_with_people(folder: Path) -> float:
    server = serve("smith-1962-test-1", "--seats-min", str(PEOPLE), "--recordings", str(folder))
    return asyncio.run(_with_people(server))


def stopped_with_robots(folder: Path) -> float:
    server = serve("smith-1962-test-1", "--bots", "zic:*", "--reaction-s", "0.2", "--recordings", str(folder))
    journal = Path(server[1]["recording"]) / "journal.jsonl"
    until = time.monotonic() + 60
    while journal.read_bytes().count(b"\n") < TRADED_LINES and time.monotonic() < until:
        time.sleep(0.05)
    return stopped(server)


def main(records: int = 50_000, missed: int = 10_000) -> None:
    print(f"medians of {RUNS}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="pit-recovery-") as made:
        for name in ("smith-1962-test-1", "open-book"):
            folder = Path(made) / name
            codes, _ = long_recording(folder, name, records, markets=2)
            size_mb = (folder / "journal.jsonl").stat().st_size / 1e6
            print(f"{name}: {records:,} records, {size_mb:.1f} MB")
            print(f"  recovery in process   {median(lambda at=folder: in_process(at))}")  # type: ignore[misc]
            processor = median(lambda at=folder: in_process(at, time.process_time))  # type: ignore[misc]
            print(f"    processor           {processor}")
            print(f"  recovery of a server  {median(lambda at=folder: recovered_server(at))}")  # type: ignore[misc]
            again = median(lambda at=folder, code=codes[3]: resumed(at, code, missed))  # type: ignore[misc]
            print(f"  resume of {missed:,}      {again}")
        people = median(lambda: stopped_with_people(Path(made)))
        print(f"stop with {PEOPLE} people     {people}")
        print(f"stop with its robots    {median(lambda: stopped_with_robots(Path(made)))}")
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
