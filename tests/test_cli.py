"""The commands as scripts use them: exit status 0 done, 1 the answer is no, 2 wrong use or bad input in one line."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plays.lab import pit

TEST_1 = "smith-1962-test-1"


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """One headless demo for all that look at its outcome."""
    cwd = tmp_path_factory.mktemp("demo")
    return cwd, pit("demo", "--headless", cwd=cwd, guard_s=120)


def test_the_demo_plays_without_a_terminal_and_ends_with_the_recordings_path(demo):
    cwd, done = demo
    assert done.returncode == 0, done.stderr
    assert "efficiency" in done.stdout
    recording = done.stdout.splitlines()[-1].split()[-1]
    assert Path(recording).parts[0] == "recordings"
    assert (cwd / recording / "journal.jsonl").is_file()
    assert "period 3 of 3" in done.stderr


def test_the_demos_recording_verifies_and_scores(demo):
    cwd, done = demo
    recording = done.stdout.splitlines()[-1].split()[-1]
    verified = pit("verify", recording, cwd=cwd)
    assert (verified.returncode, verified.stdout[:3]) == (0, "OK:")
    scored = pit("score", recording, "--sessions", "2", "--agents", "zic,optimizer", cwd=cwd)
    assert scored.returncode == 0
    assert "at equilibrium" in scored.stdout
    assert "optimizer" in scored.stdout


def test_a_changed_recording_does_not_verify(demo):
    cwd, done = demo
    journal = cwd / done.stdout.splitlines()[-1].split()[-1] / "journal.jsonl"
    whole = journal.read_bytes()
    changed = cwd / "changed"
    changed.mkdir()
    (changed / "journal.jsonl").write_bytes(whole.replace(b'"price":', b'"price": ', 1))
    verified = pit("verify", "changed", cwd=cwd)
    assert (verified.returncode, verified.stdout.startswith("NO: record")) == (1, True)
    (changed / "journal.jsonl").write_bytes(whole[: len(whole) // 2])
    verified = pit("verify", "changed", cwd=cwd)
    assert (verified.returncode, "not sealed" in verified.stdout) == (1, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["trede"], "did you mean 'trade'?"),
        (["serve"], "give a scenario"),
        (["serve", "smith-1962-test1"], "did you mean 'smith-1962-test-1'?"),
        (["serve", "nowhere.toml"], "cannot be read"),
        (["serve", TEST_1, "--bots", "zic:23"], "more than the 22 seats"),
        (["serve", TEST_1, "--bots", "zicc:2"], "did you mean 'zic'?"),
        (["serve", TEST_1, "--host", "192.0.2.1", "--port", "0", "--insecure-lan"], "cannot listen on 192.0.2.1:0"),
        (["serve", TEST_1, "--host", "0.0.0.0"], "say --insecure-lan"),
        (["serve", TEST_1, "--tls-cert", "nowhere.pem"], "go together"),
        (["serve", "--recover", "nowhere"], "no recording at nowhere"),
        (["demo", "--headless", "--scenario", "nope"], "no scenario 'nope'"),
        (["demo", "--headless", "--agents", "zic:3"], "does not make 22 robots"),
        (["simulate", TEST_1, "--agents", "zic:3"], "end it with AGENT:*"),
        (["simulate", TEST_1, "--agents", "satisficer/tau=2:*"], "tau is '2', it must be a number from 0 to 1"),
        (["simulate", TEST_1, "--agents", "zic/tau=2:*"], "there is no parameter 'tau'; it has none"),
        (["verify", "nowhere"], "no recording at nowhere"),
        (["score", "nowhere"], "no recording at nowhere"),
        (["scenarios", "check", "nowhere.toml"], "cannot be read"),
        (["bot", "ws://127.0.0.1:9", "--agent", "zicc"], "did you mean 'zic'?"),
        (["ctl", "ws://127.0.0.1:9", "status"], "no server at ws://127.0.0.1:9"),
        (["ctl", "ws://127.0.0.1:9", "extend"], "extend takes a number of seconds"),
    ],
)
def test_bad_input_is_one_line_and_status_2(tmp_path, words, says):
    done = pit(*words, cwd=tmp_path, code="AAAAAAAA")
    assert done.returncode == 2
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_a_scenario_with_a_mistyped_key_is_refused_with_its_line(tmp_path):
    (tmp_path / "wrong.toml").write_text('title = "x"\nperiods = 1\nperiod_s = 1\n\n[institution]\nprise_min = 1\n')
    done = pit("scenarios", "check", "wrong.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "wrong.toml:6: institution.prise_min: there is no such key" in done.stderr


def test_the_labs_scenarios_are_listed_shown_and_checked(tmp_path):
    assert TEST_1 in pit("scenarios", "list", cwd=tmp_path).stdout
    shown = pit("scenarios", "show", TEST_1, cwd=tmp_path).stdout
    assert "price 200 to 200, P0 = 200; quantity 6 (5 with a gain); surplus 750 a period" in shown
    assert pit("scenarios", "check", TEST_1, cwd=tmp_path).stdout.startswith("OK")


def test_simulate_writes_its_tables(tmp_path):
    words = ["simulate", TEST_1, "--agents", "zic:11,optimizer:*", "--sessions", "3", "--seed", "7"]
    for out, workers in (("a", "1"), ("b", "2")):
        assert pit(*words, "--out", out, "--workers", workers, cwd=tmp_path).returncode == 0
    with (tmp_path / "a" / "periods.csv").open() as file:
        periods = list(csv.DictReader(file))
    with (tmp_path / "a" / "sessions.csv").open() as file:
        sessions = list(csv.DictReader(file))
    assert [row["period"] for row in periods] == ["1", "2", "3", "4", "5"] * 3
    assert {"session", "period", "efficiency", "alpha", "price_mean", "quantity"} <= set(periods[0])
    assert [row["session"] for row in sessions] == ["1", "2", "3"]
    assert all(0 <= float(row["efficiency"]) <= 1 for row in sessions)
    for table in ("periods.csv", "sessions.csv"):
        assert (tmp_path / "a" / table).read_bytes() == (tmp_path / "b" / table).read_bytes()


def test_help_says_what_to_type(tmp_path):
    for words in ([], *([name] for name in ("demo", "serve", "trade", "bot", "ctl", "simulate", "score", "replay"))):
        done = pit(*words, "--help", cwd=tmp_path)
        assert done.returncode == 0
        assert "Example: " in done.stdout, words


def test_help_imports_nothing_heavy(tmp_path):
    program = "import sys, pit\ntry: pit.main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"textual", "pandas", "numpy", "matplotlib", "websockets", "msgspec", "asyncio", "rich"}


@pytest.mark.parametrize("room", ["server", "bots", "tui", "recordings"])
def test_a_strangers_module_of_the_same_name_is_noticed(tmp_path, room):
    (tmp_path / f"{room}.py").write_text("print('a stranger')")
    done = subprocess.run(
        [sys.executable, "-m", "pit", "scenarios", "list"],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONSAFEPATH=""),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f"'{room}'" in done.stderr
    assert "not the lab's own" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(("flags", "optimize"), [(["-O"], ""), (["-OO"], ""), ([], "1")])
def test_a_python_that_drops_assertions_is_refused_in_one_line(tmp_path, flags, optimize):
    done = subprocess.run(
        [sys.executable, *flags, "-m", "pit", "scenarios", "list"],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONOPTIMIZE=optimize),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "run pit without them" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_star_is_the_rest_wherever_it_stands(tmp_path):
    done = pit("simulate", TEST_1, "--agents", "zic:*,optimizer:3", "--sessions", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    twice = pit("simulate", TEST_1, "--agents", "zic:*,optimizer:*", "--sessions", "1", cwd=tmp_path)
    assert (twice.returncode, "only one can have it" in twice.stderr) == (2, True)


def test_without_a_terminal_a_missing_code_is_said_in_one_line(tmp_path):
    for words in (["ctl", "ws://127.0.0.1:9", "status"], ["bot", "ws://127.0.0.1:9"]):
        done = pit(*words, cwd=tmp_path)
        assert done.returncode == 2
        assert "set PIT_CODE" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_pit_alone_says_what_there_is(tmp_path):
    done = pit(cwd=tmp_path)
    assert (done.returncode, done.stdout.startswith("Usage: pit ")) == (0, True)
