"""A recording put away: its journal packed, its scenario, and a manifest of its origins and its end."""

import platform
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from recordings.journal.disk import REAL
from recordings.journal.format import FILE, JournalError, JournalReader
from recordings.journal.packed import PACKED, packed, unpacked
from recordings.journal.store import read_folder, still_runs

MANIFEST, SCENARIO = "manifest.json", "scenario.json"
PACKAGES = ("tradingpit", "msgspec", "websockets", "zstandard")
"""Their versions are in the manifest: those that a recording was made and packed with."""


class Manifest(msgspec.Struct, frozen=True):
    """The origins of a sealed recording, and its end.

    `code`: the lab's version that played it; `chain`: the chain after the last line, in hex, of no other
    journal. `digest`: the session's at its end; `journal_sha256`: of the journal unpacked. `sealed_on`: machine
    and versions that packed it, which need not be those that played it.
    """

    session: str
    title: str
    made: str
    code: str
    seeds: dict[str, int]
    journal_format: int
    rules: int
    records: int
    digest: str
    chain: str
    journal_sha256: str
    sealed_on: dict[str, str]


@dataclass(frozen=True)
class Packed:
    """A recording that was put away: bytes of its journal before and after."""

    before: int
    after: int


def seal(folder: Path, keep: bool = False) -> Packed:
    """Pack the journal in a folder, with scenario and manifest beside it; `keep`: the journal stays as it was, too.

    Raises JournalError where the recording runs, is cut, is packed already or does not hold; OSError of the disk.
    """
    journal = folder / FILE
    if (folder / PACKED).exists() and not journal.exists():
        raise JournalError(f"{folder} is sealed already")
    if still_runs(folder):
        raise JournalError(f"{folder} is still being written by a server: end the session first")
    reading = read_folder(folder)
    manifest = _manifest(reading)
    data = reading.data
    small = packed(data)
    if unpacked(small) != data:
        raise JournalError("the packed journal does not unpack to the same bytes: nothing was changed")
    plain: dict[str, Any] = reading.header.scenario
    REAL.replace(folder / SCENARIO, msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n")
    REAL.replace(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    REAL.replace(folder / PACKED, small)
    if not keep:
        journal.unlink()
    return Packed(len(data), len(small))


def unseal(folder: Path) -> None:
    """Put the journal back as it was, to the byte; raises JournalError where it is not packed or damaged."""
    if (folder / FILE).exists():
        raise JournalError(f"{folder} has its {FILE}: there is nothing to unpack")
    data = read_folder(folder).data
    wrong = manifest_fault(folder, data)
    if wrong:
        raise JournalError(wrong)
    REAL.replace(folder / FILE, data)
    (folder / PACKED).unlink()


def manifest_fault(folder: Path, journal: bytes) -> str:
    """The fault of the manifest beside a journal; empty where it fits, or there is none."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, msgspec.MsgspecError) as error:
        return f"{MANIFEST} cannot be read: {error}"
    if manifest.journal_sha256 == sha256(journal).hexdigest():
        return ""
    return f"{MANIFEST} is of another journal: its sum is {manifest.journal_sha256[:16]}…"


def _manifest(reading: JournalReader) -> Manifest:
    records = sum(1 for _ in reading.records())
    if reading.sealed is None:
        raise JournalError(f"the session was cut after {records} records: pit serve --recover takes it up and ends it")
    header = reading.header
    return Manifest(
        session=header.session,
        title=str(header.scenario.get("title", "")),
        made=header.made,
        code=header.code,
        seeds={"session": header.seed},
        journal_format=reading.format_written,
        rules=header.rules,
        records=records,
        digest=reading.sealed.digest,
        chain=reading.chain.last.hex(),
        journal_sha256=sha256(reading.data).hexdigest(),
        sealed_on=_machine(),
    )


def _machine() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {"system": platform.system(), "machine": platform.machine(), "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
