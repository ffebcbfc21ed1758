"""Tournaments: who meets whom, what is counted, and that it comes out the same on any number of cores."""

import csv
import re

import pytest

from p2p.agents.invocation import AgentFailed
from p2p.environments.value_draws import Dealing
from p2p.scenario.assignment import seats_of_markets
from p2p.sim.simulation.batch import SessionSpec
from p2p.sim.tables.estimate import mean_of
from p2p.sim.tournament.tournament import Results, gains_of, gains_of_all, meetings, seats_of_half
from tests.plays.lab import pit
from tests.plays.play import small

SIX = small(buyers=((150,), (120,), (100,)), sellers=((50,), (60,), (90,)))


def test_an_interval_is_students():
    """Of 1 to 5: mean 3, standard error 0.7071, t with four degrees of freedom 2.776."""
    found = mean_of([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.mean == 3
    assert found.high == pytest.approx(3 + 2.776 * 0.7071, abs=0.01)
    assert mean_of([0.0, 1.0] * 500).high == pytest.approx(0.5 + 1.962 * 0.01582, abs=1e-4)
    assert (mean_of([5.0]).low, mean_of([1.0, 2.0, 3.0, 4.0]).low) == (None, None), "so few say too little"


def test_what_rounds_to_nothing_has_no_sign():
    assert mean_of([-0.0001] * 5).said() == "0.000 (0.000 to 0.000)"


def test_a_balanced_group_is_half_of_each_side():
    for seed in range(20):
        half = seats_of_half(SIX, seed)
        dealt = Dealing(SIX.environment, seats_of_markets(SIX, seed)[0], seed, 0)(1)
        assert len(half) == 3
        assert sorted(dealt[seat][0] for seat in half) in (["buyer", "buyer", "seller"], ["buyer", "seller", "seller"])


def test_sessions_come_in_mirrored_pairs_of_one_seed():
    balanced = [m for m in meetings(SIX, ["zic", "ziu"], 4, 1) if m.test == "balanced"]
    first, mirror, *_ = balanced
    assert first.task.seed == mirror.task.seed != balanced[2].task.seed
    assert first.seats_of_a | mirror.seats_of_a == set(range(6))
    assert not first.seats_of_a & mirror.seats_of_a
    assert [first.task.cast[seat] for seat in sorted(first.seats_of_a)] == ["zic"] * 3


def test_one_in_many_is_one():
    one = [m for m in meetings(SIX, ["zic", "ziu"], 4, 1) if m.test == "one in many"]
    assert len(one) == 8
    assert all(m.task.cast.count(m.a) == 1 and m.task.cast.count(m.b) == 5 for m in one)


def results(agents: list[str], sessions: int, workers: int) -> Results:
    planned = list(meetings(SIX, agents, sessions, 3))
    found = Results(agents)
    for meeting, gains in zip(planned, gains_of_all([m.task for m in planned], workers), strict=True):
        found.add_meeting(meeting, gains)
    return found


def test_cores_change_nothing():
    assert results(["zic", "ziu"], 4, 1).pairs() == results(["zic", "ziu"], 4, 2).pairs()


def test_an_agent_against_itself_under_another_name_gains_the_same():
    found = results(["zic", "p2p.agents.strategies.zic:ZIC"], 6, 1)
    balanced, *one_in_many = found.pairs()
    assert balanced.difference.mean == pytest.approx(0.0)
    assert all(pair.difference.mean == pytest.approx(0.0) for pair in one_in_many)


def test_who_gives_everything_away_comes_last():
    places = results(["giveaway", "gd"], 80, 1).ranking()
    assert [place.agent for place in places] == ["gd", "giveaway"]
    assert places[0].beaten == 1


def test_the_command_writes_tables_and_a_plot(tmp_path):
    done = pit(*("tournament", "smith-1962-test-1", "zic", "giveaway", "--sessions", "4", "--out", "out"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "in balanced groups" in done.stdout
    with (tmp_path / "out" / "pairs.csv").open() as file:
        assert [row["test"] for row in csv.DictReader(file)] == ["balanced", "one in many", "one in many"]
    assert (tmp_path / "out" / "tournament.png").stat().st_size > 1_000


FAILING = """from typing import ClassVar
import os
from p2p.agents import Agent

class Raises(Agent, kw_only=True):
    def decide(self, view, rng):
        return 1 / 0

class SaysNonsense(Agent, kw_only=True):
    def decide(self, view, rng):
        return "buy"

class Deaf(Agent, kw_only=True):
    learns: ClassVar[bool] = True
    def see(self, message):
        raise KeyError(message.directive)
    def decide(self, view, rng):
        return None

class NeverReturns(Agent, kw_only=True):
    def decide(self, view, rng):
        while True:
            try:
                os.getpid()
            except Exception:
                pass

class Ends(Agent, kw_only=True):
    def decide(self, view, rng):
        os._exit(1)
"""


@pytest.fixture
def failing(tmp_path):
    """The file with the agents that fail."""
    (tmp_path / "bad.py").write_text(FAILING, encoding="utf-8")
    return f"{tmp_path}/bad.py"


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Raises", "Raises: ZeroDivisionError: division by zero (line 7)"),
        ("SaysNonsense", "SaysNonsense: 'buy' is no action"),
        ("Deaf", "Deaf: KeyError: "),
    ],
)
def test_one_that_fails_ends_the_tournament_by_its_name(name, said, workers, failing):
    planned = meetings(SIX, ["zic", f"{failing}:{name}"], 4, 3)
    with pytest.raises(AgentFailed) as caught:
        list(gains_of_all([meeting.task for meeting in planned], workers))
    assert re.match(rf"{re.escape(failing)}:{name} on seat \d, [\d.]+ s: {re.escape(said)}", str(caught.value))


def test_one_that_never_returns_ends_it_too(failing, monkeypatch):
    monkeypatch.setattr("p2p.sim.simulation.agent_timeout.CALL_S_MAX", 0.05)
    with pytest.raises(AgentFailed) as caught:
        gains_of(SessionSpec(1, SIX, ("zic", "zic", f"{failing}:NeverReturns", *["zic"] * 3), 1, 1))
    assert str(caught.value).startswith(f"{failing}:NeverReturns on seat 2, ")
    assert re.search(r"AgentTimeout: nothing has come of it for 0.05 s \(line 2[0-4]\)", str(caught.value))


def test_the_command_says_it_in_one_line(failing, tmp_path):
    answered = pit("tournament", "smith-1962-test-1", "zic", "bad.py:Raises", "--sessions", "6", cwd=tmp_path)
    assert answered.returncode == 2
    assert answered.stderr.splitlines()[-1].startswith("pit: bad.py:Raises on seat ")
    assert "Traceback" not in answered.stderr


def test_one_that_ends_its_process_is_said_in_one_line(failing, tmp_path):
    words = ("zic", "bad.py:Ends", "--sessions", "6", "--workers", "2")
    answered = pit("tournament", "smith-1962-test-1", *words, cwd=tmp_path)
    assert answered.returncode == 2
    assert answered.stderr.splitlines()[-1].startswith("pit: a process was ended")
    assert "Traceback" not in answered.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("zic",), "two agents or more"),
        (("zic", "zic"), "each named once"),
        (("zic", "zipp"), "did you mean 'zip'"),
        (("zic", "zip/c_r=2"), "zip: c_r is '2', it must be a number from 0 to 1"),
    ],
)
def test_a_wrong_field_is_answered_with_what_is_wrong(words, said, tmp_path):
    answered = pit("tournament", "smith-1962-test-1", *words, cwd=tmp_path)
    assert answered.returncode == 2
    assert said in answered.stderr
    assert len(answered.stderr.splitlines()) == 1
