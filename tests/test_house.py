"""The house itself: what must be true of the repository as a whole."""

import re
import subprocess
from pathlib import Path

import pytest

import pit
from p2p.messages import BY_DIRECTIVE, FROM_EXPERIMENTER, FROM_TRADERS, OURS, SEED
from p2p.session.permissions import COMMANDS, WHILE_PAUSED
from recordings.docs.protocol_page import CLOSE_CODES, REASONS, page
from server import limits
from tests import ROOT

SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1"
ROOMS = ("p2p", "server", "bots", "tui", "recordings")
LINES_MAX = 400
"""No file is longer than one can hold in the head, the one state machine included."""
SEED_DIRECTIVES = {
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


def test_the_message_space_has_the_seeds_names():
    assert {kind.directive for kind in SEED} == SEED_DIRECTIVES


@pytest.mark.parametrize("kind", SEED + OURS, ids=lambda kind: kind.directive)
def test_every_directive_says_who_sends_it_to_whom_and_what_it_does(kind):
    assert kind.said_by
    assert kind.told_to
    assert len(kind.__doc__ or "") > 10
    assert BY_DIRECTIVE[kind.directive] is kind


def test_every_command_of_the_tables_is_the_experimenters_or_the_servers_own():
    said = {kind for allowed in COMMANDS.values() for kind in allowed} | set(WHILE_PAUSED)
    own = {kind.directive for kind in said - set(FROM_EXPERIMENTER)}
    assert own == {"open", "joined", "left", "reading", "reminder"}
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


def test_no_file_is_longer_than_one_can_hold_in_the_head():
    rooms = [path for path in files(".py") if not path.is_relative_to(ROOT / "tests")]
    long = {path.name for path in rooms if len(path.read_text(encoding="utf-8").splitlines()) > LINES_MAX}
    assert not long


def test_the_core_has_no_socket_file_clock_or_generator_of_its_own():
    forbidden = r"^\s*(import|from) (socket|asyncio|time|datetime|logging|random|os|pathlib|websockets|numpy|pandas)\b"
    allowed = r"from random import Random$"
    found = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in files(".py")
        if path.is_relative_to(ROOT / "p2p") and not path.is_relative_to(ROOT / "p2p" / "sim")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(forbidden, line) and not re.search(allowed, line)
    ]
    assert found == []


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
