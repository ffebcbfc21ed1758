"""The machine loses its power: what was acknowledged is there, and what was not is cut off, torn as it may be."""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import pytest

from p2p.base.units import Instant
from p2p.messages.envelope import Envelope, Event
from p2p.session.session import Session
from p2p.sim.simulation.simulation import Simulation
from recordings.journal.format import FILE, JournalError, JournalReader, read_journal
from recordings.journal.store import Recovered, Store, read_folder
from tests.plays.play import small
from tests.simulation.disk import SimulatedDisk

SCENARIO = small(((150,) * 40, (130,) * 30), ((50,) * 40, (60,) * 30), period_s=60.0, periods=4)
FOLDER = Path("recordings") / "one"
MESSAGES = 500


@cache
def said() -> tuple[tuple[Envelope, Instant, list[Event]], ...]:
    """What a session of 500 messages was told, when, and what it answered."""
    played = tuple(Simulation(SCENARIO, ["zic"] * 4, 3).play())[:MESSAGES]
    assert len(played) == MESSAGES
    return played


@cache
def digest_after(records: int) -> bytes:
    session = Session(SCENARIO, 3)
    for envelope, at, _ in said()[:records]:
        session.handle(envelope, at)
    return session.digest()


@dataclass
class Crash:
    """The disk as it was before one of its calls, and how many records had been acknowledged by then."""

    call: str
    acknowledged: int
    found: SimulatedDisk


@dataclass
class Course:
    """A session written to a simulated disk in batches, with its power cut before every call of the disk."""

    seed: int
    losses: int = 1
    upto: int = MESSAGES
    crashes: list[Crash] = field(default_factory=list)
    acknowledged: int = -1

    def play(self) -> "Course":
        rng, chance = Random(self.seed), Random(self.seed + 1)

        def tick(call: str) -> None:
            for _ in range(self.losses):
                self.crashes.append(Crash(call, self.acknowledged, disk.after_power_loss(chance)))

        disk = SimulatedDisk(tick)
        store = Store.create(FOLDER, SCENARIO, 3, "test", disk)
        self.acknowledged, done = 0, 0
        while done < self.upto:
            batch = said()[done : min(self.upto, done + rng.choice((1, 1, 2, 5, 12)))]
            store.append(b"".join(store.line(*one) for one in batch))
            done += len(batch)
            self.acknowledged = done
        tick("the end")
        self.whole = disk.files[FOLDER / FILE].data
        return self


def read(crash: Crash) -> tuple[JournalReader, int]:
    reading = read_folder(FOLDER, crash.found)
    return reading, sum(1 for _ in reading.records())


def holds(course: Course, crash: Crash) -> int:
    """Hold what was found against the truth; how many records there are."""
    reading, records = read(crash)
    assert records >= crash.acknowledged, f"acknowledged {crash.acknowledged}, found {records} at a {crash.call}"
    assert course.whole.startswith(reading.data[: reading.good_bytes])
    assert reading.good_bytes + reading.debris == len(reading.data)
    return records


def test_no_boundary_of_a_write_or_a_sync_loses_what_was_acknowledged() -> None:
    course = Course(1, losses=2).play()
    torn = 0
    for crash in course.crashes:
        if crash.acknowledged < 0:
            continue
        records = holds(course, crash)
        torn += records > crash.acknowledged
    assert torn > 20, "some records survive that nobody was told"
    assert len(course.crashes) > 400


def test_a_recording_is_there_from_its_first_acknowledgement_with_all_its_folders() -> None:
    course = Course(2, losses=3, upto=5).play()
    for crash in course.crashes:
        if crash.acknowledged >= 0:
            assert crash.found.files.keys() == {FOLDER / FILE}
        else:
            found = crash.found.files.get(FOLDER / FILE)
            assert found is None or len(found.data) <= len(course.whole)


