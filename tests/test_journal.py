"""The journal: every byte is guarded, a torn tail costs its own record only, and a store says when a disk fails."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from p2p.messages import Bid, End, Joined, Message, Open, Quote
from p2p.session import RULES, Session
from p2p.sim.sessions import Simulation
from p2p.units import EXPERIMENTER, GATEWAY
from p2p.wire import Envelope, Event, encode
from recordings.journal import FILE, Chain, Header, JournalError, Reading, read_journal, same
from recordings.score import score
from recordings.store import Recovered, Store, new_id, read_folder, run_again, scenario_of, write_whole
from tests.play import Course, small

SCENARIO = small(((150,) * 9, (130,)), ((50,) * 9, (60,)), period_s=35.0, periods=1)


def session() -> Simulation:
    return Simulation(SCENARIO, ["zic"] * 4, 3)


def written(sealed: bool = True) -> list[bytes]:
    """A journal's lines: header, records, seal."""
    simulation, chain = session(), Chain()
    plain = msgspec.to_builtins(SCENARIO)
    lines = [chain.header(Header("one", RULES, 3, plain, "test", "2026-11-21T20:15:00+00:00"))]
    lines += [chain.record(envelope, at, events) for envelope, at, events in simulation.play()]
    return [*lines, chain.seal(simulation.session.digest())] if sealed else lines


LINES = written()
WHOLE = b"".join(LINES)


def read(data: bytes) -> tuple[Reading, int]:
    """A journal, read to its end, and how many records it had."""
    reading = read_journal(data)
    return reading, sum(1 for _ in reading.records())


def verified(data: bytes) -> bool:
    """Whether a journal is sealed, whole, and gives the same events and digest when it is run again."""
    try:
        reading = read_journal(data)
        again, _ = run_again(reading)
    except JournalError:
        return False
    return reading.sealed is not None and reading.sealed.digest == again.digest().hex() and not reading.debris


