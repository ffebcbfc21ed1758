"""docs/scenarios.md: every key of a scenario, as the code has it, and examples that are scenarios."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from p2p.scenario.errors import ScenarioError
from p2p.scenario.parsing import _tables, parse
from p2p.sim.commands.scenarios import scenarios
from p2p.sim.docs.scenarios_introduction import INTRODUCTION
from p2p.sim.docs.scenarios_page import meanings, page, tables
from p2p.sim.library.files import FOLDER, names
from tests import ROOT

PAGE = ROOT / "docs" / "scenarios.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", INTRODUCTION, re.DOTALL)


def keys_of(table: dict[str, object], path: str = "") -> set[str]:
    """All keys of a TOML text with their tables in front; those of several [[tables]] once."""
    keys: set[str] = set()
    for key, value in table.items():
        name = f"{path}.{key}" if path else key
        keys.add(name)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                keys |= keys_of(inner, name)
    return keys


@cache
def documented() -> set[str]:
    keys = set()
    for path, kind in tables():
        table = path.strip("[]")
        config = kind.__struct_config__
        tag = () if config.tag is None else (str(config.tag_field),)
        keys |= {f"{table}.{key}" if table else key for key in (*kind.__struct_fields__, *tag)}
    return keys


def test_the_page_is_what_the_code_says() -> None:
    """After a change that is meant: pit scenarios keys --out docs/scenarios.md."""
    assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(("path", "kind"), tables(), ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_every_key_has_a_meaning(path: str, kind: type) -> None:
    said, whole = meanings(kind), PAGE.read_text(encoding="utf-8")
    assert [key for key in kind.__struct_fields__ if not said.get(key)] == []
    assert all(f"| `{key}` |" in whole for key in kind.__struct_fields__)


@pytest.mark.parametrize(("path", "kind"), tables(), ids=lambda one: one if isinstance(one, str) else one.__name__)
def test_whoever_misspells_a_key_is_told_those_of_the_page(path: str, kind: type) -> None:
    environment = {"name": kind.name} if path == "[environment]" else {}  # type: ignore[attr-defined]
    stage, *below = path.strip("[]").split(".")
    if stage == "stage":
        kinds = [{"kind": kind.__struct_config__.tag or "questions"}]  # type: ignore[attr-defined]
        found = _tables({"stage": kinds})[".".join(["stage[0]", *below])]
    else:
        found = _tables({"environment": environment})[path.strip("[]")]
    assert found.__struct_fields__ == kind.__struct_fields__


def test_the_examples_on_the_page_are_scenarios() -> None:
    small, street = EXAMPLES
    assert parse(small).seats == 4
    assert parse(street).seats == 4


def test_no_key_can_be_left_out_of_the_smallest_scenario() -> None:
    small, _ = EXAMPLES
    for line in small.splitlines():
        if "=" in line:
            with pytest.raises(ScenarioError, match="this key is missing"):
                parse(small.replace(line, ""))


@pytest.mark.parametrize("name", names())
def test_every_key_of_the_labs_scenarios_is_on_the_page(name: str) -> None:
    used = keys_of(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))
    assert used <= documented()


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    out = tmp_path / "scenarios.md"
    assert CliRunner().invoke(scenarios, ["keys", "--out", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8") == CliRunner().invoke(scenarios, ["keys"]).stdout == page()
    refused = CliRunner().invoke(scenarios, ["keys", "--out", str(tmp_path / "nowhere" / "x.md")])
    assert refused.exit_code == 1
    assert "cannot be written" in refused.output
