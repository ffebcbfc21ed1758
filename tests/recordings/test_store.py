"""Recordings taken up again, a store that says when a disk fails, and what can be scored."""

import contextlib
import errno
import os
from pathlib import Path

import msgspec
import pytest

from p2p.base.units import EXPERIMENTER, GATEWAY
from p2p.messages import End, Joined, Message, Open, Quote
from p2p.messages.envelope import Envelope, Event
from p2p.session.rules_versions import RULES
from p2p.session.session import Session
from recordings.journal.disk import _syncs_of
from recordings.journal.format import FILE, Header, JournalError, RecordChain, events_match
from recordings.journal.store import Recovered, Store, new_id, read_folder, write_whole
from recordings.scoring.score import score
from tests.plays.journals import LINES, SCENARIO, WHOLE, read, rechained, session, stored, verified

# --- taken up again ----------------------------------------------------------------------------------------------


def go_on(folder: Path) -> None:
    """Take a recording up, end its session and seal it."""
    recovered = Recovered(folder)
    store, now = recovered.reopen(), recovered.session.now
    end = Envelope(EXPERIMENTER, End(), token=1)
    store.append(store.line(end, now, recovered.session.handle(end, now)))
    store.seal(recovered.session.digest())


@pytest.mark.parametrize("tail", [b"", b'{"n":', bytes(300)])
def test_a_recording_that_was_cut_is_taken_up_where_it_was(tmp_path: Path, tail: bytes) -> None:
    kept = LINES[: len(LINES) // 2]
    folder = stored(tmp_path / "one", b"".join(kept) + tail)
    recovered = Recovered(folder)
    assert (len(recovered.played), recovered.debris, recovered.sealed) == (len(kept) - 1, len(tail), None)
    go_on(folder)
    data = (folder / FILE).read_bytes()
    assert data.startswith(b"".join(kept))
    assert data.count(b"\n") == len(kept) + 2
    assert verified(data)


def test_a_recording_sealed_before_its_end_is_taken_up_and_sealed_anew(tmp_path: Path) -> None:
    simulation, chain = session(), RecordChain()
    plain = msgspec.to_builtins(SCENARIO)
    lines = [chain.header(Header("one", RULES, 3, plain, "test", "now"))]
    for envelope, at, events in simulation.play():
        lines.append(chain.record(envelope, at, events))
        if len(lines) == 20:
            break
    folder = stored(tmp_path / "one", b"".join([*lines, chain.seal(simulation.session.digest())]))
    assert verified((folder / FILE).read_bytes())
    recovered = Recovered(folder)
    assert recovered.sealed is not None
    assert recovered.session.digest() == simulation.session.digest()
    go_on(folder)
    data = (folder / FILE).read_bytes()
    assert verified(data)
    assert data.startswith(b"".join(lines))
    assert data.count(b'{"seal":') == 1


def test_a_recording_can_be_taken_up_again_and_again(tmp_path: Path) -> None:
    folder = stored(tmp_path / "one", b"".join(LINES[:10]) + b"torn")
    for k in range(4):
        recovered = Recovered(folder)
        store, now = recovered.reopen(), recovered.session.now
        message: Message = Joined(k, "human")
        envelope = Envelope(GATEWAY, message)
        store.append(store.line(envelope, now, recovered.session.handle(envelope, now)) + b'{"n":torn')
        store.close()
    go_on(folder)
    assert verified((folder / FILE).read_bytes())
    assert len(Recovered(folder).played) == 9 + 4 + 1


def test_a_recording_of_other_rules_is_not_taken_up(tmp_path: Path) -> None:
    other = rechained([LINES[0].replace(b'"rules":%d' % RULES, b'"rules":99'), *LINES[1:]])
    with pytest.raises(JournalError, match="played under rules 99"):
        Recovered(stored(tmp_path / "one", other))


# --- the store ---------------------------------------------------------------------------------------------------


def store(folder: Path) -> Store:
    return Store.create(folder, SCENARIO, 3, "test")


def test_a_new_recording_has_a_header_that_is_durable(tmp_path: Path) -> None:
    store(tmp_path / "recordings" / "one").close()
    reading, records = read((tmp_path / "recordings" / "one" / FILE).read_bytes())
    assert (reading.header.session, reading.header.rules, records) == ("one", RULES, 0)


def test_two_recordings_never_share_a_name_or_a_folder(tmp_path: Path) -> None:
    assert len({new_id("smith") for _ in range(50)}) == 50
    store(tmp_path / "one").close()
    with pytest.raises(FileExistsError):
        store(tmp_path / "one")


def test_what_was_appended_was_synced_before_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, done = store(tmp_path / "one"), []
    sync, write = os.fdatasync if hasattr(os, "fdatasync") else os.fsync, os.write
    monkeypatch.setattr(os, "write", lambda fd, data: done.append("write") or write(fd, data))
    monkeypatch.setattr("recordings.journal.disk._sync_data", lambda fd: done.append("sync") or sync(fd))
    one.append(one.line(Envelope(GATEWAY, Open()), 0, []))
    assert done == ["write", "sync"]
    one.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no fcntl, and no need of it")
@pytest.mark.parametrize("failing", [None, errno.ENOTSUP, errno.EIO])
def test_on_macos_the_drive_is_asked_to_write_what_it_was_given(monkeypatch: pytest.MonkeyPatch, failing) -> None:
    """Its fsync leaves that in the drive's own memory. Where the file system cannot ask for more, fsync has to do."""
    done = []

    def control(file: int, command: int) -> None:
        done.append((file, command))
        if failing:
            raise OSError(failing, os.strerror(failing))

    monkeypatch.setattr("fcntl.F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr("fcntl.fcntl", control)
    monkeypatch.setattr("os.fsync", lambda file: done.append((file, "fsync")))
    for sync in _syncs_of("darwin"):
        done.clear()
        with pytest.raises(OSError, match="error") if failing == errno.EIO else contextlib.nullcontext():
            sync(7)
        assert done == [(7, 51), (7, "fsync")][: 2 if failing == errno.ENOTSUP else 1]


def test_a_disk_that_takes_little_at_a_time_gets_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, write = store(tmp_path / "one"), os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:7]))
    one.append(one.line(Envelope(GATEWAY, Open()), 0, [Event(Quote("bid", 90, 1), "institution", "agents", 0)]))
    one.close()
    assert read((tmp_path / "one" / FILE).read_bytes())[1] == 1


