"""Output that is redirected where the encoding is not UTF-8, read by somebody who stops reading, or to no terminal."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from p2p.sim.shell.plain_output import plain
from tests import ROOT
from tests.conftest import SMALL
from tests.plays.lab import GUARD_S, pit

SAMPLE = str(ROOT / "recordings" / "samples" / "smith-1962-test-1")
COMMANDS = [
    ["--help"],
    ["serve", "--help"],
    ["scenarios", "list"],
    ["scenarios", "show", "smith-1962-test-1"],
    ["scenarios", "show", "energy-day"],
    ["scenarios", "show", "price-ceiling"],
    ["scenarios", "keys"],
    ["agents"],
    ["agents", "aa"],
    ["protocol"],
    ["verify", SAMPLE],
    ["score", SAMPLE, "--sessions", "2", "--agents", "zic"],
    ["simulate", "smith-1962-test-1", "--sessions", "2"],
    ["tables", SAMPLE, "--out", "tables"],
    ["runbook", "--help"],
]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "cp437"])
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: "-".join(words[:2])[:30])
def test_no_command_ends_in_a_traceback_where_signs_are_missing(
    tmp_path: Path, words: list[str], encoding: str
) -> None:
    done = pit(*words, cwd=tmp_path, encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "PYTHONIOENCODING" not in done.stderr
    for said in (done.stdout, done.stderr):
        assert "\\u" not in said
        assert "?" not in said.replace("did you mean", "").replace("come back?", "") or words[0] in (
            "protocol",
            "score",
        )


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_a_session_is_served_and_scored_there(tmp_path: Path, encoding: str) -> None:
    title = "Zoë’s market → Łódź 日本"
    (tmp_path / "mine.toml").write_text(SMALL.replace("Two buyers, two sellers", title), encoding="utf-8")
    words = ["--port", "0", "--period-s", "0.5", "--break-s", "0", "--bots", "zic:4"]
    text = SMALL.replace("Two buyers, two sellers", title).replace('start = "experimenter"\n', "")
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    played = pit("serve", "mine.toml", *words, cwd=tmp_path, encoding=encoding)
    assert played.returncode == 0, played.stderr
    assert "Traceback" not in played.stderr
    recording = next(line.split()[1] for line in played.stdout.splitlines() if line.startswith("recording"))
    scored = pit("score", recording, "--sessions", "0", cwd=tmp_path, encoding=encoding)
    assert scored.returncode == 0, scored.stderr
    assert "market" in scored.stdout


def test_a_line_of_json_is_whole_in_every_encoding(tmp_path: Path) -> None:
    folder = tmp_path / "Łódź"
    folder.mkdir()
    (folder / "small.toml").write_text(SMALL)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "pit", "serve", "small.toml", "--port", "0", "--json", "--recordings", "ź"],
        cwd=folder,
        env=dict(os.environ, PYTHONIOENCODING="cp1252"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    where = json.loads(process.stdout.readline())
    assert (folder / where["recording"]).is_dir()
    process.terminate()
    process.communicate(timeout=GUARD_S)


def test_signs_become_their_likes() -> None:
    assert plain("→ ← – … “a” é ─│┌ ≤ α 日") == '-> <- - ... "a" e -|+ <= alpha ?'


def test_a_reader_who_leaves_after_the_first_line_stops_no_session(tmp_path: Path) -> None:
    text = SMALL.replace('start = "experimenter"\n', "")
    (tmp_path / "mine.toml").write_text(text)
    with (tmp_path / "err").open("wb") as errors:
        words = ["serve", "mine.toml", "--port", "0", "--bots", "zic:4", "--period-s", "0.5", "--break-s", "0"]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pit", *words],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=dict(os.environ, PYTHONUNBUFFERED="1"),
            bufsize=0,
        )
        assert process.stdout is not None
        process.stdout.close()  # sooner than head: before the first line
        assert process.wait(GUARD_S) == 0, (tmp_path / "err").read_text()
    told = (tmp_path / "err").read_text()
    assert "the session is over" in told
    assert "Broken pipe" not in told
    assert "Exception ignored" not in told


@pytest.mark.parametrize("words", [["scenarios", "list"], ["protocol"], ["scenarios", "keys"], ["--help"]])
def test_a_reader_who_leaves_is_no_traceback(tmp_path: Path, words: list[str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "pit", *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ, PYTHONUNBUFFERED="1"),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    told = process.stderr.read().decode()
    process.stderr.close()
    process.wait(GUARD_S)
    assert told == ""


@pytest.mark.parametrize("words", [["trade", "127.0.0.1:9"], ["watch", "127.0.0.1:9"], ["replay", SAMPLE]])
def test_a_terminal_that_is_not_utf_8_is_told_so(tmp_path: Path, words: list[str]) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "pit", *words],
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=dict(os.environ, PYTHONIOENCODING="latin-1", PIT_CODE="AAAAAAAA", TERM="xterm"),
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            more = os.read(ours, 4096)
        except OSError:
            break
        if not more:
            break
        told += more
    os.close(ours)
    assert process.wait(GUARD_S) == 2
    assert b"not UTF-8" in told
    assert b"set PYTHONUTF8=1" in told
    assert b"\\u2501" not in told
