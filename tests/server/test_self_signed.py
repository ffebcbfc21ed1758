"""A certificate of this machine's own: its names, its term, what is kept of it, and what is said."""

import datetime
import ssl
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.connections.transport import TransportError, certified_names, transport
from server.hosted_session import HostedSession, SessionParts
from server.serve.command import serve
from server.serve.self_signed import self_signed, state_folder, wanted_names
from server.web.host_names import given_name
from tests.plays.fetched import fetch
from tests.plays.hosted import hosting

NOW = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
NAMES = {"lab-7", "lab-7.local", "127.0.0.1", "::1", "192.168.1.7"}


async def test_the_page_behind_it_is_reached_by_whoever_trusts_it(opened: SessionParts, tmp_path: Path) -> None:
    now = datetime.datetime.now(datetime.UTC)
    cert, key, fingerprint = self_signed(NAMES, tmp_path / "tls", now)
    assert len(fingerprint.split(":")) == 32
    over = transport("127.0.0.1", cert, key, False, ())
    assert {"lab-7", "lab-7.local"} <= set(over.names)
    trusting = ssl.create_default_context(cafile=str(cert))
    async with hosting(opened, HostedSession(opened, over)) as hosted:
        port = int(hosted.url.rpartition(":")[2])
        assert (await fetch(port, "/", "lab-7.local", tls=trusting)).status == 200


def test_it_is_kept_and_made_anew_where_a_name_is_missing_or_it_ends_soon(tmp_path: Path) -> None:
    cert, key, first = self_signed(NAMES, tmp_path, NOW)
    assert (cert.stat().st_mode & 0o777, key.stat().st_mode & 0o777) == (0o600, 0o600)
    assert self_signed(NAMES - {"lab-7"}, tmp_path, NOW)[2] == first
    assert self_signed(NAMES, tmp_path, NOW + datetime.timedelta(days=80))[2] == first
    later = self_signed(NAMES, tmp_path, NOW + datetime.timedelta(days=84))[2]
    other = self_signed({*NAMES, "10.0.0.9"}, tmp_path, NOW + datetime.timedelta(days=84))[2]
    assert len({first, later, other}) == 3


@pytest.mark.parametrize("spoilt", ["cert.pem", "key.pem"])
def test_files_that_do_not_belong_together_are_made_anew(tmp_path: Path, spoilt: str) -> None:
    first = self_signed(NAMES, tmp_path, NOW)[2]
    other, *_ = self_signed(NAMES, tmp_path / "other", NOW)
    for left in (b"", other.with_name(spoilt).read_bytes()):
        (tmp_path / spoilt).write_bytes(left)
        cert, key, now = self_signed(NAMES, tmp_path, NOW)
        assert now != first
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)


def test_it_has_the_machines_own_names_and_those_that_were_given() -> None:
    names = wanted_names("0.0.0.0", ("Lab.example.org.",))
    assert {"localhost", "127.0.0.1", "::1", "lab.example.org"} <= names
    assert "0.0.0.0" not in names
    assert "10.1.2.3" in wanted_names("10.1.2.3", ())


def test_a_name_is_as_browsers_say_it() -> None:
    assert given_name("Labor.Universität.example.") == "labor.xn--universitt-y5a.example"
    for wrong in ("", "a b", "lab:80", "http://lab", "lab/x", "*"):
        with pytest.raises(ValueError):
            given_name(wrong)
        assert "--host-name: no name" in CliRunner().invoke(serve, ["smith-1962-test-1", "--host-name", wrong]).output


def test_a_certificate_that_is_out_of_date_names_nobody(tmp_path: Path) -> None:
    cert, key, _ = self_signed(NAMES, tmp_path, NOW - datetime.timedelta(days=1_000))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    assert certified_names(context, cert) == ()


def test_without_the_extra_there_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(TransportError, match=r"extra 'tls' \(cryptography\)"):
        self_signed(NAMES, tmp_path, NOW)
    assert not list(tmp_path.iterdir())


def test_what_phones_show_is_said_and_two_certificates_are_one_too_many(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "pit" / "tls"
    said = CliRunner().invoke(serve, ["no-such-scenario", "--tls-self-signed", "--host", "127.0.0.1"])
    assert "This Connection Is Not Private" in said.output
    assert "SHA-256" in said.output
    two = CliRunner().invoke(serve, ["smith-1962-test-1", "--tls-self-signed", "--tls-cert", "x.pem"])
    assert "--tls-self-signed makes a certificate" in two.output
