"""A real terminal under a trader's program: keys in haste, pastes, a signal, and a window that is gone."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import ROOT
from tests.plays.real_terminal import ENDING_S, GUARD_S, PIT, SCENARIO, TMUX, Screen, serving

pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed: no real terminal to play in")
LONGER = SCENARIO.replace("period_s = 10", "period_s = 300").replace("[[300]]", "[[300, 299]]")
LONGER = LONGER.replace("reaction_mean_s = 0.2", "reaction_mean_s = 900")
"""A market in which nothing happens for as long as a test needs."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[dict[str, object]]:
    with serving(tmp_path, LONGER) as opened:
        yield opened


@pytest.fixture
def screen(server: dict[str, object], tmp_path: Path) -> Iterator[Screen]:
    """A trader's terminal in which trading has begun."""
    (free,) = server["seats"]
    screen = Screen(tmp_path / "socket", f"{PIT} trade {server['url']}", PIT_CODE=free["code"])
    try:
        screen.until(lambda text: "You are a" in text and "Your" in text)
        yield screen
    finally:
        screen.close()


def entry(text: str) -> str:
    """What is typed, as the screen shows it."""
    line = next((line for line in text.splitlines() if line.startswith((" Your bid:", " Your ask:"))), "")
    return line.partition("cents")[0].partition(":")[2].replace("▏", "").strip()


@pytest.mark.parametrize("escape_time", ["0", "500"])
def test_digits_within_the_escape_time_of_a_terminal_are_never_lost(screen: Screen, escape_time: str) -> None:
    screen.tmux("set-option", "-s", "escape-time", escape_time)
    screen.press("9", "9")
    screen.until(lambda text: entry(text) == "99")
    screen.press("Escape", "1", "5", "0")
    screen.until(lambda text: entry(text) == "150")
    screen.press("Escape", "1", "Escape", "2", "2", "Escape", "3")
    screen.until(lambda text: entry(text) == "3")


def pasted(screen: Screen, text: str) -> None:
    screen.tmux("set-buffer", text)
    screen.tmux("paste-buffer", "-p", "-t", "play")


def test_a_paste_stands_as_it_is_or_is_refused_whatever_its_length(screen: Screen) -> None:
    pasted(screen, "150\n")
    screen.until(lambda text: entry(text) == "150")
    for text in ("1" * 10_000, "160\n170\n"):
        pasted(screen, text)
        screen.until(lambda text: "Not pasted: that is no price" in text)
        assert entry(screen.text()) == "150"
        screen.press("Up")
        screen.until(lambda text: entry(text) == "151" and "Not pasted" not in text)
        screen.press("Down")
        screen.until(lambda text: entry(text) == "150")


def test_a_signal_to_end_leaves_the_terminal_as_it_was(screen: Screen) -> None:
    pane = screen.tmux("display", "-p", "-t", "play", "#{pane_pid}").strip()
    program = next(pid for pid in descendants(int(pane)) if "pit" in command(pid))
    os.kill(program, signal.SIGTERM)
    text = screen.until(lambda text: "status" in text)
    assert "status 143" in text
    assert "Ended by a signal" in text
    state = screen.tmux("display", "-p", "-t", "play", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}")
    assert state.split() == ["0", "0", "1"]
    screen.press("h", "i")
    screen.until(lambda text: "hi" in text)


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [found for child in started for found in (int(child), *descendants(int(child)))]


def test_a_vanished_terminal_ends_the_program_though_hangups_are_ignored(server: dict[str, object]) -> None:
    (free,) = server["seats"]
    master, slave = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "pit", "trade", str(server["url"])],
        cwd=ROOT,
        env={**os.environ, "PIT_CODE": str(free["code"]), "TERM": "xterm-256color"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    ) as program:
        try:
            os.close(slave)
            seen = b""
            while b"You are a" not in seen:
                seen += os.read(master, 65_536)
            assert not has_left(server)
            os.close(master)
            assert program.wait(ENDING_S) == 129
        finally:
            program.kill()
    until(lambda: has_left(server))


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + GUARD_S
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def has_left(server: dict[str, object]) -> bool:
    """Whether the record says that a trader's connection has closed."""
    return b'"left"' in (Path(str(server["recording"])) / "journal.jsonl").read_bytes()
