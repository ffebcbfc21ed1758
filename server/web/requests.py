"""The first words of a connection: a WebSocket's, a page's, or a question about the server itself.

A request is looked at twice. At the door its address waits for its turn, on a plain socket. When it is whole, it is
answered. Behind TLS nothing can be read at the door, and both happen at once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response
from websockets.typing import Origin

from p2p.protocol.codec import encode
from p2p.protocol.server_address import is_loopback
from server.connections.doorway import HEAD_END
from server.connections.paced_socket import PacedSocket
from server.connections.rate_limits import LoginThrottle
from server.connections.transport import Transport
from server.monitoring.prometheus import MISSING, Metrics
from server.web.answers import (
    ASKED_TOO_OFTEN,
    METHODS,
    MISDIRECTED,
    NOT_ALLOWED,
    SAFE,
    file_answer,
    refused_before,
    sentence,
)
from server.web.host_names import HostNames, is_same_origin
from server.web.links import Links
from server.web.static_files import page_files

QUESTIONS = ("/healthz", "/metrics")
"""Addresses that are about the server itself."""
_QUESTIONS_BEGIN = tuple(f"GET {path} ".encode() for path in QUESTIONS)
_METHODS_BEGIN = tuple(f"{method} ".encode() for method in METHODS)
_UPGRADE = b"\nupgrade:"
TOO_OFTEN = (HTTPStatus.TOO_MANY_REQUESTS, ASKED_TOO_OFTEN)
ONLY_FETCHED = (HTTPStatus.METHOD_NOT_ALLOWED, NOT_ALLOWED)
_Answer = TypeVar("_Answer")


class Requests:
    """Answers to the requests of all connections of one server. `health` is told by /healthz."""

    def __init__(
        self,
        transport: Transport,
        throttle: LoginThrottle,
        health: Callable[[], dict[str, str]],
        metrics: Metrics,
    ) -> None:
        self._transport, self._throttle, self._health, self._metrics = transport, throttle, health, metrics
        self._names, self._files = HostNames(transport.names), page_files()
        self.links = Links(transport.tls is not None)

    # --- at the door ------------------------------------------------------------------------------------------------

    async def admits(self, address: str, head: bytes) -> bytes:
        """Wait until one more request is heard from an address; a refusal, or nothing."""
        if head.startswith(_QUESTIONS_BEGIN):
            return b"" if self._may_ask(address) else refused_before(*TOO_OFTEN, Retry_After="1")
        if HEAD_END in head:
            if not head.startswith(_METHODS_BEGIN):
                return refused_before(*ONLY_FETCHED, Allow=", ".join(METHODS))
            if _UPGRADE not in head.lower():
                return b"" if await self._throttle.file_turn(address) else refused_before(*TOO_OFTEN, Retry_After="1")
        await self._throttle.turn(address)
        return b""

    def _may_ask(self, address: str) -> bool:
        return self._throttle.may_ask(address, asyncio.get_running_loop().time())

    # --- when it is whole -------------------------------------------------------------------------------------------

    async def answer(self, socket: PacedSocket, request: Request) -> Response | None:
        """The answer; None for a WebSocket that is let in."""
        path, method = request.path, socket.method
        address = socket.remote_address[0] if socket.remote_address else ""
        if path in QUESTIONS and not socket.admitted and not self._may_ask(address):
            return sentence(*TOO_OFTEN, method, Retry_After="1")
        hosts = request.headers.get_all("Host")
        if len(hosts) != 1 or not self._names.has(hosts[0]):
            return sentence(HTTPStatus.MISDIRECTED_REQUEST, MISDIRECTED, method)
        if method not in METHODS:
            return sentence(*ONLY_FETCHED, method, Allow=", ".join(METHODS))
        if path in QUESTIONS:
            return self._about_server(path, method, address)
        if "Upgrade" in request.headers and method == "GET":
            if not socket.admitted:
                await _unless_gone(socket, self._throttle.turn(address))
            self._let_own_page_in(socket, request, hosts[0])
            return None
        if not socket.admitted and not await _unless_gone(socket, self._throttle.file_turn(address)):
            return sentence(*TOO_OFTEN, method, Retry_After="1")
        socket.sends_file()
        if self.links.has(path):
            if self.links.costs(path) and not self._may_ask(address):
                return sentence(*TOO_OFTEN, method, Retry_After="1")
            return self.links.answer(request, method, hosts[0].lower())
        return file_answer(self._files, request, method, hosts[0].lower())

    def complete(self, _socket: ServerConnection, _request: Request, response: Response) -> None:
        """Give the library's own refusals the headers that every answer has."""
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            for name, value in SAFE.items():
                if name not in response.headers:
                    response.headers[name] = value

    def _let_own_page_in(self, socket: PacedSocket, request: Request, host: str) -> None:
        """A page that came from this server may connect, beside those that are listed."""
        origins = request.headers.get_all("Origin")
        if len(origins) == 1 and is_same_origin(origins[0], host):
            socket.protocol.origins = [*self._transport.allowed(), Origin(origins[0])]

    def _about_server(self, path: str, method: str, address: str) -> Response:
        if path == "/healthz":
            return sentence(HTTPStatus.OK, encode(self._health()).decode() + "\n", method)
        if not is_loopback(address):
            return sentence(HTTPStatus.FORBIDDEN, "metrics are for this machine only\n", method)
        page = self._metrics.page()
        if page is None:
            return sentence(HTTPStatus.NOT_IMPLEMENTED, MISSING.decode(), method)
        return sentence(HTTPStatus.OK, page.decode(), method)


async def _unless_gone(socket: PacedSocket, turn: Awaitable[_Answer]) -> _Answer | None:
    """Wait for a turn; None where the connection has gone before."""
    waiting = asyncio.ensure_future(turn)
    gone: asyncio.Future[None] = socket.connection_lost_waiter
    try:
        await asyncio.wait((waiting, gone), return_when=asyncio.FIRST_COMPLETED)
        return waiting.result() if waiting.done() else None
    finally:
        waiting.cancel()