def stored(folder: Path, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_bytes(data)
    return folder


def rechained(lines: list[bytes]) -> bytes:
    """Lines with their chain made anew, as one would who wants to hide a change."""
    chain = Chain()
    return b"".join(chain._line(line[: line.rindex(b',"chain":"')] + b"}") for line in lines)


# --- what it holds ---------------------------------------------------------------------------------------------


def test_a_journal_is_read_as_it_was_written() -> None:
    reading, records = read(WHOLE)
    assert 30 < records == len(LINES) - 2
    assert reading.sealed is not None
    assert (reading.sealed.records, reading.debris, reading.good_bytes) == (records, 0, len(WHOLE))
    assert reading.header.seed == 3
    assert scenario_of(reading.header) == SCENARIO
    assert verified(WHOLE)


def test_a_record_is_a_message_and_its_events_in_the_seeds_template() -> None:
    record = msgspec.json.decode(LINES[-4])
    assert list(record) == ["n", "at", "message", "events", "chain"]
    assert record["n"] == len(LINES) - 4
    bids = [msgspec.json.decode(line) for line in LINES if b'"directive":"bid"' in line]
    assert list(bids[0]["message"])[:4] == ["directive", "from", "to", "payload"]
    assert bids[0]["message"]["to"] == "institution"
    assert {"directive", "from", "to", "payload"} <= set(bids[0]["events"][0])


def test_what_is_said_of_a_decision_goes_into_the_recording_untouched(tmp_path: Path) -> None:
    course = Course().trading()
    store = Store.create(tmp_path / "one", course.session.scenario, 1, "test")
    meta = {"offers_seen": 3, "decide_us": 250, "redraw_us": -1}
    course.hand_in(Envelope(course.seats("buyer")[0], Bid(90), token=1, seen=17, meta=meta))
    for envelope, at, events in course.heard:
        store.append(store.line(envelope, at, events))
    store.close()
    last = list(read_folder(tmp_path / "one").records())[-1].envelope()
    assert (last.meta, last.seen, last.token) == (meta, 17, 1)


def test_the_journal_holds_no_words_of_people() -> None:
    """Every text in it is a directive, a name of ours, a digest or the scenario's."""
    texts: set[str] = set()

    def walk(thing: object) -> None:
        if isinstance(thing, dict):
            for key, value in thing.items():
                texts.add(key)
                walk(value)
        elif isinstance(thing, list):
            for value in thing:
                walk(value)
        elif isinstance(thing, str):
            texts.add(thing)

    for line in LINES[1:]:
        walk({key: value for key, value in msgspec.json.decode(line).items() if key not in ("chain", "seal")})
    seats = {str(seat) for seat in range(4)}
    assert all(text.replace("_", "").isalpha() and text == text.lower() for text in texts - seats)


# --- what has been changed -------------------------------------------------------------------------------------


def test_every_byte_that_changes_is_found() -> None:
    found = 0
    for at in range(len(WHOLE)):
        changed = WHOLE[:at] + bytes([WHOLE[at] ^ (1 << at % 8)]) + WHOLE[at + 1 :]
        try:
            reading, records = read(changed)
        except JournalError:
            found += 1
            continue
        assert reading.sealed is None, f"byte {at} of {len(WHOLE)}"
        assert reading.debris, f"byte {at} of {len(WHOLE)}"
        assert records >= len(LINES) - 3, "only the end can be taken for a torn one"
        found += 1
    assert found == len(WHOLE)


def test_every_byte_that_is_missing_or_twice_is_found() -> None:
    for at in range(0, len(WHOLE), 7):
        for changed in (WHOLE[:at] + WHOLE[at + 1 :], WHOLE[: at + 1] + WHOLE[at:]):
            assert not verified(changed), f"byte {at}"


def moved() -> Iterator[tuple[str, list[bytes]]]:
    for k in range(1, len(LINES)):
        yield f"{k} removed", LINES[:k] + LINES[k + 1 :]
        yield f"{k} twice", LINES[: k + 1] + LINES[k:]
        if k + 1 < len(LINES):
            yield f"{k} and the next swapped", [*LINES[:k], LINES[k + 1], LINES[k], *LINES[k + 2 :]]


def test_records_that_are_removed_doubled_or_swapped_are_found() -> None:
    for what, lines in moved():
        assert not verified(b"".join(lines)), what


def test_they_are_found_even_with_the_chain_made_anew() -> None:
    assert verified(rechained(LINES))
    for what, lines in moved():
        assert not verified(rechained(lines)), what


def test_another_message_or_event_is_found_even_with_the_chain_made_anew() -> None:
    prices = [k for k, line in enumerate(LINES) if b'"directive":"quote"' in line]
    for k in prices:
        quote = LINES[k].replace(b'"price":', b'"price":1', 1)
        with pytest.raises(JournalError, match=f"record {k} (differs|cannot)"):
            run_again(read_journal(rechained([*LINES[:k], quote, *LINES[k + 1 :]])))
    other = LINES[0].replace(b'"seed":3', b'"seed":4')
    with pytest.raises(JournalError, match="differs"):
        run_again(read_journal(rechained([other, *LINES[1:]])))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'"at":0', b'"at":-5', "record 1 cannot be run again"),
        (b'"from":"gateway"', b'"from":"experimenter"', "record 1 cannot be run again"),
        (b'"directive":"open"', b'"directive":"opan"', "record 1 cannot be run again: there is no directive 'opan'"),
        (b'"directive":"open"', b'"directive":"end"', "record 1 cannot be run again"),
        (b'"n":1,', b'"n":2,', "record 1 is missing, 2 stands in its place"),
        (b'"at":0', b'"at":"0"', "record 1 is not one"),
        (b'"events":[', b'"evonts":[', "record 1 is not one"),
    ],
)
def test_a_record_that_makes_no_sense_is_named(old: bytes, new: bytes, said: str) -> None:
    assert LINES[1].count(old) >= 1
    with pytest.raises(JournalError) as caught:
        run_again(read_journal(rechained([LINES[0], LINES[1].replace(old, new, 1), *LINES[2:]])))
    assert said in str(caught.value)


