"""What floods do to others: python -m benchmarks.floods [FLOOD …] [--seconds S]

The server has one core to itself, the attacker the other; the people who are measured go before it (nice). Printed of
each flood: the others' p50 and worst answer, idle and meanwhile; the server's share of its core and its memory, idle
and meanwhile; how many of those with a right code, and with a right resume token, entered at once; facts that a
bystander was told a second.
Everything is on this machine's loopback and ends by itself.
"""

import argparse
import asyncio
import contextlib
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

SERVER_CORE, OTHER_CORE = 0, 1
PEOPLE = 4
RATE = 5.0
"""Questions a second of each person who is measured: far below what a seat may say."""
TRY_S = 0.5
"""Between two who come with a right code, or a right token."""
ENTER_S_MAX = 5.0
"""Who has not entered by then has been turned away."""
MASKED = 0x80
TEXT, CONTINUED, PING, PONG, FINAL = 0x1, 0x0, 0x9, 0xA, 0x80


# --- the attacker: a process of its own ---------------------------------------------------------------------------


def frame(first: int, payload: bytes = b"") -> bytes:
    """A client's frame, masked with nothing; its payload is short or below 64 kB."""
    if len(payload) < 126:
        return bytes((first, MASKED | len(payload))) + bytes(4) + payload
    return bytes((first, MASKED | 126)) + len(payload).to_bytes(2, "big") + bytes(4) + payload


def upgraded(port: int) -> socket.socket | None:
    """A connection past its handshake; None where it was not let in."""
    one = socket.socket()
    one.settimeout(2)
    try:
        one.connect(("127.0.0.1", port))
        one.sendall(
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        if b" 101 " in one.recv(4_096):
            return one
    except OSError:
        pass
    one.close()
    return None


def login(**said: object) -> bytes:
    return frame(FINAL | TEXT, json.dumps({"directive": "login", "payload": said}).encode())


def pour(data: bytes, first: bytes) -> Callable[[int, float], None]:
    """One connection that sends the same bytes without end and reads nothing; when it is cut, it comes back."""

    def attack(port: int, until_s: float) -> None:
        while time.monotonic() < until_s:
            one = upgraded(port)
            if one is None:
                time.sleep(0.05)
                continue
            with one, contextlib.suppress(OSError):
                one.sendall(first)
                one.settimeout(0.2)
                while time.monotonic() < until_s:
                    with contextlib.suppress(TimeoutError):
                        one.send(data)

    return attack


def silent(port: int, until_s: float) -> None:
    """As many connections as this process may have, on which nothing is said; those that are closed are replaced."""
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 6_000), hard))
    with selectors.DefaultSelector() as open_ones:
        while time.monotonic() < until_s:
            for _ in range(50):
                one = socket.socket()
                one.setblocking(False)
                if one.connect_ex(("127.0.0.1", port)) in (0, 115) and len(open_ones.get_map()) < 4_400:
                    open_ones.register(one, selectors.EVENT_READ)
                else:
                    one.close()
            for key, _ in open_ones.select(0.02):
                assert isinstance(key.fileobj, socket.socket)
                open_ones.unregister(key.fileobj)
                key.fileobj.close()


def asks(one: socket.socket, data: bytes) -> None:
    """Send, and wait for the first answer."""
    with one, contextlib.suppress(OSError):
        one.settimeout(3)
        one.sendall(data)
        one.recv(4_096)


