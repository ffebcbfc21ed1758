"""Whether a recording is sound: its chain holds, and run again, message by message, it gives the same events."""

from dataclasses import dataclass
from pathlib import Path

from p2p.session.rules_versions import RULES_UNDERSTOOD
from p2p.sim.shell.cli_options import shell_word
from recordings.journal.conversion import JOURNAL_FORMAT
from recordings.journal.format import JournalError, JournalReader
from recordings.journal.imported import imported_fault
from recordings.journal.sealing import manifest_fault
from recordings.journal.store import read_folder, run_again, still_runs


@dataclass(frozen=True)
class Verification:
    """The result of a verification: `ok`, a sentence, how many records are good, and whether they were run again or
    only read."""

    ok: bool
    sentence: str
    records: int
    run_again: bool = True


def verify(recording: Path) -> Verification:
    """Check a recording; raises JournalError where there is none that can be read."""
    runs = still_runs(recording)
    reading = read_folder(recording)
    try:
        if reading.header.provenance == "imported":
            return _imported(reading)
        if reading.header.rules not in RULES_UNDERSTOOD:
            records = sum(1 for _ in reading.records())
            why = f"the chain holds; not run again: rules {reading.header.rules} are not ours"
            return Verification(True, f"{records} records, {why}", records, run_again=False)
        session, played = run_again(reading)
    except JournalError as error:
        return Verification(False, str(error), reading.chain.records)
    digest = session.digest().hex()
    if reading.sealed is None:
        return Verification(False, f"not sealed: {_unsealed(recording, reading, runs, len(played))}", len(played))
    if reading.sealed.digest != digest:
        why = f"the records are good, but the digest in the seal is {reading.sealed.digest}, not {digest}"
        return Verification(False, why, len(played))
    wrong = manifest_fault(recording if recording.is_dir() else recording.parent, reading.data)
    if wrong:
        return Verification(False, f"the records are good, but {wrong}", len(played))
    older = f", format {reading.format_written}" if reading.format_written != JOURNAL_FORMAT else ""
    return Verification(True, f"{len(played)} records, digest {digest}{older}", len(played))


def _imported(reading: JournalReader) -> Verification:
    """Of a market that others ran: chain, schema, sums."""
    wrong = imported_fault(reading)
    records = reading.chain.records
    if wrong is None and reading.sealed is None:
        wrong = f"not sealed: {records} records are good; import it again"
    if wrong is None and reading.sealed is not None and reading.sealed.records != records:
        wrong = f"the seal says {reading.sealed.records} records, and there are {records}"
    told = f"{records} records: chain, schema and sums hold; contracts imported, not run again"
    return Verification(wrong is None, wrong or told, records, run_again=False)


def _unsealed(recording: Path, reading: JournalReader, runs: bool, good: int) -> str:
    if runs:
        return f"the session is still running; {good} records are good so far"
    cut = f", then {reading.debris} bytes of an unfinished one" if reading.debris else ""
    return f"{good} records are good{cut}; pit serve --recover {shell_word(recording)} takes it up"
