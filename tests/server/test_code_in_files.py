"""Data names no code: what a scenario, a journal or a file beside it names is run only when a person names it again."""

from pathlib import Path

import msgspec
import pytest

from p2p.agents.registry import AgentError, check_named_in_a_file, names_code, parse_agent_spec, parse_lineup
from p2p.messages import Joined
from recordings.journal.store import read_folder
from server.serve.listen_address import FILE, remember, remembered
from tests.conftest import SMALL
from tests.plays.lab import journal_reaches, pit, serve

EVIL = """
from pathlib import Path
from p2p.agents import Agent

with (Path(__file__).parent / "ran").open("a") as ran:
    ran.write("once more\\n")


class Evil(Agent, kw_only=True):
    def decide(self, view, rng):
        return None
"""


@pytest.fixture
def evil(tmp_path: Path) -> str:
    """A word for code that leaves a trace when it is imported."""
    (tmp_path / "evil.py").write_text(EVIL)
    return f"{tmp_path}/evil.py:Evil"


def ran(folder: Path) -> int:
    """How often the code was imported."""
    return (folder / "ran").read_text().count("\n") if (folder / "ran").exists() else 0


@pytest.mark.parametrize("key", ["fill", "stand_in"])
@pytest.mark.parametrize(
    "words",
    [
        ["scenarios", "check", "market.toml"],
        ["scenarios", "show", "market.toml"],
        ["simulate", "market.toml", "--sessions", "1"],
        ["serve", "market.toml", "--port", "0"],
        ["serve", "market.toml", "--port", "0", "--drop-out", "robot"],
        ["load", "market.toml", "--humans", "1", "--seconds", "0.5"],
        ["demo", "--headless", "--scenario", "market.toml"],
    ],
)
def test_a_scenario_that_names_code_is_refused_in_one_line_and_nothing_is_run(
    tmp_path: Path, evil: str, key: str, words: list[str]
) -> None:
    (tmp_path / "market.toml").write_text(f'{SMALL}\n[vacancies]\n{key} = "{evil}"\n')
    done = pit(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert ("did not start" if words[0] == "load" else f"vacancies.{key}: '{evil}' is code") in done.stderr
    assert ran(tmp_path) == 0


@pytest.mark.parametrize(
    ("word", "is_code"),
    [
        ("zic", False),
        ("satisficer/tau=0.3", False),
        ("zic:6,satisficer/tau=0.3:*", False),
        ("evil.py:Evil", True),
        ("os.path:Evil/a=1", True),
        ("zic:3,evil.py:Evil:2", True),
        ("zic:3, os:Evil", True),
        ("os:Evil/a=b:3", True),
        ("evil.py", True),
    ],
)
def test_words_that_name_code_are_known_without_running_it(word: str, is_code: bool) -> None:
    assert names_code(word) == is_code
    if is_code:
        with pytest.raises(AgentError, match="is code"):
            check_named_in_a_file(word)
    else:
        check_named_in_a_file(word)


def test_robots_named_in_the_address_file_are_told_and_not_run(tmp_path: Path, evil: str) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", cwd=tmp_path)
    serving.kill()
    where = remembered(serving.recording)
    assert where is not None
    remember(serving.recording, msgspec.structs.replace(where, bots=f"{evil}:2"))
    back = serve("--recover", str(serving.recording), cwd=tmp_path)
    back.kill()
    assert ran(tmp_path) == 0
    assert f"repeat --bots {evil}:2" in (tmp_path / "serve.err").read_text()
    assert (serving.recording / FILE).is_file()


def test_robots_of_ones_own_code_come_back_when_they_are_named_again(tmp_path: Path, evil: str) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", "--bots", f"{evil}:2", cwd=tmp_path)
    journal_reaches(serving.recording, 4)
    serving.kill()
    before = ran(tmp_path)
    assert before > 0
    serve("--recover", str(serving.recording), cwd=tmp_path).kill()
    assert ran(tmp_path) == before
    back = serve("--recover", str(serving.recording), "--bots", f"{evil}:2", cwd=tmp_path)
    journal_reaches(serving.recording, 8)
    back.kill()
    assert ran(tmp_path) > before
    joined = [one.message for one in (record.envelope() for record in read_folder(serving.recording).records())]
    assert [one.seat for one in joined if isinstance(one, Joined)].count(3) == 2


def test_code_that_fills_empty_seats_runs_again_only_when_it_is_named_again(tmp_path: Path, evil: str) -> None:
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", "--fill", evil, cwd=tmp_path)
    assert serving.ctl("start").returncode == 0
    journal_reaches(serving.recording, 7)
    serving.kill()
    before = ran(tmp_path)
    back = serve("--recover", str(serving.recording), cwd=tmp_path)
    assert back.ctl("resume").returncode == 0
    assert back.ctl("status").returncode == 0
    back.kill()
    assert ran(tmp_path) == before
    assert f"repeat --fill {evil}" in (tmp_path / "serve.err").read_text()


def test_a_parameter_of_ones_own_agent_may_be_a_path(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from p2p.agents import Agent\n\n\nclass Mine(Agent, kw_only=True):\n    data: str = ''\n    n: int = 1\n\n"
        "    def decide(self, view, rng):\n        return None\n"
    )
    word = f"{tmp_path}/mine.py:Mine"
    for path in ("/srv/data/a.csv", "runs/a.csv", "C:/data/a.csv", "../a"):
        assert parse_agent_spec(f"{word}/data={path}/n=2") == (word, {"data": path, "n": "2"})
        assert parse_agent_spec(f"{word}/data={path}") == (word, {"data": path})
        assert parse_lineup(f"{word}/data={path}:2", 4) == [f"{word}/data={path}"] * 2
        assert parse_lineup(f"{word}/data={path}", 2) == [f"{word}/data={path}"] * 2
    with pytest.raises(AgentError, match=r"'data' in .* is not key=value"):
        parse_agent_spec(f"{word}/data")
    with pytest.raises(AgentError, match=r"'x' in .* is not a number of seats"):
        parse_lineup(f"{word}:x", 4)
