"""The robots' own process: it ends with its server, no agent's print is output of ours, and no raise ends it."""

import json
import os
import time
from pathlib import Path

import pytest

from p2p.messages import Passes
from recordings.journal.store import read_folder
from tests.conftest import SMALL
from tests.plays.lab import GUARD_S, journal_reaches, serve

OWN = """
from p2p.agents import Agent

print("imported")


class Mine(Agent, kw_only=True):
    def decide(self, view, rng):
        print("deciding")
        {does}
"""


def serving(tmp_path: Path, does: str, *words: str):
    (tmp_path / "mine.py").write_text(OWN.format(does=does))
    (tmp_path / "small.toml").write_text(SMALL.replace('start = "experimenter"\n', ""))
    return serve("small.toml", "--port", "0", "--bots", "mine.py:Mine:1,zic:3", *words, cwd=tmp_path)


def test_what_an_agent_prints_is_not_in_the_line_of_json(tmp_path: Path) -> None:
    one = serving(tmp_path, "return None", "--period-s", "0.3", "--break-s", "0")
    assert one.process.stdout is not None
    rest = one.process.stdout.read()
    assert one.end() == 0
    assert rest == ""
    assert json.loads(json.dumps(one.where))["url"]
    assert "deciding" in (tmp_path / "serve.err").read_text()


def test_an_agent_that_raises_what_a_keyboard_does_passes_and_the_others_trade_on(tmp_path: Path) -> None:
    one = serving(tmp_path, "raise KeyboardInterrupt", "--period-s", "0.5", "--break-s", "0")
    assert one.end() == 0
    said = [record.envelope() for record in read_folder(one.recording).records()]
    assert [each.message for each in said if isinstance(each.message, Passes)] == [Passes("raised")]
    assert len({each.sender for each in said if each.token}) > 1


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for a process's children")
def test_the_robots_end_with_a_server_that_is_killed(tmp_path: Path) -> None:
    one = serving(tmp_path, "return None")
    journal_reaches(one.recording, 6)
    children = Path(f"/proc/{one.process.pid}/task/{one.process.pid}/children").read_text().split()
    assert children
    one.kill()
    until = time.monotonic() + GUARD_S
    while any(os.path.exists(f"/proc/{child}") for child in children):
        assert time.monotonic() < until, "they try to come back to a server that is gone"
        time.sleep(0.05)
    assert time.monotonic() < until - GUARD_S / 2, "seconds, not the minute of a robot's patience"
