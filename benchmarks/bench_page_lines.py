"""Forty lines of the page beside forty robots' lines: python -m benchmarks.bench_page_lines [--seconds S] [--rounds N]

The same market each time: 40 people's seats, and ten robots that trade. The people's lines listen: those of the page's
own script in Node (20 or later), or plain ones of the library as robots have them. Printed of each round: the server's
processor time, and frames and bytes of a line; then how long the page takes from the request to its first byte and to
its last file, for a phone that comes meanwhile. At the end the ratios of the medians, by frame and by byte,
since robots do not trade the same each time.
Everything is on this machine's loopback and ends by itself.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from benchmarks.floods import OTHER_CORE, SERVER_CORE, begin, processor_s

PEOPLE, ROBOTS = 40, 10
LOADS = 20
"""Pages that are loaded in a round, one after another."""
FILES = ("/", "/style.css", "/page.js", "/fold.js", "/wire.js", "/texts.json")


def served(folder: Path) -> tuple["subprocess.Popen[str]", dict[str, Any]]:
    """A server on its core, and where to join; its robots have the other core."""
    market = f"serve smith-1962-test-1 --seats-min {PEOPLE + ROBOTS} --units 50 --period-s 5 --break-s 0 --periods 1000"
    words = f"{market} --bots zic:{ROBOTS} --reaction-s 0.03 --start experimenter --json --port 0".split()
    words += ["--recordings", str(folder)]
    server = subprocess.Popen(
        [sys.executable, "-m", "pit", *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    os.sched_setaffinity(server.pid, {SERVER_CORE})
    assert server.stdout is not None
    return server, json.loads(server.stdout.readline())


async def plain_lines(url: str, codes: list[str], seconds: float) -> dict[str, int]:
    """Lines of the library that read everything; what came after all were in."""
    counted = {"frames": 0, "letters": 0}

    async def listen(code: str, here: asyncio.Barrier) -> None:
        async with connect(url, compression=None, proxy=None, close_timeout=0.1, max_size=1 << 21) as line:
            await line.send(json.dumps({"directive": "login", "payload": {"code": code}}))
            await line.recv()
            await here.wait()
            async for data in line:
                counted["frames"] += 1
                counted["letters"] += len(data)

    barrier = asyncio.Barrier(len(codes) + 1)
    tasks = [asyncio.create_task(listen(code, barrier)) for code in codes]
    await barrier.wait()
    print("here", flush=True)
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    return counted


async def loaded(port: int) -> tuple[float, float]:
    """A page's load: seconds to the first byte of the page, and to the last of its files."""
    began = time.monotonic()

    async def fetch(path: str) -> float:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode())
        await reader.readexactly(1)
        first = time.monotonic() - began
        await reader.read()
        writer.close()
        return first

    first = await fetch(FILES[0])
    await asyncio.gather(*(fetch(path) for path in FILES[1:]))
    return first, time.monotonic() - began


async def loads(port: int) -> list[tuple[float, float]]:
    return [await loaded(port) for _ in range(LOADS)]


def played(kind: str, seconds: float) -> dict[str, Any]:
    """One round."""
    with tempfile.TemporaryDirectory() as folder:
        server, where = served(Path(folder))
        try:
            codes = [seat["code"] for seat in where["seats"]][:PEOPLE]
            node = [
                "node",
                "--experimental-websocket",
                "--no-warnings",
                str(Path(__file__).with_name("page_lines.mjs")),
            ]
            command = node if kind == "page" else [sys.executable, "-m", "benchmarks.bench_page_lines", "--plain"]
            lines = subprocess.Popen([*command, where["url"], str(seconds), *codes], stdout=subprocess.PIPE, text=True)
            os.sched_setaffinity(lines.pid, {OTHER_CORE})
            assert lines.stdout is not None
            assert lines.stdout.readline() == "here\n"
            asyncio.run(begin(where["url"], where["control"]))
            used_s = processor_s(server.pid)
            time.sleep(seconds * 0.8)
            used_s = (processor_s(server.pid) - used_s) / (seconds * 0.8)
            pages = asyncio.run(loads(int(where["url"].rpartition(":")[2])))
            heard = json.loads(lines.stdout.readline())
            lines.wait(20)
        finally:
            server.terminate()
            server.wait(20)
    return {"core": used_s, "pages": pages, **{name: count / PEOPLE for name, count in heard.items()}}


def main() -> None:
    if sys.argv[1:2] == ["--plain"]:
        _, _, url, seconds, *codes = sys.argv
        print(json.dumps(asyncio.run(plain_lines(url, codes, float(seconds)))))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    said = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.2f}")
    print("| lines | server's core | frames of a line | bytes | first byte, ms | whole page, ms, median | worst |")
    print("|---|---|---|---|---|---|---|")
    rounds: dict[str, list[dict[str, Any]]] = {"robots": [], "page": []}
    for _ in range(said.rounds):
        for kind, seen in rounds.items():
            one = played(kind, said.seconds)
            seen.append(one)
            first, whole = ([pair[at] * 1e3 for pair in one["pages"]] for at in (0, 1))
            times = f"{statistics.median(first):.1f} | {statistics.median(whole):.1f} | {max(whole):.0f}"
            print(f"| {kind} | {one['core']:.3f} | {one['frames']:.0f} | {one['letters']:.0f} | {times} |", flush=True)
    for name, share in (("core", "letters"), ("core", "frames"), ("letters", "frames")):
        of = {kind: statistics.median(one[name] / one[share] for one in seen) for kind, seen in rounds.items()}
        print(f"page to robots, {name} by {share}: {of['page'] / of['robots']:.2f}")


if __name__ == "__main__":
    main()
