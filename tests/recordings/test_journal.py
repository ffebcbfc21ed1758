"""The journal: every byte is guarded, and a torn tail costs its own record only."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from p2p.messages import Bid
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import encode
from recordings.journal.format import JournalError, read_journal
from recordings.journal.store import Store, read_folder, run_again, scenario_of
from tests.plays.journals import LINES, SCENARIO, WHOLE, read, rechained, verified
from tests.plays.play import Course

# --- what it holds -----------------------------------------------------------------------------------------------


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


# --- what has been changed ---------------------------------------------------------------------------------------


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
        (rechained([LINES[0].replace(b'"format":2', b'"format":9')]), "has format 9, made by a newer lab"),
    ],
)
def test_without_a_header_that_we_know_nothing_is_read(header: bytes, said: str) -> None:
    with pytest.raises(JournalError, match=said):
        read(header)


def test_a_scenario_of_another_version_is_said() -> None:
    other = rechained([LINES[0].replace(b'"periods":1', b'"poriods":1')])
    with pytest.raises(JournalError, match="of another version"):
        run_again(read_journal(other))


# --- what has been cut -------------------------------------------------------------------------------------------


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
