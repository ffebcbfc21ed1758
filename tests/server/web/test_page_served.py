"""The page of the lab over real sockets: its files, their headers, and what is answered to everything else."""

import asyncio
import contextlib
import gzip
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from p2p.messages import Accepted, Bid
from p2p.sim.shell.qr_code import svg
from server.connections.paced_socket import PacedSocket
from server.connections.transport import transport
from server.hosted_session import HostedSession
from server.limits import Limits
from server.web.host_names import HostNames
from server.web.static_files import STATIC, Form, StaticFile, page_files, read_files
from tests.plays.fetched import fetch, said, taken_apart
from tests.plays.hosted import Hosted, hosting
from tests.plays.server_plays import trading

FILES = {path.name: path.read_bytes() for path in STATIC.iterdir()}
UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13"}
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
TYPES = {kind: f"{one}; charset=utf-8" for kind, one in TYPES.items()} | {"json": "application/json"}
KEY = {"Sec_WebSocket_Key": "AAAAAAAAAAAAAAAAAAAAAA=="}


def port_of(hosted: Hosted) -> int:
    return int(hosted.url.rpartition(":")[2])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate with names of its own, signed by itself."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    names = "IP:127.0.0.1,DNS:lab.example,DNS:*.class.example"
    words += ["-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(words, check=True, capture_output=True)
    return cert, key


async def test_each_file_is_whole_and_has_every_header_of_safety(host):
    files = {"/": "index.html", "/watch": "index.html", "/?x=1": "index.html", "/watch?": "index.html"}
    files |= {f"/{name}": name for name in FILES if name != "index.html"}
    async with host() as hosted:
        port = port_of(hosted)
        for path, name in files.items():
            answer = await fetch(port, path, f"localhost:{port}")
            assert (answer.status, answer.body) == (200, FILES[name])
            said = answer.headers
            assert int(said["Content-Length"]) == len(FILES[name])
            assert said["Content-Type"] == TYPES[name.partition(".")[2]]
            assert said["Connection"] == "close"
            assert (said["X-Content-Type-Options"], said["Referrer-Policy"]) == ("nosniff", "no-referrer")
            assert (said["Cache-Control"], said["Vary"]) == ("no-cache", "Accept-Encoding")
            rules = dict(rule.strip().split(" ", 1) for rule in said["Content-Security-Policy"].split(";"))
            assert rules == {
                "default-src": "'self'",
                "connect-src": f"'self' ws://localhost:{port} wss://localhost:{port}",
                "object-src": "'none'",
                "base-uri": "'none'",
                "form-action": "'none'",
                "frame-ancestors": "'none'",
            }
            assert "Server" not in said


async def test_a_file_that_the_browser_has_is_not_sent_again(host):
    async with host() as hosted:
        port = port_of(hosted)
        first = await fetch(port)
        for tag in (first.headers["ETag"], f'"other", W/{first.headers["ETag"]}', "*"):
            again = await fetch(port, If_None_Match=tag)
            assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
            assert "Content-Length" not in again.headers
        assert (await fetch(port, If_None_Match='"other"')).status == 200
        assert (await fetch(port, "/watch", If_None_Match=first.headers["ETag"])).status == 304


async def test_a_file_is_compressed_where_the_browser_takes_it(host):
    takes = {
        "gzip, deflate, br": True,
        "br;q=1, GZIP ; q=0.5": True,
        "gzip;q=0": False,
        "br": False,
        "gzip;q=0.0": False,
    }
    async with host() as hosted:
        for said, packed in takes.items():
            answer = await fetch(port_of(hosted), Accept_Encoding=said)
            assert ("Content-Encoding" in answer.headers) == packed
            assert (gzip.decompress(answer.body) if packed else answer.body) == FILES["index.html"]
            assert answer.headers["ETag"] == getattr(page_files()["/"], "compressed" if packed else "plain").tag


async def test_a_head_has_the_headers_and_no_body(host):
    async with host() as hosted:
        answer = await fetch(port_of(hosted), "/", method="HEAD")
        assert (answer.status, answer.body) == (200, b"")
        assert int(answer.headers["Content-Length"]) == len(FILES["index.html"])
        assert (await fetch(port_of(hosted), "/none", method="HEAD")).body == b""
        asked = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec_WebSocket_Version": "13"}
        asked["Sec_WebSocket_Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
        assert (await fetch(port_of(hosted), "/", method="HEAD", **asked)).status == 200, "a WebSocket begins with GET"
        assert (await fetch(port_of(hosted), "/healthz", method="HEAD")).status == 200


async def test_nothing_but_fetching_is_allowed(host):
    async with host() as hosted:
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "BREW", "HEADS"):
            answer = await fetch(port_of(hosted), "/", method=method, Content_Length="0")
            assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


OTHER_PATHS = (
    *("/none", "/index.html", "/index.html/", "//", "//style.css", "/./style.css", "style.css", "*", "/Style.CSS"),
    *("/../limits.py", "/%2e%2e/limits.py", "/static/../../limits.py", "/..%2f..%2flimits.py", "/\\..\\limits.py"),
    *("/style.css%00", "/C:/windows", "http://localhost/style.css", "/healthz/", "/%68ealthz", "/qr.svg/"),
    "/" + "a" * 2_000,
)


async def test_every_other_path_is_a_small_404(host):
    async with host() as hosted:
        for path in OTHER_PATHS:
            answer = await fetch(port_of(hosted), path)
            assert (answer.status, answer.body.count(b"\n")) == (404, 1), path
            assert len(answer.body) < 100
            assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_the_projectors_page_is_told_the_link_for_phones_and_its_picture(host):
    async with host() as hosted:
        port = port_of(hosted)
        hosted.host.requests.links.page = "http://10.0.0.7:8765/"
        for name, link in (
            ("localhost:1", "http://10.0.0.7:8765/"),
            ("[::1]:1", "http://10.0.0.7:8765/"),
            ("10.0.0.9:8765", "http://10.0.0.9:8765/"),
        ):
            for query, behind in (("", ""), ("?K7M4WX", "#K7M4WX"), ("?<b>", ""), ("?" + "A" * 17, ""), ("?%41", "")):
                assert (await fetch(port, f"/link{query}", name)).body.decode() == f"{link}{behind}\n"
                picture = await fetch(port, f"/qr.svg{query}", name)
                assert picture.body.decode() == svg(f"{link}{behind}", "QR code of the link")
                assert picture.headers["Content-Type"] == "image/svg+xml; charset=utf-8"


async def test_a_browser_finds_an_icon_and_pictures_have_the_pace_of_questions(host):
    async with host(limits=Limits(health_burst=2, health_per_s=0.0)) as hosted:
        port = port_of(hosted)
        icons = [await fetch(port, "/favicon.ico") for _ in range(4)]
        assert {one.status for one in icons} == {200}
        assert [(await fetch(port, f"/qr.svg?A{number}")).status for number in range(3)] == [200, 200, 429]
        assert (await fetch(port, "/link")).status == 200


async def test_the_librarys_own_refusals_have_the_same_headers(host):
    async with host() as hosted:
        port = port_of(hosted)
        for status, said in (
            (426, {"Upgrade": "h2c"}),
            (400, UPGRADE),
            (403, UPGRADE | KEY | {"Origin": "http://evil"}),
        ):
            answer = await fetch(port, "/", **said)
            assert answer.status == status
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


# --- by which name --------------------------------------------------------------------------------------------------


OWN = ("127.0.0.1", "127.0.0.1:8765", "[::1]:8765", "10.0.0.7", "LOCALHOST", "localhost.", socket.gethostname())
STRANGE = (
    *(
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "a@localhost",
        "::1",
        "",
    ),
    *(
        "localhost, evil.example",
        "localhost:99999999",
        "127.1",
        "x" * 300,
        "[::1",
        "[]",
        "-",
        ".",
        "2130706433",
        "0x7f.1",
    ),
)


async def test_an_address_and_the_machines_own_names_are_answered(host):
    async with host() as hosted:
        for name in OWN:
            assert (await fetch(port_of(hosted), "/", name)).status == 200, name
            assert (await fetch(port_of(hosted), "/", name, **UPGRADE, **KEY)).status == 101, name


async def test_another_name_is_refused_to_page_websocket_and_questions_alike(host):
    async with host(limits=Limits(health_burst=1e9)) as hosted:
        for name in STRANGE:
            for path, more in (("/", {}), ("/metrics", {}), ("/healthz", {}), ("/", UPGRADE | KEY)):
                answer = await fetch(port_of(hosted), path, name, **more)
                assert answer.status == 421, name
                assert b"--host-name NAME" in answer.body
                assert answer.body.count(b"\n") == 1


async def test_two_names_in_one_request_are_none(host):
    async with host() as hosted:
        answer = await said(port_of(hosted), b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n")
    assert taken_apart(answer).status == 421


def test_a_machine_is_known_by_its_name_with_and_without_local_and_by_names_given(monkeypatch):
    for own in ("Lab-7", "lab-7.local"):
        monkeypatch.setattr(socket, "gethostname", lambda own=own: own)
        names = HostNames(("Market.Example.org.", "*.class.example"))
        for name in ("lab-7", "LAB-7.local", "lab-7.local.:80", "market.example.org:1", "a.class.example"):
            assert names.has(name), name
        for name in ("lab", "lab-7.local.evil", "example.org", "class.example", "a.b.class.example", ".class.example"):
            assert not names.has(name), name


# --- from which page ------------------------------------------------------------------------------------------------


async def test_a_page_of_the_server_itself_may_connect_and_no_other(host):
    async with host() as hosted:
        port = port_of(hosted)
        async with connect(hosted.url, origin=f"http://127.0.0.1:{port}", proxy=None):
            pass
        others = ["http://127.0.0.1", f"http://127.0.0.1:{port + 1}", f"http://localhost:{port}", "null", "http://evil"]
        for origin in others:
            with pytest.raises(InvalidStatus, match="403"):
                await connect(hosted.url, origin=origin, proxy=None)
        own = f"http://localhost:{port}"
        two = f"Host: localhost:{port}\r\nOrigin: {own}\r\nOrigin: http://evil\r\n"
        upgrade = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in (UPGRADE | KEY).items())
        answer = await said(port, f"GET / HTTP/1.1\r\n{two}{upgrade}\r\n".encode())
        assert taken_apart(answer).status in (400, 403)


# --- how much -------------------------------------------------------------------------------------------------------


async def test_forty_phones_behind_one_address_load_the_page_while_others_trade(host):
    async with host() as hosted:
        _, (b1, b2, *_) = await trading(hosted)
        port = port_of(hosted)
        loads = [asyncio.create_task(fetch(port, path)) for _ in range(40) for path in page_files()]
        for price in range(20, 40):
            b1, b2 = b2, b1
            assert isinstance(await b1.say(Bid(price)), Accepted)
        answers = await asyncio.gather(*loads)
        assert {answer.status for answer in answers} == {200}
        await hosted.until(lambda: not hosted.host.arrivals.waiting)


async def test_files_have_a_pace_of_their_own_that_takes_nothing_from_the_log_ins(host):
    bounds = Limits(files_burst=2, files_per_s=0.0, files_waiting_max=3, handshakes_burst=1, handshakes_per_s=0.0)
    async with host(limits=bounds) as hosted:
        port = port_of(hosted)
        assert [(await fetch(port)).status for _ in range(2)] == [200, 200]
        waiting = [asyncio.create_task(fetch(port)) for _ in range(3)]
        files = hosted.host.desk.throttle._of("127.0.0.1").files
        await hosted.until(lambda: files.waiting == 3)
        assert (await fetch(port)).status == 429
        assert (await hosted.join(0)).welcome.seat == 0
        for one in waiting:
            one.cancel()
        await hosted.until(lambda: not files.waiting)


async def test_a_browser_that_asks_with_tls_first_is_told_at_once_that_there_is_none(host):
    async with host(limits=Limits(login_s_max=3_600.0)) as hosted:
        assert await said(port_of(hosted), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 600) == b""


async def test_a_phone_that_reads_slowly_has_its_file_in_the_end_and_holds_nothing_up(host, monkeypatch):
    """Its file is longer than the system takes at once, and for a while it reads nothing."""
    body = bytes(range(256)) * 4_096
    long = StaticFile("text/plain", Form(body, '"1"'), Form(body, '"2"'))
    async with host() as hosted:
        monkeypatch.setattr(hosted.host.requests, "_files", {"/long": long})
        reader, writer = await slow(port_of(hosted))
        writer.write(b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n")
        (connection,) = [one async for one in becomes_slow(hosted)]
        _, (b1, *_) = await trading(hosted)
        assert isinstance(await b1.say(Bid(50)), Accepted)
        assert connection.buffered() > 0
        answer = taken_apart(await reader.read())
        assert answer.body == body
        writer.close()


async def test_whoever_takes_nothing_of_a_file_is_cut(host, monkeypatch):
    body = bytes(1 << 24)
    long = StaticFile("text/plain", Form(body, '"1"'), Form(body, '"2"'))
    async with host(limits=Limits(login_s_max=0.1)) as hosted:
        monkeypatch.setattr(hosted.host.requests, "_files", {"/long": long})
        reader, writer = await slow(port_of(hosted))
        writer.write(b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await hosted.until(lambda: hosted.host.arrivals.waiting == 1)
        await hosted.until(lambda: not hosted.host.arrivals._open)
        with contextlib.suppress(ConnectionResetError):
            assert len(await reader.read()) < len(body)
        writer.close()


async def slow(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection whose system keeps few bytes for it."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    plain.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=plain, limit=1_024)


async def becomes_slow(hosted: Hosted) -> AsyncIterator[PacedSocket]:
    """The connections for which bytes wait."""
    arrivals = hosted.host.arrivals
    await hosted.until(lambda: any(one.buffered() for one in arrivals._open))
    for one in arrivals._open:
        if one.buffered():
            yield one


async def test_a_request_in_pieces_or_with_much_in_it_is_answered(host):
    async with host() as hosted:
        port = port_of(hosted)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for byte in b"HEAD /watch HTTP/1.1\r\nHost: localhost\r\n\r\n":
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(0)
        assert taken_apart(await reader.read()).status == 200
        writer.close()
        cookies = {f"Cookie_{number}": "x" * 500 for number in range(14)}  # other programs' on localhost
        assert (await fetch(port, "/", **cookies)).status == 200
        assert (await fetch(port, "/", **cookies, **UPGRADE, **KEY)).status == 101


# --- behind TLS -----------------------------------------------------------------------------------------------------


async def test_behind_tls_the_page_is_the_same_and_connects_to_wss(opened, certificate):
    cert, key = certificate
    over = transport("127.0.0.1", cert, key, False, ())
    assert over.page("127.0.0.1", 8765) == "https://127.0.0.1:8765/"
    trusting = ssl.create_default_context(cafile=str(cert))
    async with hosting(opened, HostedSession(opened, over)) as hosted:
        port = port_of(hosted)
        for method, body in (("GET", FILES["index.html"]), ("HEAD", b"")):
            answer = await fetch(port, "/", "lab.example", method, trusting)
            assert (answer.status, answer.body) == (200, body), "a name of its certificate"
        assert (await fetch(port, "/", "a.class.example", tls=trusting)).status == 200
        assert (await fetch(port, "/", "evil.example", tls=trusting)).status == 421
        assert (await fetch(port, "/none", tls=trusting)).status == 404
        assert (await fetch(port, "/", method="POST", tls=trusting)).status == 405
        assert (await fetch(port, "/link", "10.0.0.7:1", tls=trusting)).body == b"https://10.0.0.7:1/\n"
        secure = hosted.url.replace("ws:", "wss:")
        async with connect(secure, ssl=trusting, origin=f"https://127.0.0.1:{port}", proxy=None):
            pass
        with pytest.raises(InvalidStatus, match="403"):
            await connect(secure, ssl=trusting, origin="https://evil.example", proxy=None)


async def test_behind_tls_files_have_their_own_pace_too(opened, certificate):
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    over = transport("127.0.0.1", *certificate, False, ())
    bounds = Limits(files_burst=1, files_per_s=0.0, files_waiting_max=0)
    opened = replace(opened, limits=bounds)
    async with hosting(opened, HostedSession(opened, over)) as hosted:
        statuses = [(await fetch(port_of(hosted), tls=trusting)).status for _ in range(2)]
    assert statuses == [200, 429]


# --- what lies there ------------------------------------------------------------------------------------------------


def test_only_files_of_a_page_are_served(tmp_path: Path):
    for name in ("index.html", "a.js", "b.css", "c.json", "notes.txt", "key.pem", ".hidden"):
        (tmp_path / name).write_text(name)
    assert set(read_files(tmp_path)) == {"/", "/watch", "/a.js", "/b.css", "/c.json"}


def test_the_page_is_small_and_has_nothing_from_elsewhere_and_nothing_inline():
    assert len(FILES) <= 6
    code = {name: body for name, body in FILES.items() if not name.endswith(".json")}
    assert sum(map(len, code.values())) <= 90_000
    assert sum(len(body) for name, body in FILES.items() if name.endswith(".json")) <= 30_000
    for name, body in code.items():
        text = body.decode()
        found = re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]+", text.replace("http://www.w3.org/2000/svg", ""), re.I)
        assert not [one for one in found if one.startswith("http")], name
        assert not name.endswith(".css") or "@import" not in text, name
    page = FILES["index.html"].decode()
    assert not re.findall(r"<script(?![^>]*\bsrc=)", page)
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
