"""A journal written anew in today's format: the same records, another header, and so another chain."""

from pathlib import Path

from recordings.journal.disk import REAL
from recordings.journal.format import FILE, JournalError, RecordChain
from recordings.journal.store import JOURNAL_MODE, read_folder


def rewrite(recording: Path, out: Path) -> tuple[int, int]:
    """Write a recording into a new folder; its format before, and how many records there are.

    Raises JournalError where it cannot be read or the folder exists, OSError where nothing can be written.
    """
    reading = read_folder(recording)
    chain = RecordChain()
    lines = [chain.header(reading.header)]
    lines += [chain.record(record.envelope(), record.at, record.read_events()) for record in reading.records()]
    if reading.sealed is not None:
        lines.append(chain.seal(bytes.fromhex(reading.sealed.digest)))
    if out.exists():
        raise JournalError(f"{out} is there already: name a new folder")
    REAL.make_folder(out)
    REAL.replace(out / FILE, b"".join(lines), JOURNAL_MODE)
    return reading.format_written, chain.records
