"""The reveal of a hosted session that is over, folded from its recording: before the end there is nothing to tell."""

from pathlib import Path

from p2p.analysis.reveal import reveal
from p2p.protocol.reveal import Reveal
from recordings.journal.disk import Disk
from recordings.journal.store import read_folder, scenario_of


def recorded_reveal(folder: Path, disk: Disk) -> Reveal:
    """The reveal of a recording; raises JournalError or OSError. It takes a while, so this is for a thread."""
    reading = read_folder(folder, disk)
    happened = ((record.at, event) for record in reading.records() for event in record.read_events())
    return reveal(scenario_of(reading.header), reading.header.seed, happened)
