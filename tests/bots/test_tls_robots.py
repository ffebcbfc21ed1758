"""Robots of `pit serve` over TLS, with a certificate as a laboratory has one: for its name, signed by somebody."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from websockets.asyncio.server import serve as serve_sockets

from bots.client import Client
from bots.reconnecting import Lost
from bots.robots.tls_trust import VARIABLE, trusted
from server.connections.transport import transport
from tests.conftest import SMALL
from tests.plays.lab import serve


def openssl(*words: str, cwd: Path) -> None:
    subprocess.run(["openssl", *words], cwd=cwd, check=True, capture_output=True)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The chain of a laboratory's server, its own certificate first, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make certificates with")
    folder = tmp_path_factory.mktemp("tls")
    new = ("req", "-newkey", "rsa:2048", "-nodes")
    signed = ("-CA", "signer.pem", "-CAkey", "signer.key", "-CAcreateserial", "-days", "1", "-extfile", "names.txt")
    openssl(*new, "-x509", "-subj", "/CN=signer", "-keyout", "signer.key", "-out", "signer.pem", cwd=folder)
    for name in ("lab", "other"):
        (folder / "names.txt").write_text(f"subjectAltName=DNS:{name}.example\n")
        asked = ("-subj", f"/CN={name}.example", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl(*new, *asked, cwd=folder)
        openssl("x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem", cwd=folder)
        text = (folder / f"{name}.pem").read_text() + (folder / "signer.pem").read_text()
        (folder / f"{name}.chain").write_text(text)
    return folder / "lab.chain", folder / "lab.key"


def test_robots_join_their_own_server_whatever_its_name_and_whoever_signed_it(chain, tmp_path: Path) -> None:
    cert, key = map(str, chain)
    rules = SMALL.replace('"experimenter"', '"when_full"').replace("_s = 60", "_s = 1")
    (tmp_path / "small.toml").write_text(rules)
    serving = serve("small.toml", "--port", "0", "--tls-cert", cert, "--tls-key", key, "--bots", "zic:4", cwd=tmp_path)
    try:
        assert serving.end() == 0, (tmp_path / "serve.err").read_text()
    except subprocess.TimeoutExpired:
        serving.kill()
        pytest.fail((tmp_path / "serve.err").read_text())


async def test_they_trust_that_certificate_alone(chain, monkeypatch) -> None:
    """Not even another one of the same signer's: what listens there would be no server of theirs."""
    cert, _ = chain
    monkeypatch.setenv(VARIABLE, str(cert))
    folder = cert.parent
    over = transport("127.0.0.1", folder / "other.chain", folder / "other.key", False, ())

    async def nobody(socket: object) -> None:
        raise AssertionError("nobody is let in")

    async with serve_sockets(nobody, "127.0.0.1", 0, ssl=over.tls) as listening:
        client = Client(f"wss://127.0.0.1:{next(iter(listening.sockets)).getsockname()[1]}", "AAAAAAAA", "robot")
        client.tls = trusted()
        assert [one async for one in client.happenings() if not isinstance(one, Lost)] == []
    assert client.closed is not None
    assert "certificate" in client.closed.why
    assert "not an address" not in client.closed.why


def test_who_is_no_robot_of_a_servers_trusts_whom_the_system_trusts(monkeypatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert trusted() is None


def test_a_file_with_no_certificate_is_said(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "no.pem"))
    with pytest.raises(ssl.SSLError):
        trusted()
