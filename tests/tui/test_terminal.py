"""The trader's program in a real terminal against a real server: from the keys to the results and back to the shell."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from recordings.reading.replay import read_replay
from tests import ROOT

TMUX = shutil.which("tmux")
pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed: no real terminal to play in")

GUARD_S = 60.0
"""No wait is longer; what is waited for comes within seconds."""
ENDING_S = 10.0
"""A server that has not stopped by then is ended: these tests are of the terminal."""
PIT = f"{shlex.quote(sys.executable)} -m pit"
SCENARIO = """
title = "One buyer, one robot"
currency = "cents"
periods = 1
period_s = 10
break_s = 0
no_loss = "people"
institution = { price_min = 1, price_max = 400 }
environment = { buyers = [[300]], sellers = [[100]] }
robots = { reaction_mean_s = 0.2 }
"""


class Screen:
    """A terminal of a fixed size in which a command runs."""

    def __init__(self, socket: Path, command: str, **environment: str) -> None:
        self.socket = socket
        setting = " ".join(f"{key}={shlex.quote(value)}" for key, value in environment.items())
        shell = f"cd {shlex.quote(str(ROOT))} && {setting} {command}; echo status $?; cat"
        self.tmux("new-session", "-d", "-s", "play", "-x", "80", "-y", "24", shell)

    def tmux(self, *arguments: str) -> str:
        assert TMUX is not None
        done = subprocess.run(
            [TMUX, "-f", os.devnull, "-S", str(self.socket), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", "-t", "play", *keys)

    def text(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "play")

    def until(self, holds: Callable[[str], bool]) -> str:
        """Look until the screen says it."""
        end = time.monotonic() + GUARD_S
        while time.monotonic() < end:
            text = self.text()
            if holds(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"it never came to the screen:\n{self.text()}")

    def close(self) -> None:
        self.tmux("kill-server")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[dict[str, object]]:
    """A server of a tiny market with a robot on the other seat."""
    (tmp_path / "tiny.toml").write_text(SCENARIO)
    command = [sys.executable, "-m", "pit", "serve", str(tmp_path / "tiny.toml"), "--port", "0", "--bots", "zic:1"]
    with subprocess.Popen(
        [*command, "--json", "--recordings", str(tmp_path / "recordings")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()
        try:
            process.wait(ENDING_S)
        except subprocess.TimeoutExpired:
            process.kill()


def test_a_person_trades_to_the_end_reads_the_results_and_is_back_in_the_shell(
    server: dict[str, object], tmp_path: Path
) -> None:
    (free,) = server["seats"]
    screen = Screen(tmp_path / "socket", f"{PIT} trade {server['url']}", PIT_CODE=free["code"])
    try:
        text = screen.until(lambda text: "You are a BUYER" in text or "You are a SELLER" in text)
        assert "Period 1 of 1" in text
        screen.press(*("100" if "BUYER" in text else "300"), "Enter")  # in one go: no key overtakes another
        screen.until(lambda text: "accepted" in text or "You bought" in text or "You sold" in text)
        screen.until(lambda text: "the session is over" in text)
        screen.press("q")
        text = screen.until(lambda text: "status" in text)
        assert "status 0" in text
        assert "You earned" in text
    finally:
        screen.close()
    replay = read_replay(Path(str(server["recording"])), int(free["seat"]))
    assert replay.said


def test_a_wrong_code_is_told_after_the_screen_has_gone(server: dict[str, object], tmp_path: Path) -> None:
    screen = Screen(tmp_path / "socket", f"{PIT} trade {server['url']}", PIT_CODE="QQQQQQQQ")
    try:
        text = screen.until(lambda text: "status" in text)
        assert "status 2" in text
        assert "pit: That code is not valid" in text
    finally:
        screen.close()


def test_where_there_is_no_server_one_is_told_within_seconds(tmp_path: Path) -> None:
    screen = Screen(tmp_path / "socket", f"{PIT} trade ws://127.0.0.1:1", PIT_CODE="QQQQQQQQ")
    try:
        screen.until(lambda text: "trying again" in text)
        text = screen.until(lambda text: "status" in text)
        assert "status 2" in text
        assert "no answer from ws://127.0.0.1:1" in text
    finally:
        screen.close()


def test_a_code_may_come_through_a_pipe_and_the_keys_from_the_terminal(
    server: dict[str, object], tmp_path: Path
) -> None:
    (free,) = server["seats"]
    screen = Screen(tmp_path / "socket", f"echo {free['code']} | {PIT} trade {server['url']} --code-file -")
    try:
        screen.until(lambda text: "You are a" in text)
        screen.press("q")
        screen.until(lambda text: "Press q again" in text)
        screen.press("q")
        assert "status 0" in screen.until(lambda text: "status" in text)
    finally:
        screen.close()
