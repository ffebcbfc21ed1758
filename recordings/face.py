"""`recordings.load(folder)`: a recording in a script, with DataFrames; each file is read when it is asked for."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from p2p.base.units import Instant, Seat
from p2p.messages.envelope import Envelope, Event
from p2p.protocol.codec import ProtocolError
from p2p.protocol.frames import NumberedFact
from p2p.scenario.schema import Scenario
from p2p.sim.face.frames import frame
from p2p.sim.simulation.batch import SessionResult
from p2p.sim.tables.schema import Column
from p2p.sim.tables.writer import Row, columns_of, rows_of
from recordings.export.tables import played
from recordings.journal.format import JournalError, Record
from recordings.journal.store import read_folder, scenario_of
from recordings.journal.verification import Verification, verify
from recordings.reading.participants import agents, load_names
from recordings.reading.replay import read_replay
from recordings.scoring.score import Score, score

if TYPE_CHECKING:
    import pandas as pd

RECORD = Column("record", "count", "–", "number of the record in the journal, from 1")
AT = Column("at_us", "count", "µs", "when, on the session's clock")
MESSAGES = (
    RECORD,
    AT,
    Column("sender", "word", "–", "a seat's number, or experimenter, gateway, institution, session"),
    Column("directive", "word", "–", "what was said"),
    Column("token", "count", "–", "the sender's number of it; 0 of messages without one"),
    Column("seen", "count", "–", "number of the last fact that the sender had"),
    Column("payload", "word", "JSON", "its fields"),
)
EVENTS = (
    RECORD,
    AT,
    Column("market", "count", "–", "number of the market, from 0; empty of the session's own"),
    Column("sender", "word", "–", "who sent it"),
    Column("to", "word", "–", "whom it is for: a seat's number, agents, everyone, environment, institution …"),
    Column("directive", "word", "–", "what was sent"),
    Column("payload", "word", "JSON", "its fields"),
)


class Recording:
    """One recorded session. Made by `recordings.load`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        """The folder, or the journal's file."""
        header = read_folder(folder).header
        self.name: str = header.session
        """What the session is called."""
        self.seed: int = header.seed
        """Its seed: the same scenario and seed deal the same seats and schedules."""
        self.scenario: Scenario = scenario_of(header)
        """What was played."""

    def __repr__(self) -> str:
        return f"<Recording {self.name}>"

    # --- what was said and what came of it ---------------------------------------------------------------------

    @property
    def sealed(self) -> bool:
        """Whether the session came to its end, or was stopped in order; False where the recording was cut."""
        reading = read_folder(self.folder)
        for _ in reading.records():
            pass
        return reading.sealed is not None

    @property
    def participants(self) -> dict[Seat, str]:
        """By seat: the name that a person gave, or the agent of a robot; seats of which neither is known are absent."""
        return agents(self.folder) | load_names(self.folder)

    def messages(self) -> "pd.DataFrame":
        """All that was handed in, in order: record, at_us (µs), sender, directive, token, seen, payload (JSON)."""
        return frame((_message_row(n, at, said) for n, at, said, _ in self._records()), MESSAGES)

    def events(self) -> "pd.DataFrame":
        """All that came of it, in order: record, at_us (µs), market, sender, to, directive, payload (JSON)."""
        rows = (_event_row(n, at, event) for n, at, _, events in self._records() for event in events)
        return frame(rows, EVENTS)

    def facts(self, seat: Seat | None = None) -> list[NumberedFact]:
        """The facts told to a seat, in order, or to the public of the first market if no seat is given.

        Raises ReplayError where there is no such seat.
        """
        return read_replay(self.folder, seat).told

    def _records(self) -> Iterator[tuple[int, Instant, Envelope, list[Event]]]:
        for record in read_folder(self.folder).records():
            yield record.n, record.at, *_decoded(record)

    # --- tables, score, soundness ------------------------------------------------------------------------------

    @cached_property
    def _result(self) -> SessionResult:
        return next(iter(played([self.folder])))

    def tables(self) -> dict[str, "pd.DataFrame"]:
        """All tables of docs/tables.md by name; `df.attrs["units"]` has the unit of each column.

        Their `messages` are the traders', with what each had seen; `Recording.messages()` has all, with their fields.
        """
        rows: dict[str, list[Row]] = rows_of(self._result)
        found = columns_of([self.scenario], recorded=True)
        return {name: frame(rows[name], columns) for name, columns in found.items()}

    @cached_property
    def _tables(self) -> dict[str, "pd.DataFrame"]:
        return self.tables()

    @property
    def sessions(self) -> "pd.DataFrame":
        """A row for each market of the session: efficiency, alpha, mean price, quantity, surplus."""
        return self._tables["sessions"]

    @property
    def periods(self) -> "pd.DataFrame":
        """A row for each market and finished period, with its equilibrium."""
        return self._tables["periods"]

    @property
    def contracts(self) -> "pd.DataFrame":
        """A row for each contract: time (s of its period), price (ticks), quantity, both seats, value and cost."""
        return self._tables["contracts"]

    @property
    def traders(self) -> "pd.DataFrame":
        """A row for each trader and finished period: agent, role, units, surplus, who held the seat how long (s)."""
        return self._tables["traders"]

    @property
    def orders(self) -> "pd.DataFrame":
        """A row for each change of an order: the book at any instant is what the rows up to it leave."""
        return self._tables["orders"]

    @property
    def quotes(self) -> "pd.DataFrame":
        """A row for each change of the best bid or ask, and how long it stood (s)."""
        return self._tables["quotes"]

    @property
    def schedules(self) -> "pd.DataFrame":
        """A row for each unit of each trader and finished period, also of those that were not traded."""
        return self._tables["schedules"]

    @property
    def seats(self) -> "pd.DataFrame":
        """A row for each spell of a holder on a seat: a person, a robot and its agent, or nobody."""
        return self._tables["seats"]

    @property
    def households(self) -> "pd.DataFrame":
        """A row for each household and interval: load, PV, battery (Wh), and what the grid settled."""
        return self._tables["households"]

    @property
    def answers(self) -> "pd.DataFrame":
        """A row for each answer in a stage, and each consent."""
        return self._tables["answers"]

    @property
    def deliveries(self) -> "pd.DataFrame":
        """A row for each seat: how long facts waited for its line (ms)."""
        return self._tables["deliveries"]

    @property
    def interventions(self) -> "pd.DataFrame":
        """A row for each act of the experimenter's that took effect: time (s), kind, seat, period, digest of words."""
        return self._tables["interventions"]

    def score(self) -> Score:
        """Periods, whole session and traders, scored as `pit score` does."""
        return score(self.folder)

    def verify(self) -> Verification:
        """Run it again, message by message: `ok`, and a sentence with the findings."""
        return verify(self.folder)


