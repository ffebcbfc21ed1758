"""The house itself: what must be true of the repository as a whole."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

import pit
from p2p.messages import BY_DIRECTIVE, FROM_EXPERIMENTER, FROM_TRADERS, MES, OURS
from p2p.session.permissions import PAUSED, TABLE, Moment
from recordings.docs.protocol_page import CLOSE_CODES, REASONS, page
from server import limits
from tests import ROOT

SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1"
ROOMS = ("p2p", "server", "bots", "tui", "recordings")
CORE_MAY_IMPORT = {
    *("__future__", "abc", "bisect", "collections", "copy", "dataclasses", "difflib", "enum", "errno", "fractions"),
    *(
        "ipaddress",
        "itertools",
        "math",
        "msgspec",
        "operator",
        "p2p",
        "random",
        "re",
        "tomllib",
        "typing",
        "unicodedata",
    ),
    *("functools", "hashlib", "heapq", "urllib.parse"),
}
"""All that the market itself stands on. None of these reads a clock, a file, a socket or a generator of its own."""
PLUGINS_MAY_IMPORT = {"importlib", "sys", "traceback", "types"}
"""What finds agents by name needs, and nothing else in the core."""
PLUGINS = {
    "p2p/__init__.py",
    "p2p/agents/registry.py",
    "p2p/agents/plugin_loader.py",
    "p2p/agents/invocation.py",
}
MES_DIRECTIVES = {
    *("init_inst", "start_period", "end_period", "request_standing", "bid", "buy", "ask", "sell", "start_round"),
    *("end_round", "standing", "contract", "contracts", "request_contracts", "reminder", "reminder_end_period"),
}


def files(*endings: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout: there is no list of the project's files")
    return [ROOT / name for name in listed.stdout.splitlines() if name.endswith(endings) and (ROOT / name).is_file()]


def test_the_message_space_has_the_names_of_the_mes():
    assert {kind.directive for kind in MES} == MES_DIRECTIVES


@pytest.mark.parametrize("kind", MES + OURS, ids=lambda kind: kind.directive)
def test_every_directive_says_who_sends_it_to_whom_and_what_it_does(kind):
    assert kind.said_by
    assert kind.told_to
    assert len(kind.__doc__ or "") > 10
    assert BY_DIRECTIVE[kind.directive] is kind


def test_every_command_of_the_table_is_the_experimenters_or_the_servers_own():
    causes = {cause for rows in (TABLE, PAUSED) for row in rows.values() for cause in row}
    said = {cause for cause in causes if not isinstance(cause, Moment)}
    own = {kind.directive for kind in said - set(FROM_EXPERIMENTER)}
    assert own == {"open", "joined", "left", "reading", "reminder", "expire"}
    assert not said & set(FROM_TRADERS)


def test_the_protocols_page_is_what_the_code_says():
    assert (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8") == page(SAMPLE)


def test_every_reason_and_close_code_is_on_the_page():
    from typing import get_args

    from p2p.messages import Reason

    assert set(REASONS) == set(get_args(Reason))
    ours = {value for name, value in vars(limits).items() if name.isupper() and isinstance(value, int) and value > 1000}
    codes = {code for code, _, _ in CLOSE_CODES}
    assert {
        limits.SESSION_OVER,
        limits.TAKEN_OVER,
        limits.WRONG_CODE,
        limits.PROTOCOL_FAULT,
        limits.FULL,
    } <= codes & ours


def test_the_core_imports_what_it_may_and_nothing_else():
    found = [
        f"{name}: {module}"
        for name, tree in core().items()
        for module in imported(tree)
        if not allowed(module, CORE_MAY_IMPORT | (PLUGINS_MAY_IMPORT if name in PLUGINS else set()))
    ]
    assert found == []


def test_the_core_draws_from_the_generators_it_is_given():
    """Of `random` it knows the class alone: the module's own functions draw from one for the whole process."""
    taken = {
        alias.name
        for tree in core().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "random"
        for alias in node.names
    }
    assert taken == {"Random"}
    assert not any("random" in names_of_imports(tree) for tree in core().values())


def core() -> dict[str, ast.Module]:
    """The files of the market itself, by name; the roof and the simulator stand on it."""
    paths = [path for path in files(".py") if path.is_relative_to(ROOT / "p2p")]
    shells = (ROOT / "p2p" / "sim", ROOT / "p2p" / "testing")
    own = [path for path in paths if not any(path.is_relative_to(shell) for shell in shells)]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in own}


def names_of_imports(tree: ast.Module) -> set[str]:
    return {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}


def imported(tree: ast.Module) -> set[str]:
    """The modules that a file imports, wherever in it."""
    froms = {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return froms | names_of_imports(tree)


def allowed(module: str, modules: set[str]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in modules)


def test_every_public_command_of_the_table_can_be_imported():
    for name in pit.COMMANDS:
        command = pit.cli.get_command(None, name)
        assert command is not None
        assert command.help
        assert pit.COMMANDS[name][1].endswith(".")


def test_no_path_of_a_machine_and_no_registry_is_in_the_project():
    pattern = re.compile(r"(?<![\w.])/(home|root|work|Users)/|pypi\.org|pythonhosted|registry\.npmjs")
    found = [
        str(path.relative_to(ROOT))
        for path in files(".py", ".md", ".toml", ".txt", "pit", "check", "run")
        if path != Path(__file__).resolve() and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_sample_recording_is_what_the_code_plays():
    from recordings.journal.store import read_folder, run_again

    reading = read_folder(SAMPLE)
    session, played = run_again(reading)
    assert reading.sealed is not None
    assert (len(played), session.digest().hex()) == (reading.sealed.records, reading.sealed.digest)


def test_no_room_imports_the_command_that_is_made_of_them():
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in files(".py")
        if path.parts[len(ROOT.parts)] in ROOMS
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"^\s*(import|from) pit(_demo)?\b", line)
    ]
    assert found == []
