"""Over what a server may be reached: this machine alone, a network with TLS, or one that is trusted on request."""

import contextlib
import ssl
from asyncio.sslproto import SSLProtocol
from dataclasses import dataclass
from pathlib import Path

from websockets.typing import Origin

from p2p.protocol.server_address import is_loopback, os_sentence, page_link

TLS_BUFFER_BYTES = 16 * 1024
"""Bytes read at once of a connection of TLS: a whole record. As asyncio has it, 256 kB stand for each connection."""


HANDSHAKE_TURNS = 4
"""Turns of each end until a handshake within one process is done."""


class TransportError(Exception):
    """A way of listening that the lab does not offer, and what to do."""


@dataclass(frozen=True)
class Transport:
    """TLS, if any, and the web pages that browsers may connect from (a program is no browser and sends no origin)."""

    tls: ssl.SSLContext | None = None
    origins: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Names of this machine that it does not know of itself."""

    @property
    def scheme(self) -> str:
        """Of the address that traders type."""
        return "wss" if self.tls else "ws"

    def page(self, host: str, port: int) -> str:
        """The address of the page, for browsers; a code goes behind it: `…/#CODE`."""
        return page_link(self.url(host, port))

    def url(self, host: str, port: int) -> str:
        """Its address on this machine: its loopback if it listens on all interfaces."""
        here = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
        return f"{self.scheme}://[{here}]:{port}" if ":" in here else f"{self.scheme}://{here}:{port}"

    def allowed(self) -> list[Origin | None]:
        """The origins that the library lets through: none at all, and those that are listed."""
        return [None, *(Origin(origin) for origin in self.origins)]


LOOPBACK = Transport()


def transport(
    host: str,
    cert: Path | None,
    key: Path | None,
    insecure_lan: bool,
    origins: tuple[str, ...],
    names: tuple[str, ...] = (),
) -> Transport:
    """How to listen on a host; raises TransportError. Codes and prices cross a network readably only on request."""
    if (cert is None) != (key is None):
        raise TransportError("--tls-cert and --tls-key go together")
    if cert is None or key is None:
        if not is_loopback(host) and not insecure_lan:
            raise TransportError(
                f"{host} can be reached by others: give --tls-cert and --tls-key, or say --insecure-lan where you "
                "trust everybody on the network"
            )
        return Transport(None, origins, (*names, host))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    SSLProtocol.max_size = TLS_BUFFER_BYTES
    try:
        context.load_cert_chain(cert, key)
    except ssl.SSLError as error:
        raise TransportError(f"the certificate cannot be used: {error}") from error
    except OSError as error:
        raise TransportError(f"the certificate cannot be used: {cert} or {key}: {os_sentence(error)}") from error
    return Transport(context, origins, (*names, host, *certified_names(context, cert)))


def certified_names(context: ssl.SSLContext, cert: Path) -> tuple[str, ...]:
    """The names in a certificate, as a client sees them that trusts it alone; none of one that is out of date."""
    trusting = ssl.create_default_context(cafile=str(cert))
    trusting.check_hostname = False
    trusting.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    server, client = context.wrap_bio(to_server, to_client, True), trusting.wrap_bio(to_client, to_server)
    try:
        for _ in range(HANDSHAKE_TURNS):
            for end in (client, server):
                with contextlib.suppress(ssl.SSLWantReadError):
                    end.do_handshake()
    except ssl.SSLError:
        return ()
    certified = client.getpeercert() or {}
    return tuple(str(one[1]) for one in certified.get("subjectAltName", ()) if one[0] == "DNS")
