"""A recording put away: packed to the byte, read like any other, cut, damaged, undone."""

import os
import shutil
import stat
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

import recordings
from recordings.commands.seal import seal as command
from recordings.journal import packed as packing
from recordings.journal.format import JournalError
from recordings.journal.packed import packed, unpacked
from recordings.journal.sealing import MANIFEST, SCENARIO, Manifest, seal, unseal
from recordings.journal.store import Recovered, read_folder
from recordings.journal.verification import verify

SAMPLE = Path("recordings/samples/smith-1962-test-1/journal.jsonl")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "session"
    made.mkdir()
    shutil.copy(SAMPLE, made)
    return made


def test_a_sealed_recording_is_small_and_says_the_same_everywhere(folder: Path) -> None:
    before = recordings.load(folder)
    contracts, events = before.contracts, before.events()
    done = seal(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["journal.jsonl.zst", MANIFEST, SCENARIO]
    assert done.after * 4 < done.before
    after = recordings.load(folder)
    assert after.contracts.equals(contracts)
    assert after.events().equals(events)
    assert after.sealed
    assert verify(folder).ok
    assert verify(folder / "journal.jsonl.zst").ok


def test_the_manifest_has_the_origins_and_the_end(folder: Path) -> None:
    reading = read_folder(folder)
    records = sum(1 for _ in reading.records())
    seal(folder)
    said = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    assert reading.sealed is not None
    assert (said.session, said.seeds, said.records) == (
        reading.header.session,
        {"session": reading.header.seed},
        records,
    )
    assert (said.digest, said.chain) == (reading.sealed.digest, reading.chain.last.hex())
    assert {"system", "machine", "python", "msgspec"} <= set(said.sealed_on)
    assert msgspec.json.decode((folder / SCENARIO).read_bytes()) == reading.header.scenario


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_all_files_are_their_owners_alone(folder: Path) -> None:
    seal(folder)
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_undone_the_journal_is_back_to_the_byte(folder: Path) -> None:
    seal(folder)
    unseal(folder)
    assert (folder / "journal.jsonl").read_bytes() == SAMPLE.read_bytes()
    with pytest.raises(JournalError, match="nothing to unpack"):
        unseal(folder)


def test_kept_both_lie_there_and_the_journal_is_read(folder: Path) -> None:
    seal(folder, keep=True)
    (folder / "journal.jsonl.zst").write_bytes(b"spoilt")
    assert verify(folder).ok


def test_a_journal_beside_anothers_manifest_is_told_of(folder: Path) -> None:
    seal(folder, keep=True)
    wrong = (folder / MANIFEST).read_text().replace('"journal_sha256": "', '"journal_sha256": "0')
    (folder / MANIFEST).write_text(wrong)
    found = verify(folder)
    assert not found.ok
    assert "of another journal" in found.sentence


def test_a_packed_journal_that_was_cut_is_read_as_far_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "FRAME_BYTES", 2_000)
    whole = SAMPLE.read_bytes()
    small = packed(whole)
    lengths = []
    for end in range(0, len(small), 97):
        found = unpacked(small[:end])
        assert whole.startswith(found)
        lengths.append(len(found))
    assert lengths == sorted(lengths)
    assert len(whole) - lengths[-1] < 3 * 2_000
    assert unpacked(small) == whole


def test_frames_hold_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "FRAME_BYTES", 2_000)
    parts = list(packing._parts(SAMPLE.read_bytes()))
    assert len(parts) > 3
    assert all(part.endswith(b"\n") for part in parts)


def test_a_damaged_frame_is_named_and_nothing_is_made_up(folder: Path) -> None:
    seal(folder)
    path = folder / "journal.jsonl.zst"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(JournalError, match="damaged"):
        recordings.load(folder)


def test_a_file_made_to_fill_the_memory_is_no_recording(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packing, "UNPACKED_MAX", 1_000_000)
    bomb = packed(b"\0" * 50_000_000)
    assert len(bomb) < 50_000
    (tmp_path / "journal.jsonl.zst").write_bytes(bomb)
    with pytest.raises(JournalError, match="no session has so many"):
        read_folder(tmp_path)


def test_a_session_that_was_cut_is_not_sealed(folder: Path) -> None:
    journal = folder / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(JournalError, match="was cut"):
        seal(folder)
    assert [path.name for path in folder.iterdir()] == ["journal.jsonl"]


def test_a_sealed_session_is_taken_up_only_after_it_was_unpacked(folder: Path) -> None:
    seal(folder)
    with pytest.raises(JournalError, match="pit seal --undo"):
        Recovered(folder)


def test_the_command_says_what_it_did_and_refuses_in_one_line(folder: Path) -> None:
    done = CliRunner().invoke(command, [str(folder)])
    assert done.exit_code == 0
    assert "sealed," in done.output
    again = CliRunner().invoke(command, [str(folder)])
    assert again.exit_code == 1
    assert "sealed already" in again.output
    assert CliRunner().invoke(command, [str(folder), "--undo"]).exit_code == 0
    assert (folder / "journal.jsonl").exists()
    nothing = CliRunner().invoke(command, [str(folder), "--undo", "--keep"])
    assert nothing.exit_code == 2