def guesses(port: int, until_s: float) -> None:
    """Three at a time, each a wrong code after the other."""
    import threading

    def guess() -> None:
        while time.monotonic() < until_s:
            one = upgraded(port)
            if one is not None:
                asks(one, login(code="AAAAAAAA"))

    threads = [threading.Thread(target=guess) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def health(port: int, until_s: float) -> None:
    """/healthz, asked without end."""
    while time.monotonic() < until_s:
        with contextlib.suppress(OSError):
            asks(socket.create_connection(("127.0.0.1", port), 1), b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


FILE = b"GET /page.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def files(port: int, until_s: float) -> None:
    """The largest file of the page, fetched whole without end, six at a time."""
    import threading

    def fetch() -> None:
        while time.monotonic() < until_s:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as one:
                one.settimeout(3)
                one.sendall(FILE)
                while one.recv(1 << 16):
                    pass

    threads = [threading.Thread(target=fetch) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def unread(port: int, until_s: float) -> None:
    """The same file asked for on as many connections as may be, and nothing of it read."""
    held: list[socket.socket] = []
    while time.monotonic() < until_s:
        with contextlib.suppress(OSError):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            one.settimeout(1)
            one.connect(("127.0.0.1", port))
            one.sendall(FILE)
            held.append(one)
        if len(held) > 900:
            held.pop(0).close()


def logins(port: int, until_s: float, code: str) -> None:
    """One seat's right code, again and again."""
    while time.monotonic() < until_s:
        one = upgraded(port)
        if one is not None:
            with one, contextlib.suppress(OSError):
                one.sendall(login(code=code))
                one.recv(4_096)


def contracts(port: int, until_s: float, code: str) -> None:
    """One seat that asks for all contracts as often as it may."""
    one = upgraded(port)
    if one is None:
        return
    with one, contextlib.suppress(OSError):
        one.sendall(login(code=code))
        one.settimeout(0.001)
        token = 0
        while time.monotonic() < until_s:
            token += 1
            said = {"directive": "request_contracts", "payload": {}, "token": token}
            one.sendall(frame(FINAL | TEXT, json.dumps(said).encode()))
            pause_s = time.monotonic() + 1 / 19
            while time.monotonic() < pause_s:
                with contextlib.suppress(TimeoutError):
                    one.recv(1 << 16)


WATCH = login(spectator=True)
FLOODS: dict[str, Callable[..., None]] = {
    "pings": pour(frame(FINAL | PING, bytes(125)) * 64, WATCH),
    "pongs": pour(frame(FINAL | PONG) * 2_000, WATCH),
    "fragments": pour(frame(CONTINUED) * 2_000, WATCH + frame(TEXT)),
    "pongs before login": pour(frame(FINAL | PONG) * 2_000, b""),
    "silent": silent,
    "guesses": guesses,
    "healthz": health,
    "files": files,
    "files, unread": unread,
    "logins of a seat": logins,
    "contracts": contracts,
}
OF_A_SEAT = ("logins of a seat", "contracts")


# --- those who are measured -----------------------------------------------------------------------------------------


class Figures:
    """What the others have seen."""

    def __init__(self) -> None:
        self.answers_s: list[float] = []
        self.facts = 0
        self.codes: list[bool] = []
        self.tokens: list[bool] = []


async def entered(url: str, **said: object) -> str | None:
    """Log in once; the resume token, or None for one who was turned away."""
    try:
        async with asyncio.timeout(ENTER_S_MAX), connect(url, compression=None, proxy=None, close_timeout=0.1) as line:
            await line.send(json.dumps({"directive": "login", "payload": said}))
            answer = json.loads(await line.recv())
            return str(answer["payload"]["resume"]) if answer["directive"] == "welcome" else None
    except (OSError, TimeoutError, WebSocketException, InvalidHandshake):
        return None


async def person(url: str, code: str, figures: Figures, until_s: float) -> None:
    async with connect(url, compression=None, proxy=None, close_timeout=0.1, max_size=1 << 21) as line:
        await line.send(json.dumps({"directive": "login", "payload": {"code": code}}))
        token = json.loads(await line.recv())["payload"]["token"]
        asked: dict[int, float] = {}

        async def hear() -> None:
            async for data in line:
                said = json.loads(data)
                for fact in said["payload"].get("facts", []):
                    figures.facts += 1
                    if fact["directive"] in ("accepted", "refused"):
                        began = asked.pop(fact["payload"]["token"], None)
                        if began is not None:
                            figures.answers_s.append(time.monotonic() - began)

        hearing = asyncio.create_task(hear())
        while time.monotonic() < until_s:
            token += 1
            asked[token] = time.monotonic()
            await line.send(json.dumps({"directive": "request_standing", "payload": {}, "token": token}))
            await asyncio.sleep(1 / RATE)
        hearing.cancel()
        figures.answers_s += [time.monotonic() - began for began in asked.values()]


async def comers(url: str, code: str, token: str, figures: Figures, until_s: float) -> None:
    """Two seats whose people come again and again, one with a code, one with the token of the time before."""
    kept = token
    while time.monotonic() < until_s:
        figures.codes.append(await entered(url, code=code) is not None)
        now = await entered(url, resume=kept)
        figures.tokens.append(now is not None)
        kept = now or kept
        await asyncio.sleep(TRY_S)


async def measured(url: str, codes: list[str], seconds: float) -> Figures:
    figures, until_s = Figures(), time.monotonic() + seconds
    token = await entered(url, code=codes[PEOPLE + 1]) or ""
    people = [person(url, code, figures, until_s) for code in codes[:PEOPLE]]
    await asyncio.gather(*people, comers(url, codes[PEOPLE], token, figures, until_s))
    return figures


# --- one flood, one server ------------------------------------------------------------------------------------------


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1e3


def processor_s(pid: int) -> float:
    """Processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def served(folder: Path) -> tuple["subprocess.Popen[str]", dict[str, Any]]:
    """A server on its core, and where to join."""
    words = ["serve", "smith-1962-test-1", "--json", "--port", "0", "--period-s", "3600", "--recordings", str(folder)]
    server = subprocess.Popen(
        [sys.executable, "-m", "pit", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {SERVER_CORE}),
    )
    assert server.stdout is not None
    return server, json.loads(server.stdout.readline())


async def begin(url: str, control: str) -> None:
    async with connect(url, compression=None, proxy=None) as line:
        await line.send(json.dumps({"directive": "login", "payload": {"code": control}}))
        await line.recv()
        await line.send(json.dumps({"directive": "start", "payload": {}, "token": 1}))
        await line.recv()


def flooded(name: str, seconds: float) -> str:
    """Play one flood; a line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        server, where = served(Path(folder))
        try:
            url, codes = where["url"], [seat["code"] for seat in where["seats"]]
            port = int(url.rpartition(":")[2])
            asyncio.run(begin(url, where["control"]))
            used_s = [processor_s(server.pid)]
            idle = asyncio.run(measured(url, codes, seconds / 2))
            used_s.append(processor_s(server.pid))
            before = memory_mb(server.pid)
            words = [sys.executable, "-m", "benchmarks.floods", "--attack", name, str(port), str(seconds), codes[-1]]
            attacker = subprocess.Popen(words, preexec_fn=lambda: os.nice(10), stderr=subprocess.DEVNULL)
            meanwhile = asyncio.run(measured(url, codes, seconds))
            used_s.append(processor_s(server.pid))
            after = memory_mb(server.pid)
            attacker.wait(seconds + 30)
            server.terminate()
            status = server.wait(20)
            journal = sum(file.stat().st_size for file in Path(folder).rglob("journal.jsonl")) / 1e6
        finally:
            server.kill()
            server.wait()
    ms = [f"{statistics.median(one.answers_s) * 1e3:.1f}" for one in (idle, meanwhile)]
    entered_of = [f"{sum(one)} of {len(one)}" for one in (meanwhile.codes, meanwhile.tokens)]
    facts = meanwhile.facts / PEOPLE / seconds
    worst = max(meanwhile.answers_s) * 1e3
    core = [(used_s[1] - used_s[0]) / seconds * 2, (used_s[2] - used_s[1]) / seconds]
    return (
        f"| {name} | {ms[0]} | {ms[1]} | {worst:.0f} | {core[0]:.2f} → {core[1]:.2f} | "
        f"{before:.0f} → {after:.0f} | {' | '.join(entered_of)} "
        f"| {facts:.0f} | {journal:.1f} | {status} |"
    )


def main() -> None:
    if sys.argv[1:2] == ["--attack"]:
        name, port, seconds, code = sys.argv[2:]
        os.sched_setaffinity(0, {OTHER_CORE})
        more = (code,) if name in OF_A_SEAT else ()
        FLOODS[name](int(port), time.monotonic() + float(seconds), *more)
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("floods", nargs="*", default=list(FLOODS))
    parser.add_argument("--seconds", type=float, default=8.0)
    said = parser.parse_args()
    os.sched_setaffinity(0, {OTHER_CORE})
    print(f"load {os.getloadavg()[0]:.2f}")
    columns = ["flood", "p50 idle, ms", "p50, ms", "worst, ms", "core", "server, MB"]
    columns += ["codes", "tokens", "facts/s", "journal, MB", "exit"]
    print(f"| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")
    for name in said.floods:
        print(flooded(name, said.seconds), flush=True)


if __name__ == "__main__":
    main()
