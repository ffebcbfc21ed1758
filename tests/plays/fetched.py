"""A request over a plain socket, byte by byte as a test wants it, and its answer taken apart."""

import asyncio
import ssl
from dataclasses import dataclass

from tests.plays.trader import GUARD_S


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


async def said(port: int, request: bytes, tls: ssl.SSLContext | None = None) -> bytes:
    """All that comes back, to the end of the connection; of a WebSocket that is let in, what lets it in."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=tls)
    writer.write(request)
    try:
        async with asyncio.timeout(GUARD_S):
            first = await reader.readline()
            if b" 101 " in first:
                return first + await reader.readuntil(b"\r\n\r\n")
            return first + await reader.read()
    finally:
        writer.close()


async def fetch(
    port: int,
    path: str = "/",
    host: str = "localhost",
    method: str = "GET",
    tls: ssl.SSLContext | None = None,
    **more: str,
) -> Answer:
    """A browser's request; underscores in the names of headers are hyphens."""
    lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host else [])]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return taken_apart(await said(port, "\r\n".join([*lines, "", ""]).encode(), tls))


def taken_apart(answer: bytes) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert len(headers) == len(lines), "no header twice"
    return Answer(int(first.split()[1]), headers, body)
