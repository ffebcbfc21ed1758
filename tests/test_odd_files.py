"""Files as people and other programs leave them: each is a line on standard error, status 2, and no traceback."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from p2p.scenario.errors import ScenarioError
from p2p.sim.library.files import SIZE_MAX, load, scenario_path
from p2p.sim.shell.cli_options import UsageError, folder_for, said_os_error
from recordings.journal.format import JournalError
from recordings.journal.store import read_folder
from tests import ROOT
from tests.plays.lab import pit

LONG = "a" * 300
SAMPLE = ROOT / "recordings" / "samples" / "smith-1962-test-1"


def refused(*words: str, cwd: Path) -> str:
    done = pit(*words, cwd=cwd)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    said = done.stderr.splitlines()
    assert len(said) == 1
    return said[0]


@pytest.mark.parametrize(
    "words",
    [
        ("score", LONG),
        ("tables", LONG, "--out", "out"),
        ("convert", str(SAMPLE), "--out", LONG),
        ("serve", "--recover", LONG),
        ("scenarios", "show", LONG),
        ("simulate", "smith-1962-test-1", "--sessions", "1", "--out", LONG),
        ("protocol", "--recording", LONG),
    ],
    ids=lambda words: words[0],
)
def test_a_name_that_is_too_long_for_a_file_is_a_line(words: tuple[str, ...], tmp_path: Path) -> None:
    said = refused(*words, cwd=tmp_path)
    assert "Errno" not in said
    assert "None cannot be written" not in said


@pytest.mark.parametrize(
    ("words", "there"),
    [
        (("simulate", "smith-1962-test-1", "--sessions", "1"), "sessions.csv"),
        (("tables", str(SAMPLE)), "traders.csv"),
        (("tournament", "smith-1962-test-1", "zic", "zip"), "tournament.png"),
    ],
    ids=["simulate", "tables", "tournament"],
)
def test_a_folder_in_the_place_of_a_table_is_refused_before_anything_is_played(
    words: tuple[str, ...], there: str, tmp_path: Path
) -> None:
    (tmp_path / "out" / there).mkdir(parents=True)
    said = refused(*words, "--out", "out", cwd=tmp_path)
    assert said == f"pit: '{Path('out') / there}' is a folder, where a file is to be written; name another folder"
    assert [one.name for one in (tmp_path / "out").iterdir()] == [there]


def test_an_error_of_the_system_at_a_file_is_a_line_and_another_is_ours(tmp_path: Path) -> None:
    with pytest.raises(OSError) as error:
        (tmp_path / LONG).read_bytes()
    assert str(said_os_error(error.value)).endswith("': its name is too long")
    assert said_os_error(OSError("of our own")) is None
    with pytest.raises(UsageError, match="is a folder"):
        folder_for(tmp_path.parent, [tmp_path.name])


@pytest.mark.skipif(sys.platform == "win32", reason="no devices among the files there")
def test_a_device_is_no_scenario_and_no_journal(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=f"larger than {SIZE_MAX} bytes"):
        load("/dev/zero")
    (tmp_path / "journal.jsonl").symlink_to("/dev/zero")
    with pytest.raises(JournalError, match="is a device or a pipe, no file"):
        read_folder(tmp_path)
    (tmp_path / "journal.jsonl").unlink()
    os.mkfifo(tmp_path / "journal.jsonl")
    with pytest.raises(JournalError, match="is a device or a pipe, no file"):
        read_folder(tmp_path)


def test_a_scenario_in_utf_16_says_what_to_do_and_one_with_a_mark_or_cr_lf_is_read(tmp_path: Path) -> None:
    text = scenario_path("smith-1962-test-1").read_text(encoding="utf-8")
    path = tmp_path / "a.toml"
    for good in (f"\ufeff{text}", text.replace("\n", "\r\n")):
        path.write_bytes(good.encode())
        assert load(str(path)).seats == 22
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(ScenarioError, match="save it as UTF-8"):
        load(str(path))


@pytest.mark.parametrize(
    ("data", "why"), [(b"", "is empty"), (b"\xd5\xff", "is no text"), ("\ufeff".encode(), "is empty")]
)
@pytest.mark.parametrize("words", [("ctl",), ("bot",)], ids=["ctl", "bot"])
def test_a_codes_file_without_a_code_is_a_line(words: tuple[str, ...], data: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / "code").write_bytes(data)
    rest = ["ws://127.0.0.1:1", *(["status"] if words == ("ctl",) else [])]
    assert why in refused(*words, "--code-file", "code", *rest, cwd=tmp_path)


def test_a_code_written_by_another_systems_shell_is_read(tmp_path: Path) -> None:
    """A server that is not there is asked: so the code was read."""
    for data in ("ABCD2345\r\n".encode("utf-16"), b"\xef\xbb\xbfABCD2345\n"):
        (tmp_path / "code").write_bytes(data)
        said = refused("ctl", "ws://127.0.0.1:1", "status", "--code-file", "code", cwd=tmp_path)
        assert said.startswith("pit: no server at")


@pytest.mark.skipif(sys.platform == "win32", reason="names there are text")
def test_a_recording_in_a_folder_whose_name_is_no_text_is_scored_and_put_into_tables(tmp_path: Path) -> None:
    folder = os.fsdecode(b"-b\xff\nx")
    shutil.copytree(SAMPLE, tmp_path / folder)
    assert pit("score", "--sessions", "0", "--", folder, cwd=tmp_path).returncode == 0
    done = pit("tables", "--out", "out", "--", folder, cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk in every Linux")
@pytest.mark.parametrize(
    "words", [("agents",), ("protocol",), ("verify", str(SAMPLE)), ("--help",)], ids=lambda w: w[0]
)
def test_output_to_a_disk_that_is_full_is_a_line(words: tuple[str, ...], tmp_path: Path) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "pit", *words], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False
        )
    said = done.stderr.decode().splitlines()
    assert (done.returncode, said) == (74, ["pit: standard output cannot be written: the disk is full"])


@pytest.mark.skipif(sys.platform == "win32", reason="variables there are text")
@pytest.mark.parametrize(
    "words", [("ctl", "ws://127.0.0.1:1", "status"), ("bot", "ws://127.0.0.1:1")], ids=["ctl", "bot"]
)
def test_a_variable_with_no_code_is_a_line_about_it(words: tuple[str, ...], tmp_path: Path) -> None:
    for code in ("\udcff", "é", "x" * 5_000):
        done = pit(*words, cwd=tmp_path, code=code)
        assert (done.returncode, done.stderr.partition(":")[2].partition(" (")[0].strip()) == (
            2,
            "PIT_CODE holds no code: it has 8 letters and digits",
        )


@pytest.mark.skipif(sys.platform == "win32", reason="words there are text")
def test_words_that_are_no_text_are_a_line(tmp_path: Path) -> None:
    for said in (("message", "\udcff\udcfe words"), ("tell", "1", "\udcff")):
        done = pit("ctl", "ws://127.0.0.1:1", *said, cwd=tmp_path, code="ABCD2345")
        assert done.returncode == 2
        assert done.stderr.startswith("pit: the words are no text in UTF-8")