def test_a_seat_that_is_not_there_is_named() -> None:
    k = next(k for k, line in enumerate(LINES) if b'"message":{"directive":"bid"' in line)
    bid = msgspec.json.decode(LINES[k])
    bid["message"]["from"] = 99
    with pytest.raises(JournalError, match=f"record {k} cannot be run again"):
        run_again(read_journal(rechained([*LINES[:k], encode(bid) + b"\n", *LINES[k + 1 :]])))


def test_a_wrong_seal_is_found() -> None:
    more = LINES[-1].replace(b'"records":', b'"records":1', 1)
    with pytest.raises(JournalError, match="the seal counts"):
        read(rechained([*LINES[:-1], more]))
    with pytest.raises(JournalError, match="the seal after record"):
        read(rechained([*LINES[:-1], LINES[-1].replace(b'"records"', b'"racords"')]))
    digest = LINES[-1].replace(b'"digest":"', b'"digest":"f', 1)
    assert not verified(rechained([*LINES[:-1], digest]))


@pytest.mark.parametrize("more", [b"x", b"\n", LINES[1], b"{}\n"])
def test_nothing_may_follow_a_seal(more: bytes) -> None:
    with pytest.raises(JournalError, match="something follows the seal"):
        read(WHOLE + more)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (b"", "no header"),
        (b"hello\n", "no header"),
        (LINES[0][:-1], "no header"),
        (LINES[1], "no header"),
        (rechained([LINES[0].replace(b'"seed":3', b'"seed":"3"')]), "header is wrong"),
        (rechained([LINES[0].replace(b'"format":1', b'"format":2')]), "has format 2, this lab reads format 1"),
    ],
)
def test_without_a_header_that_we_know_nothing_is_read(header: bytes, said: str) -> None:
    with pytest.raises(JournalError, match=said):
        read(header)


def test_a_scenario_of_another_version_is_said() -> None:
    other = rechained([LINES[0].replace(b'"periods":1', b'"poriods":1')])
    with pytest.raises(JournalError, match="of another version"):
        run_again(read_journal(other))


# --- what has been cut -----------------------------------------------------------------------------------------


def test_a_tail_torn_at_any_byte_costs_its_own_record_only() -> None:
    ends = [len(b"".join(LINES[:k])) for k in range(1, len(LINES) + 1)]
    for cut in range(ends[0], len(WHOLE)):
        reading, records = read(WHOLE[:cut])
        whole = max(end for end in ends if end <= cut)
        assert (reading.good_bytes, reading.debris) == (whole, cut - whole)
        assert records == ends.index(whole)
        assert reading.sealed is None


def test_a_last_line_of_rubbish_is_debris() -> None:
    for rubbish in (bytes(500), b"\n", b'{"n":', LINES[-2].replace(b"1", b"2")):
        reading, records = read(b"".join(LINES[:-2]) + rubbish)
        assert (records, reading.debris) == (len(LINES) - 3, len(rubbish))


def test_a_wrong_line_in_the_middle_is_refused_by_its_number() -> None:
    for k in (1, 2, len(LINES) // 2, len(LINES) - 2):
        for wrong in (b"\n", LINES[k].replace(b'"n"', b'"m"'), LINES[k][:40] + b"\n", bytes(100) + b"\n"):
            with pytest.raises(JournalError, match=f"^record {k} is corrupt, and others follow it$"):
                read(b"".join([*LINES[:k], wrong, *LINES[k + 1 :]]))


# --- taken up again --------------------------------------------------------------------------------------------


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
    simulation, chain = session(), Chain()
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


# --- the store -------------------------------------------------------------------------------------------------


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
    monkeypatch.setattr("recordings.store._sync_data", lambda fd: done.append("sync") or sync(fd))
    one.append(one.line(Envelope(GATEWAY, Open()), 0, []))
    assert done == ["write", "sync"]
    one.close()


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
        monkeypatch.setattr("recordings.store._sync_data", full)
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
    with pytest.raises(JournalError, match="no recording at"):
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
    assert same([event], (raw,))
    assert not same([event], (raw.replace(b"90", b"91"),))
    assert not same([event], ())
    assert not same([], (raw,))


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
