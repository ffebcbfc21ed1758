"""docs/classroom.md: each of its commands is one of ours, as it is written, and those that need no class are run."""

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

import pit as lab
from p2p.sim.library.files import load
from tests.plays.lab import pit

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "classroom.md").read_text(encoding="utf-8")
FENCED = [
    line.strip() for block in re.findall(r"```\n(.*?)```", PAGE, re.S) for line in block.splitlines() if line.strip()
]
INLINE = [one for one in re.findall(r"`(pit [^`]+)`", re.sub(r"```.*?```", "", PAGE, flags=re.S)) if " " in one]
COMMANDS = sorted({one for one in (*FENCED, *INLINE) if one.startswith("pit ")})
NAMES_ALONE = re.compile(r"pit [a-z]+")
HERE = ("pit scenarios show", "pit handout", "pit verify", "pit score", "pit tables")
"""Commands that are run here: the others need a class, a terminal or minutes."""


def words_of(command: str) -> list[str]:
    return shlex.split(command)[1:]


@pytest.mark.parametrize("command", [one for one in COMMANDS if not NAMES_ALONE.fullmatch(one)])
def test_a_command_of_the_page_is_taken_as_it_is_written(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    Path("RECORDING").mkdir()
    Path("my-hour.toml").write_text("", encoding="utf-8")
    context, at = click.Context(lab.cli), lab.cli
    words = words_of(command)
    while isinstance(at, click.Group):
        name = words.pop(0)
        found = at.get_command(context, name)
        assert found is not None, f"there is no {name}"
        at = found
    at.make_context(command, words)


@pytest.mark.parametrize("command", [one for one in COMMANDS if NAMES_ALONE.fullmatch(one)])
def test_a_command_that_is_named_is_one(command):
    assert command.split()[1] in lab.COMMANDS


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if one.startswith(HERE) and not NAMES_ALONE.fullmatch(one)]
)
def test_a_command_that_needs_no_class_does_what_the_page_says(command, tmp_path):
    sample = next(path.parent for path in sorted((ROOT / "recordings" / "samples").rglob("journal.jsonl*")))
    shutil.copytree(sample, tmp_path / "RECORDING")
    extra = ["--sessions", "2"] if command.startswith("pit score") else []
    done = pit(*words_of(command), *extra, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_page_tells_of_the_hour_as_it_is():
    hour = load("classroom-hour")
    kinds = [str(stage.__struct_config__.tag) for stage in hour.stage]
    assert kinds == [
        *("consent", "text", "questions", "practice", "trade", "trade", "questionnaire", "debrief", "earnings")
    ]
    assert "The market has 22 seats" in PAGE
    assert hour.seats == 22
    assert hour.takes_over is ("a robot takes their seat" in PAGE)
    assert all(line.startswith("pit ") for line in FENCED)
