"""Agents that fail, wherever sessions are simulated: one line with their name, on any number of cores, and soon."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from p2p.agents.invocation import AgentFailed
from p2p.sim.simulation.batch import SessionSpec, play_all
from p2p.sim.tournament.tournament import gains_of_all
from tests import ROOT
from tests.plays.lab import GUARD_S, pit
from tests.plays.play import small

SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1"
FAILING = """import os
from p2p.agents import Agent

class Raises(Agent, kw_only=True):
    def decide(self, view, rng):
        return 1 / 0

class NeverReturns(Agent, kw_only=True):
    def decide(self, view, rng):
        with open("reached", "a"):
            pass
        while True:
            pass

class Ends(Agent, kw_only=True):
    def decide(self, view, rng):
        os._exit(1)
"""


@pytest.fixture
def failing(tmp_path: Path) -> str:
    """The file with the agents that fail."""
    (tmp_path / "bad.py").write_text(FAILING, encoding="utf-8")
    return f"{tmp_path}/bad.py"


def of(word: str, sessions: int) -> list[SessionSpec]:
    """Sessions in which it sits on one of four seats."""
    return [SessionSpec(k, small(), ("zic", "zic", word, "zic"), k, k) for k in range(1, sessions + 1)]


@pytest.mark.parametrize("agent", ["Raises", "Ends"])
def test_a_baseline_that_fails_is_said_in_one_line(agent: str, failing: str, tmp_path: Path) -> None:
    answered = pit("score", str(SAMPLE), "--agents", f"bad.py:{agent}", "--workers", "2", cwd=tmp_path)
    assert answered.returncode == 2
    said = "bad.py:Raises on seat " if agent == "Raises" else "a process was ended"
    assert answered.stderr.splitlines()[-1].startswith(f"pit: {said}")
    assert "Traceback" not in answered.stderr


def test_one_that_ends_its_process_is_said_in_one_line_by_simulate_too(failing: str, tmp_path: Path) -> None:
    words = ("--agents", "bad.py:Ends:1,zic:*", "--sessions", "6", "--workers", "2")
    answered = pit("simulate", "smith-1962-test-1", *words, cwd=tmp_path)
    assert answered.returncode == 2
    assert answered.stderr.splitlines()[-1].startswith("pit: a process was ended")
    assert "Traceback" not in answered.stderr


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("played", [play_all, gains_of_all])
def test_one_that_never_returns_ends_all_sessions_by_its_name_once(played, workers, failing, tmp_path, monkeypatch):
    """Of thirty sessions in which it would hang none is waited for after the first, on one core or several."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("p2p.sim.simulation.agent_timeout.CALL_S_MAX", 0.2)
    began = time.monotonic()
    with pytest.raises(AgentFailed, match=r"NeverReturns on seat 2, .*nothing has come of it for 0\.2 s"):
        list(played(of(f"{failing}:NeverReturns", 30), workers))
    assert time.monotonic() - began < 10


def test_ctrl_c_ends_a_simulation_whose_agent_never_returns(failing: str, tmp_path: Path) -> None:
    words = ("simulate", "smith-1962-test-1", "--agents", "bad.py:NeverReturns:1,zic:*", "--workers", "2")
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "pit", *words, "--sessions", "40"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        until = time.monotonic() + GUARD_S
        while not (tmp_path / "reached").exists():
            assert time.monotonic() < until, "no agent was ever asked"
            assert process.poll() is None
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "pit: stopped"
