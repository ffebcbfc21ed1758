"""A recording that a server is writing: it is said to be running, not cut, and nobody else may write it."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from p2p.sim.shell.file_lock import hold
from recordings.commands.score import score as score_command
from recordings.commands.verify import verify
from recordings.journal.disk import REAL
from recordings.journal.format import FILE, JournalError
from recordings.journal.store import Recovered, Store, still_runs
from recordings.reading.replay import read_replay
from recordings.scoring.score import score
from tests.plays.journals import SCENARIO, WHOLE, session, stored


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Store]:
    """A session in the middle: its store is open, as in a server that runs."""
    store = Store.create(tmp_path / "one", SCENARIO, 3, "test")
    for k, (envelope, at, events) in enumerate(session().play()):
        if k < 20:
            store.append(store.line(envelope, at, events))
    yield store
    store.close()


def test_a_session_that_runs_is_not_called_cut(running: Store) -> None:
    scored = score(running.folder)
    assert (scored.runs, scored.sealed) == (True, False)
    said = CliRunner().invoke(score_command, [str(running.folder)])
    assert "still running" in said.stderr
    assert "cut" not in said.stderr


def test_its_journal_may_be_named_instead_of_its_folder(running: Store) -> None:
    assert score(running.folder / FILE).runs


def test_the_same_recording_is_cut_when_its_server_is_gone(running: Store) -> None:
    running.close()
    scored = score(running.folder)
    assert (scored.runs, scored.sealed) == (False, False)
    said = CliRunner().invoke(score_command, [str(running.folder)])
    assert "was cut" in said.stderr


def test_a_session_that_is_over_is_neither(tmp_path: Path) -> None:
    scored = score(stored(tmp_path / "one", WHOLE))
    assert (scored.runs, scored.sealed) == (False, True)


def test_verify_does_not_advise_to_take_up_what_still_runs(running: Store) -> None:
    said = CliRunner().invoke(verify, [str(running.folder)])
    assert said.exit_code == 1
    assert "still running; 20 records are good so far" in said.stdout
    assert "--recover" not in said.stdout


def test_a_session_that_runs_is_not_taken_up_by_a_second_server(running: Store) -> None:
    before = (running.folder / FILE).read_bytes()
    with pytest.raises(JournalError, match="stop that one first"):
        Recovered(running.folder)
    with pytest.raises(BlockingIOError, match="a server that runs is writing it"):
        REAL.open(running.folder / FILE, 0)
    assert (running.folder / FILE).read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows replaces no file that is open")
def test_of_two_servers_that_take_it_up_in_one_moment_one_is_refused(
    running: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has written the journal anew, and let go of the old one, between the second's open and its lock."""
    running.close()
    first: list[Store] = []

    def held(file: int) -> bool:
        monkeypatch.undo()
        first.append(Recovered(running.folder).reopen())
        return hold(file)

    recovered = Recovered(running.folder)
    monkeypatch.setattr("recordings.journal.disk.hold", held)
    with pytest.raises(BlockingIOError, match="a server that runs is writing it"):
        recovered.reopen()
    assert still_runs(running.folder), "the first one's journal is still the recording"
    first[0].close()


def test_a_replay_says_that_the_session_is_still_running(running: Store) -> None:
    assert read_replay(running.folder).runs
    running.close()
    cut = read_replay(running.folder)
    assert (cut.runs, cut.cut) == (False, True)


def test_where_there_are_no_locks_a_session_is_recorded_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl", reason="Windows has locks of another kind")

    def unknown(file: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", unknown)
    store = Store.create(tmp_path / "one", SCENARIO, 3, "test")
    assert not score(store.folder).runs
    store.close()


def test_a_store_lets_go_of_its_file_once(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "one", SCENARIO, 3, "test")
    store.close()
    store.close()
    assert Recovered(tmp_path / "one").reopen().chain.records == 0