def load(folder: str | Path) -> Recording:
    """The recording in a folder.

    Args:
        folder: As `pit serve` names it; the journal's file will do, too.

    Returns:
        Recording: scenario, seed, DataFrames, messages, facts, score, verification.

    Raises:
        JournalError: There is no recording, it is corrupt, or a newer lab made it.

    Example:
        >>> import recordings
        >>> recording = recordings.load("recordings/samples/smith-1962-test-1")
        >>> len(recording.periods) > 0
        True
    """
    return Recording(Path(folder))


def _decoded(record: Record) -> tuple[Envelope, list[Event]]:
    try:
        return record.envelope(), record.read_events()
    except ProtocolError as error:
        raise JournalError(f"record {record.n} holds what this lab does not know: {error}") from error


def _payload(message: Any) -> str:
    return msgspec.json.encode(message).decode()


def _message_row(n: int, at: Instant, said: Envelope) -> Row:
    row: Row = {"record": n, "at_us": at, "sender": str(said.sender), "directive": said.message.directive}
    return row | {"token": said.token, "seen": said.seen, "payload": _payload(said.message)}


def _event_row(n: int, at: Instant, event: Event) -> Row:
    row: Row = {"record": n, "at_us": at, "market": event.market, "sender": str(event.sender), "to": str(event.to)}
    return row | {"directive": event.message.directive, "payload": _payload(event.message)}