@pytest.mark.parametrize("call", ["write", "sync"])
def test_a_disk_that_fails_is_an_error_and_nothing_acknowledged_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    one, write = store(tmp_path / "one"), os.write
    one.append(one.line(Envelope(GATEWAY, Open()), 0, Session(SCENARIO, 3).handle(Envelope(GATEWAY, Open()), 0)))

    def full(descriptor: int, data: bytes = b"") -> int:
        if data:
            write(descriptor, bytes(data)[:9])
        raise OSError(errno.ENOSPC, "No space left on device")

    if call == "write":
        monkeypatch.setattr(os, "write", full)
    else:
        monkeypatch.setattr("recordings.journal.disk._sync_data", full)
    with pytest.raises(OSError, match="No space left"):
        one.append(one.line(Envelope(GATEWAY, Joined(0, "human")), 0, []))
    monkeypatch.undo()
    one.close()
    reading = read_folder(tmp_path / "one")
    records = list(reading.records())
    assert records[0].envelope().message == Open()
    assert reading.debris == (9 if call == "write" else 0)


def test_a_place_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OSError, match="file"):
        store(tmp_path / "file" / "one")


def test_no_recording_is_an_error_that_names_the_place(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"no recording at .*nowhere: No such file"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(JournalError, match=r"no recording at .*: it has no journal\.jsonl"):
        read_folder(tmp_path)
    (tmp_path / FILE).write_bytes(WHOLE)
    assert read_folder(tmp_path / FILE).header == read_folder(tmp_path).header


def test_a_small_file_is_replaced_as_a_whole_and_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    write_whole(path, b'{"0":"Ada"}')
    write_whole(path, b"{}")
    assert path.read_bytes() == b"{}"
    assert os.name == "nt" or path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_events_are_the_same_bytes() -> None:
    event = Event(Quote("bid", 90, 1), "institution", "agents", 0)
    raw = b'{"directive":"quote","from":"institution","to":"agents",'
    raw += b'"payload":{"side":"bid","price":90,"trader":1},"market":0}'
    assert events_match([event], (raw,))
    assert not events_match([event], (raw.replace(b"90", b"91"),))
    assert not events_match([event], ())
    assert not events_match([], (raw,))


def test_a_record_of_another_lab_cannot_be_scored(tmp_path: Path) -> None:
    strange = [line.replace(b'"directive":"quote"', b'"directive":"quoth"') for line in LINES]
    with pytest.raises(
        JournalError, match=r"record \d+ holds what this lab does not know: there is no directive 'quoth'"
    ):
        score(stored(tmp_path / "one", rechained(strange)))


def test_only_finished_periods_of_a_cut_recording_are_scored(tmp_path: Path) -> None:
    scored = score(stored(tmp_path / "one", b"".join(LINES[:-3])))
    assert not scored.sealed
    assert scored.periods == []
    assert len(score(stored(tmp_path / "two", WHOLE)).periods) == 1
