"""Recordings as the tables that simulated sessions are written as (docs/tables.md), one session each."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from p2p.analysis.transaction_rows import Row, contract_rows, trader_rows
from p2p.sim.simulation.about import about, market_arms
from p2p.sim.simulation.batch import SessionResult, foresight
from recordings.journal.format import Header, JournalError, JournalReader
from recordings.journal.store import read_folder, still_runs
from recordings.reading.deliveries import delivery_rows
from recordings.reading.history import SessionHistory
from recordings.reading.participants import agents_over_time


def played(folders: Sequence[Path], notes: list[str] | None = None) -> Iterator[SessionResult]:
    """Each recording as a session that was played, its finished periods; raises JournalError, which names it.

    `notes` gets a line for each that was cut or still runs.
    """
    for number, folder in enumerate(folders, 1):
        runs, reading = still_runs(folder), read_folder(folder)
        folded, seed = _folded(reading, folder), reading.header.seed
        if reading.sealed is None and notes is not None:
            what = "this session is still running" if runs else "this recording was cut"
            notes.append(f"{folder}: {what}: its finished periods count")
        outcome, scenario = folded.outcome, folded.scenario
        scores = outcome.scores()
        traders = trader_rows(number, scenario, seed, None, outcome, scores, folded.sitting)
        contracts = contract_rows(number, outcome, folded.times)
        bounds = foresight(scenario, seed, outcome)
        yield SessionResult(
            number,
            seed,
            scores,
            activations=0,
            foresight=bounds,
            contracts=tuple(contracts),
            traders=tuple(traders),
            interventions=tuple({"session": number, **row} for row in folded.interventions.rows),
            recorded=_recorded(number, folded, folder),
            title=scenario.title,
            recording=reading.header.session,
            about=about(scenario, reading.header.session, _opened(reading.header), reading.header.provenance),
            arms=market_arms(scenario, seed),
        )


def _folded(reading: JournalReader, folder: Path) -> SessionHistory:
    """The history of a recording; raises JournalError, which names it."""
    try:
        return SessionHistory(reading, agents_over_time(folder), tables=True)
    except JournalError as error:
        raise JournalError(str(error) if str(folder) in str(error) else f"{folder}: {error}") from error


def _recorded(number: int, folded: SessionHistory, folder: Path) -> dict[str, list[Row]]:
    """The rows of the tables that recordings alone have, each with the number of its session."""
    assert folded.tables is not None, "they were asked for"
    found = folded.tables.rows(folded.outcome) | {"deliveries": delivery_rows(folder)}
    return {name: [{"session": number, **row} for row in rows] for name, rows in found.items()}


def _opened(header: Header) -> str | None:
    """When a session was opened; a simulated one never was."""
    return None if header.provenance == "simulated" else header.made
