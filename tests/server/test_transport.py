"""How a server may be reached, and what it says of itself to those who watch over it."""

import asyncio
import contextlib
import io
import json
import shutil
import ssl
import subprocess
import urllib.request
from asyncio.sslproto import SSLProtocol
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from p2p.messages import Bid
from p2p.protocol.client_connection import ClientProtocol
from p2p.protocol.frames import Welcome
from p2p.protocol.server_address import is_loopback
from server.connections.doorway import Visitor
from server.connections.transport import TLS_BUFFER_BYTES, Transport, TransportError, transport
from server.hosted_session import HostedSession
from server.monitoring.prometheus import Counted, counted
from tests.plays.hosted import GUARD_S, Hosted
from tests.plays.server_plays import trading


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    words += ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(words, check=True, capture_output=True)
    return cert, key


async def hosted(opened, **more):
    """A host with a transport, metrics or a log of its own; stop it with `host.stop()` and await `running`."""
    host = HostedSession(opened, **more)
    listening = asyncio.get_running_loop().create_future()
    running = asyncio.create_task(host.run("127.0.0.1", 0, listening))
    port = await listening
    return Hosted(host, f"{host.transport.scheme}://127.0.0.1:{port}", running), port


async def ended(one: Hosted) -> None:
    one.host.stop()
    async with asyncio.timeout(GUARD_S):
        await one.running


# --- over what ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_alone_needs_nothing(host):
    assert is_loopback(host)
    assert transport(host, None, None, False, ()).scheme == "ws"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "lab.example", ""])
def test_a_network_needs_tls_or_an_express_word(host):
    assert not is_loopback(host)
    with pytest.raises(TransportError, match="insecure-lan"):
        transport(host, None, None, False, ())
    assert transport(host, None, None, True, ()).tls is None


def test_a_certificate_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "no.pem").write_text("no certificate")
    for cert, key in ((tmp_path / "no.pem", tmp_path / "no.pem"), (tmp_path / "none", tmp_path / "none")):
        with pytest.raises(TransportError, match="cannot be used"):
            transport("0.0.0.0", cert, key, False, ())
    with pytest.raises(TransportError, match="go together"):
        transport("0.0.0.0", tmp_path / "no.pem", None, False, ())


async def test_a_line_over_tls_is_a_line(opened, certificate):
    cert, key = certificate
    over = transport("0.0.0.0", cert, key, False, ())
    one, port = await hosted(opened, transport=over)
    assert one.url.startswith("wss://")
    trusting = ssl.create_default_context(cafile=str(cert))
    line = ClientProtocol(one.codes[0], "human")
    async with connect(one.url, ssl=trusting, proxy=None) as socket:
        await socket.send(line.login(), text=True)
        assert isinstance(line.received(await socket.recv()), Welcome)
    with pytest.raises(ssl.SSLCertVerificationError):
        await connect(one.url, proxy=None)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    with contextlib.suppress(ConnectionResetError):
        assert b"HTTP" not in await reader.read()
    writer.close()
    await ended(one)


async def test_behind_tls_neither_the_silent_nor_what_is_no_tls_is_an_object_of_the_library(opened, certificate):
    cert, key = certificate
    one, port = await hosted(opened, transport=transport("127.0.0.1", cert, key, False, ()))
    arrivals = one.host.arrivals
    made = len(arrivals._open)
    silent = await asyncio.open_connection("127.0.0.1", port)
    await one.until(lambda: arrivals.waiting == made + 1)
    for data in (b"GET / HTTP/1.1\r\n", b"\x15\x03\x01", b"\0"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
    assert {type(each) for each in arrivals._open} == {Visitor}
    silent[1].close()
    await one.until(lambda: not arrivals.waiting)
    assert SSLProtocol.max_size == TLS_BUFFER_BYTES
    await ended(one)


async def test_a_browser_comes_from_a_listed_page_only(opened):
    one, _ = await hosted(opened, transport=Transport(None, ("https://lab.example",)))
    for origin in ("https://evil.example", "null", "https://lab.example.evil"):
        with pytest.raises(InvalidStatus, match="403"):
            await connect(one.url, origin=origin, proxy=None)
    async with connect(one.url, origin="https://lab.example", proxy=None):
        pass
    await ended(one)


# --- what it says of itself -----------------------------------------------------------------------------------------


def fetched(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=GUARD_S) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


async def test_health_metrics_and_log_say_how_it_goes_and_nothing_secret(opened):
    log = io.StringIO()
    one, port = await hosted(opened, metrics=Counted(), log=log)
    _, (b1, b2, *_) = await trading(one)
    await b1.say(Bid(50))
    await b2.say(Bid(50))
    await b1.send('{"directive":"teleport","token":2}')
    await b1.fault()
    health = await asyncio.to_thread(fetched, f"http://127.0.0.1:{port}/healthz")
    assert (health[0], json.loads(health[1])["phase"]) == (200, "trading")
    status, page = await asyncio.to_thread(fetched, f"http://127.0.0.1:{port}/metrics")
    assert status == 200
    for line in ("pit_lines 5.0", "pit_inbox 0.0", 'pit_refused_total{reason="does_not_improve"} 1.0'):
        assert line in page
    for name in (
        "pit_handle_seconds_bucket",
        "pit_sync_seconds_count",
        'pit_faults_total{code="unknown_directive"} 1.0',
    ):
        assert name in page
    secret = [*one.codes.values(), one.host.opened.control, b1.welcome.resume]
    b1.cut()
    await one.until(lambda: b1.welcome.seat not in one.host.seats.connections)
    await ended(one)
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["what"] for line in lines].count("joined") == 5
    assert {"time", "what", "session", "seat", "seq"} <= set(lines[0])
    assert {"what": "left", "seat": b1.welcome.seat}.items() <= lines[5].items()
    said = page + health[1] + log.getvalue()
    assert not [one for one in secret if one in said]


async def test_without_the_extra_metrics_are_said_to_be_missing(opened):
    one, port = await hosted(opened)
    status, page = await asyncio.to_thread(fetched, f"http://127.0.0.1:{port}/metrics")
    assert (status, "extra 'metrics'" in page) == (501, True)
    await ended(one)
    assert isinstance(counted(), Counted)


async def test_how_everybody_was_served_is_kept_beside_the_journal(host):
    async with host() as one:
        _, (b1, *_) = await trading(one)
        await b1.say(Bid(50))
        folder = one.host.opened.store.folder
    kept = json.loads((folder / "deliveries.json").read_bytes())
    assert set(kept["seats"]) == {"0", "1", "2", "3"}
    mine = kept["seats"][str(b1.welcome.seat)]
    assert mine["facts"] >= 3
    assert sum(mine["waited"]) <= mine["frames"]
    assert len(mine["waited"]) == len(kept["steps_ms"]) + 1
