"""`pit trade` and `pit replay` before there is a screen: codes, addresses, and errors in one line with status 2."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from textual.app import App

from recordings.journal.store import Store
from tests import ROOT
from tests.plays.tui_plays import small
from tui.commands.terminal_setup import address, seat_code


def pit(*arguments: str, said: str = "", code: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PIT_CODE"}
    if code is not None:
        environment["PIT_CODE"] = code
    return subprocess.run(
        [sys.executable, "-m", "pit", *arguments],
        cwd=ROOT,
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        timeout=60,
        start_new_session=True,
        check=False,
    )


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error of a command that ended with status 2."""
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("pit: ")
    return lines[0]


def test_without_a_terminal_it_says_so_and_what_to_do() -> None:
    said = refused(pit("trade", "ws://127.0.0.1:1", code="ABCDEFGH"))
    assert "terminal" in said
    assert "pit bot" in said


def test_a_console_without_a_terminal_names_the_command_that_needs_none() -> None:
    said = refused(pit("console", "ws://127.0.0.1:1", code="ABCDEFGH"))
    assert "terminal" in said
    assert "pit ctl URL status --json" in said


def test_the_help_of_the_console_has_an_example() -> None:
    done = pit("console", "--help")
    assert done.returncode == 0
    assert "Example: PIT_CODE=ABCD2345 pit console ws://127.0.0.1:8765" in done.stdout


def test_a_code_through_a_pipe_needs_a_terminal_beside_it() -> None:
    assert "terminal" in refused(pit("trade", "ws://127.0.0.1:1", "--code-file", "-", said="ABCDEFGH\n"))


def test_an_address_that_is_none_is_named() -> None:
    assert "'ftp://x' is no address" in refused(pit("trade", "ftp://x"))


def test_no_recording_is_one_line() -> None:
    assert refused(pit("replay", "nowhere")).count("nowhere") == 1


def test_a_recording_without_a_terminal_is_one_line(tmp_path: Path) -> None:
    Store.create(tmp_path / "session", small(), 1, "test").close()
    assert "terminal" in refused(pit("replay", str(tmp_path / "session")))


def test_a_seat_that_a_recording_has_not_is_one_line(tmp_path: Path) -> None:
    Store.create(tmp_path / "session", small(), 1, "test").close()
    assert "seats 0 to 3" in refused(pit("replay", str(tmp_path / "session"), "--seat", "5"))
    assert "no market 3" in refused(pit("replay", str(tmp_path / "session"), "--market", "3"))
    assert "--seat or --market" in refused(pit("replay", str(tmp_path / "session"), "--seat", "0", "--market", "0"))


def test_a_recording_that_is_none_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b"not a journal\n")
    assert "header" in refused(pit("replay", str(tmp_path)))


def test_help_comes_with_an_example_and_without_textual() -> None:
    for command in ("trade", "replay"):
        assert "Example: " in pit(command, "--help").stdout
    script = "import sys; sys.argv=['pit','trade','--help']\nimport pit\ntry: pit.main()\nexcept SystemExit: pass\n"
    done = subprocess.run(
        [sys.executable, "-c", script + "assert not {'textual', 'numpy', 'rich'} & set(sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("127.0.0.1:8765", "ws://127.0.0.1:8765"),
        ("192.0.2.7", "ws://192.0.2.7:8765"),
        ("[::1]", "ws://[::1]:8765"),
        ("ws://lab", "ws://lab"),
        ("ws://lab:1", "ws://lab:1"),
        ("http://lab:80/x", "ws://lab:80/x"),
        ("https://lab", "wss://lab"),
    ],
)
def test_an_address_may_be_short(given: str, meant: str) -> None:
    assert address(given) == meant


@pytest.mark.parametrize("given", ["", "ws://", "ws://lab:99999", "mailto:x", "ws://[::1", "lab:x"])
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(click.UsageError, match="no address"):
        address(given)


def test_the_code_comes_from_the_file_before_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIT_CODE", " qqqqqqqq ")
    (tmp_path / "code").write_text("abcd2345\n")
    assert seat_code(str(tmp_path / "code")) == "ABCD2345"
    assert seat_code(None) == "QQQQQQQQ"


@pytest.mark.parametrize("text", ["", "\n", "three words and more", "x" * 17, "ÄÖÜ"])
def test_what_is_no_code_is_told_before_anything_is_sent(tmp_path: Path, text: str) -> None:
    (tmp_path / "code").write_text(text, encoding="utf-8")
    with pytest.raises(click.UsageError, match="code"):
        seat_code(str(tmp_path / "code"))


def test_a_code_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="cannot be read"):
        seat_code(str(tmp_path / "none"))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(click.UsageError, match="cannot be read"):
        seat_code(str(tmp_path / "binary"))


@pytest.mark.parametrize("name", ["trade", "watch", "replay"])
def test_a_program_that_crashes_ends_with_a_status_that_says_so(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = importlib.import_module(f"tui.apps.{name}")
    kind = getattr(module, f"{name.title()}App")

    def fail(self: object) -> None:
        raise RuntimeError("a bug of ours")

    monkeypatch.setattr(kind, "on_mount", fail)
    monkeypatch.setattr(kind, "run", lambda self: App.run(self, headless=True))
    command = importlib.import_module(f"tui.commands.{name}")
    monkeypatch.setattr(command, "need_terminal", lambda **_: None)
    monkeypatch.setenv("PIT_CODE", "ABCDEFGH")
    where = str(ROOT / "recordings" / "samples" / "smith-1962-test-1") if name == "replay" else "127.0.0.1:9"
    called = importlib.import_module("pit_replay") if name == "replay" else command
    assert getattr(called, name).main([where], standalone_mode=False) == 1
    assert "a bug of ours" in "".join(capsys.readouterr())
