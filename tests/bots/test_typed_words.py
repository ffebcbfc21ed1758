"""Addresses and words as people type them, and what they are told when nobody is there."""

import errno
import socket
import ssl
from pathlib import Path

import click
import pytest

from bots.experimenter import message_for
from p2p.messages import Announce, Extend
from p2p.protocol.server_address import os_sentence, websocket_url
from tests.conftest import SMALL
from tests.plays.lab import pit, serve


def nobody() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("127.0.0.1:9", "ws://127.0.0.1:9"),
        ("127.0.0.1", "ws://127.0.0.1:8765"),
        ("http://lab:8765", "ws://lab:8765"),
        ("https://lab", "wss://lab"),
        ("wss://lab:443/", "wss://lab:443/"),
        ("[::1]:9", "ws://[::1]:9"),
    ],
)
def test_an_address_is_taken_as_it_is_typed(typed: str, url: str) -> None:
    assert websocket_url(typed) == url


@pytest.mark.parametrize("typed", ["", ":9", "ftp://lab", "lab:port", "lab:99999", "mqtt://lab", "lab:0"])
def test_what_is_no_address_is_said(typed: str) -> None:
    with pytest.raises(ValueError, match="is no address to join"):
        websocket_url(typed)


@pytest.mark.parametrize("scheme", ["", "http://", "ws://"])
@pytest.mark.parametrize("words", [["ctl", "status"], ["bot"]])
def test_every_command_takes_every_form_and_says_that_nobody_is_there(
    tmp_path: Path, scheme: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("p2p.protocol.retries.RETRY_S_MAX", 0.0)
    where = f"{scheme}127.0.0.1:{nobody()}"
    if words[0] == "bot":
        assert "is no address to join" in pit("bot", "ftp://x", cwd=tmp_path, code="AAAAAAAA").stderr
        return
    done = pit(words[0], where, *words[1:], cwd=tmp_path, code="AAAAAAAA")
    assert done.returncode == 2
    assert "Errno" not in done.stderr
    assert "nothing listens there" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_the_experimenter_says_is_not_taken_for_options(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", cwd=tmp_path)
    (tmp_path / "code").write_text(serving.where["control"])
    for words in (["- 5 minutes -"], ["-hurry", "up!"], ["--", "-5", "minutes"], ["--help", "is", "on", "its", "way"]):
        if words[0] == "--help":
            assert "Usage: pit ctl" in serving.ctl("message", *words).stdout
        else:
            assert serving.ctl("message", *words).returncode == 0, words
    host_port = serving.where["url"].removeprefix("ws://")
    for at in (host_port, f"http://{host_port}"):
        done = pit("ctl", at, "message", "--", "--code-file", "code", "one", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert pit("ctl", "--code-file=code", at, "status", cwd=tmp_path).stdout.startswith("lobby")
    told = (serving.recording / "announcements.json").read_text()
    serving.kill()
    assert '"- 5 minutes -"' in told
    assert '"-hurry up!"' in told
    assert '"-5 minutes"' in told


@pytest.mark.parametrize(
    ("command", "words", "said"),
    [
        ("message", "", "a message has 1 to 500 characters"),
        ("message", "  ", "a message has 1 to 500 characters"),
        ("message", None, "message takes a text"),
        ("extend", "-30", "'-30' is no number of seconds"),
        ("extend", "", "'' is no number of seconds"),
        ("extend", "nan", "'nan' is no number of seconds"),
        ("pause", "now", "pause takes nothing behind it"),
    ],
)
def test_words_that_cannot_be_said_are_answered(command: str, words: str | None, said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        message_for(command, words)


@pytest.mark.parametrize(("words", "said"), [(["extend", "-30"], "'-30' is no number"), (["message", ""], "1 to 500")])
def test_they_reach_the_command_as_they_were_typed(tmp_path: Path, words: list[str], said: str) -> None:
    done = pit("ctl", "127.0.0.1:9", *words, cwd=tmp_path, code="AAAAAAAA")
    assert (done.returncode, said in done.stderr, len(done.stderr.splitlines())) == (2, True, 1)


def test_words_that_can_be_said_are_messages() -> None:
    assert message_for("message", "- 5 minutes -") == Announce("- 5 minutes -")
    assert message_for("extend", "30") == Extend(30_000_000)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 9)"), "nothing listens there"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] again"), "nothing listens there"),
        (socket.gaierror(-2, "Name or service not known"), "no machine of that name"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(12345, "strange"), "strange"),
        (OSError("[Errno 4711] odd"), "odd"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "TLS is not agreed on"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_an_error_of_the_system_is_a_sentence(error: OSError, sentence: str) -> None:
    said = os_sentence(error)
    assert sentence in said
    assert "Errno" not in said
