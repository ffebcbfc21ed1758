"""The robots' own process: it ends with its server, no agent's print is output of ours, and no raise ends it."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from p2p.messages import Joined, Left, Passes
from recordings.journal.store import read_folder
from tests.conftest import SMALL
from tests.plays.lab import GUARD_S, journal_reaches, serve

OWN = """
import asyncio, ctypes, os, signal
from pathlib import Path

from p2p.agents import Agent

print("imported")


class Mine(Agent, kw_only=True):
    def decide(self, view, rng):
        print("deciding")
        {does}
"""

LINUX = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks Linux for a process's children")


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


@LINUX
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


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def told(tmp_path: Path, sentence: str, times: int = 1) -> None:
    """Wait until the server has said a sentence so often."""
    until = time.monotonic() + GUARD_S
    while (said := (tmp_path / "serve.err").read_text()).count(sentence) < times:
        assert time.monotonic() < until, said
        time.sleep(0.05)


def came_and_went(recording: Path) -> dict[int, list[str]]:
    """Of each seat, who came and that they left, until the end."""
    seats: dict[int, list[str]] = {}
    for record in read_folder(recording).records():
        match record.envelope().message:
            case Joined(seat=seat):
                seats.setdefault(seat, []).append("came")
            case Left(seat=seat):
                seats.setdefault(seat, []).append("left")
            case _:
                pass
    return seats


ONCE = """if not Path("done").exists():
            Path("done").touch()
            {}"""


@LINUX
@pytest.mark.parametrize(
    ("does", "how"),
    [
        ("os._exit(3)", "has ended (status 3)"),
        ("ctypes.string_at(0)", "has ended (status -11)"),
        ("asyncio.get_running_loop().stop()", "it is started again"),
        ("os.closerange(0, 512)", "it is started again"),
        ("os.kill(os.getpid(), signal.SIGSTOP)", "stands still"),
    ],
    ids=["exits", "crashes", "stops the loop", "closes descriptors", "stops"],
)
def test_an_agent_that_ends_its_process_is_told_and_back_and_the_others_have_not_left(tmp_path, does, how) -> None:
    one = serving(tmp_path, ONCE.format(does), "--period-s", "3600")
    told(tmp_path, "it is started again")
    said = next(line for line in (tmp_path / "serve.err").read_text().splitlines() if "it is started again" in line)
    assert "the process of the robots 'mine.py:Mine' " in said
    assert how in said
    until = time.monotonic() + GUARD_S
    while sorted(came_and_went(one.recording).values())[-1] != ["came", "left", "came"]:
        assert time.monotonic() < until, "it does not come back"
        time.sleep(0.1)
    assert one.ctl("end").returncode == 0
    assert one.end() == 0
    each = sorted(happened[:3] for happened in came_and_went(one.recording).values())
    assert each == [["came"]] * 3 + [["came", "left", "came"]], "the others have not left"


@LINUX
def test_an_agent_that_ends_its_process_each_time_is_given_up_and_the_others_trade_on(tmp_path) -> None:
    one = serving(tmp_path, "os._exit(3)", "--period-s", "3600")
    told(tmp_path, "for the 4th time: its seats stay empty; mend the agent")
    assert len(children(one.process.pid)) == 1, "the lab's own robots"
    assert one.ctl("status").returncode == 0
    assert one.ctl("end").returncode == 0
    assert one.end() == 0


@LINUX
def test_robots_that_stand_still_end_with_a_server_that_is_killed(tmp_path) -> None:
    one = serving(tmp_path, "return None", "--period-s", "3600")
    journal_reaches(one.recording, 6)
    robots = children(one.process.pid)
    assert len(robots) == 2, "an own agent has a process of its own"
    for robot in robots:
        os.kill(robot, signal.SIGSTOP)
    one.kill()
    until = time.monotonic() + GUARD_S
    while any(os.path.exists(f"/proc/{robot}") for robot in robots):
        assert time.monotonic() < until, "they are left behind, standing"
        time.sleep(0.05)