def torn_tails(tails: int) -> None:
    course = Course(3, losses=max(1, tails // 180 + 1), upto=120).play()
    holes = 0
    tried = [crash for crash in course.crashes if crash.acknowledged >= 0 and crash.call == "sync"]
    tried = [crash for crash in tried for _ in range(1 + tails // len(tried))][:tails]
    for n, crash in enumerate(tried):
        records = holds(course, crash)
        reading = read(crash)[0]
        holes += b"\n" in reading.data[reading.good_bytes :]
        if n % 25 == 0:
            assert Recovered(FOLDER, crash.found).session.digest() == digest_after(records)
    assert holes > tails // 50, "lines without the line before them are among the tails"


def test_torn_tails_of_batches_are_cut_off() -> None:
    torn_tails(800)


@pytest.mark.full
def test_ten_thousand_torn_tails_of_batches_are_cut_off() -> None:
    torn_tails(10_000)


def test_a_session_is_taken_up_after_a_loss_of_power_again_and_again() -> None:
    rng = Random(5)
    disk = SimulatedDisk()
    store = Store.create(FOLDER, SCENARIO, 3, "test", disk)
    done = acknowledged = 0
    for _ in range(30):
        for _ in range(rng.randrange(4)):
            batch = said()[done : done + rng.choice((1, 3, 9))]
            store.append(b"".join(store.line(*one) for one in batch))
            done = acknowledged = done + len(batch)
        lost = said()[done : done + 9]
        disk.tick = _cut_at("sync")
        with pytest.raises(_Cut):
            store.append(b"".join(store.line(*one) for one in lost))
        disk = disk.after_power_loss(rng)
        recovered = Recovered(FOLDER, disk)
        done = len(recovered.played)
        assert acknowledged <= done <= acknowledged + len(lost)
        assert recovered.session.digest() == digest_after(done)
        store = recovered.reopen()
        acknowledged = done


class _Cut(Exception):
    pass


def _cut_at(call: str):
    def tick(now: str) -> None:
        if now == call:
            raise _Cut

    return tick


def batches() -> tuple[list[bytes], list[int]]:
    """A journal's lines, and for each the number of its batch (-1: the header)."""
    disk = SimulatedDisk()
    store = Store.create(FOLDER, SCENARIO, 3, "test", disk)
    numbers = [-1]
    for number in range(5):
        batch = said()[4 * number : 4 * number + 4]
        store.append(b"".join(store.line(*one) for one in batch))
        numbers += [number] * 4
    return disk.files[FOLDER / FILE].data.splitlines(keepends=True), numbers


def test_a_hole_in_the_last_batch_is_debris_and_one_before_it_is_corruption_that_is_named() -> None:
    lines, numbers = batches()
    for hole in range(1, len(lines)):
        for wrong in (bytes(len(lines[hole])), b"\n", lines[hole][:50] + lines[hole][51:], b""):
            data = b"".join([*lines[:hole], wrong, *lines[hole + 1 :]])
            reading = read_journal(data)
            if numbers[hole] == numbers[-1]:
                assert sum(1 for _ in reading.records()) == hole - 1
                assert reading.debris == len(data) - reading.good_bytes
            else:
                with pytest.raises(JournalError, match=f"^record {hole} is corrupt, and others follow it$"):
                    list(reading.records())


def test_one_later_line_is_enough_to_tell_corruption_from_debris() -> None:
    lines, numbers = batches()
    for hole in range(1, 5):
        for later in range(5, len(lines)):
            data = b"".join([*lines[:hole], bytes(300), b"\n", lines[later], b'{"n":'])
            assert numbers[later] > numbers[hole]
            with pytest.raises(JournalError, match=f"^record {hole} is corrupt"):
                list(read_journal(data).records())


def test_a_hole_before_a_seal_is_corruption() -> None:
    disk = SimulatedDisk()
    store = Store.create(FOLDER, SCENARIO, 3, "test", disk)
    store.append(b"".join(store.line(*one) for one in said()[:8]))
    store.seal(digest_after(8))
    lines = disk.files[FOLDER / FILE].data.splitlines(keepends=True)
    for hole in range(1, 9):
        with pytest.raises(JournalError, match=f"^record {hole} is corrupt"):
            list(read_journal(b"".join([*lines[:hole], b"\n", *lines[hole + 1 :]])).records())


def test_a_disk_that_has_failed_is_never_written_to_again() -> None:
    disk = SimulatedDisk()
    store = Store.create(FOLDER, SCENARIO, 3, "test", disk)
    disk.tick = _cut_at("sync")
    with pytest.raises(_Cut):
        store.append(store.line(*said()[0]))
    disk.tick = lambda call: None
    with pytest.raises(AssertionError, match="has failed"):
        store.append(store.line(*said()[1]))


@pytest.mark.full
def test_a_session_of_500_messages_gives_the_same_state_wherever_its_power_is_cut() -> None:
    course = Course(7, losses=1).play()
    for crash in course.crashes:
        if crash.acknowledged >= 0:
            records = holds(course, crash)
            assert Recovered(FOLDER, crash.found).session.digest() == digest_after(records)
