"""Recordings as the tables that simulated sessions are written as (docs/tables.md), one session each."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from p2p.outcome import Outcome
from p2p.sim.batch import Played, foresight
from p2p.sim.details import Times, contract_rows, trader_rows
from p2p.sitting import Sitting
from p2p.wire import ProtocolError
from recordings.journal import JournalError, Reading
from recordings.store import read_folder, scenario_of


class Folded:
    """What happened in a recording: its outcome, when contracts were made, and who sat where."""

    def __init__(self, reading: Reading) -> None:
        """Fold it; raises JournalError where a record holds no message of ours."""
        self.scenario = scenario_of(reading.header)
        self.outcome = Outcome(self.scenario.charges)
        self.times, self.sitting = Times(), Sitting()
        for record in reading.records():
            try:
                envelope, events = record.envelope(), record.read_events()
            except ProtocolError as error:
                raise JournalError(f"record {record.n} holds what this lab does not know: {error}") from error
            self.outcome.hear(envelope.message)
            self.sitting.hear(envelope.message, record.at)
            for event in events:
                self.outcome.see(event)
                self.times.see(event, record.at)
                self.sitting.see(event, record.at)


def played(folders: Sequence[Path]) -> Iterator[Played]:
    """Each recording as a session that was played, its finished periods; raises JournalError."""
    for number, folder in enumerate(folders, 1):
        reading = read_folder(folder)
        folded, seed = Folded(reading), reading.header.seed
        outcome, scenario = folded.outcome, folded.scenario
        scores = outcome.scores()
        cast = tuple(outcome.controllers.get(seat, "") for seat in range(scenario.seats))
        traders = trader_rows(number, scenario, seed, cast, outcome, scores, folded.sitting)
        contracts = contract_rows(number, outcome, folded.times)
        bounds = foresight(scenario, outcome)
        yield Played(number, seed, scores, 0, bounds, (), tuple(contracts), tuple(traders))
