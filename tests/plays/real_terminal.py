"""A real terminal for tests: tmux, a server of a tiny market, and the screen as it is drawn."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import ROOT

TMUX = shutil.which("tmux")

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


@contextmanager
def serving(folder: Path, scenario: str = SCENARIO) -> Iterator[dict[str, object]]:
    """A server of a tiny market with a robot on the other seat."""
    (folder / "tiny.toml").write_text(scenario)
    command = [sys.executable, "-m", "pit", "serve", str(folder / "tiny.toml"), "--port", "0", "--bots", "zic:1"]
    with subprocess.Popen(
        [*command, "--json", "--recordings", str(folder / "recordings")],
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
