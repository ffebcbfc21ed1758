"""The course of a recording, folded once for everybody who asks: scores, tables, payments."""

from collections.abc import Mapping

from p2p.analysis.event_tables.session_tables import SessionTables
from p2p.analysis.intervention_rows import InterventionRows
from p2p.analysis.pay_rows import PayRecord
from p2p.analysis.seat_occupancy import SeatOccupancy
from p2p.analysis.session_outcome import SessionOutcome
from p2p.analysis.transaction_rows import ContractTimes
from p2p.analysis.who_ordered import WhoOrdered
from p2p.base.units import Seat
from p2p.messages import Joined, Message
from p2p.protocol.codec import ProtocolError
from p2p.schedules.rationing import rules_by_market
from recordings.journal.format import JournalError, JournalReader
from recordings.journal.store import scenario_of


class SessionHistory:
    """The course of a recording: its outcome, times of contracts, holders of seats, the experimenter's acts."""

    def __init__(
        self,
        reading: JournalReader,
        agents: Mapping[Seat, list[tuple[int, str]]] | None = None,
        tables: bool = False,
    ) -> None:
        """Fold it; `agents`: what robots said that they play; `tables`: whether orders, quotes and so on are wanted.

        Raises JournalError where a record is none of ours.
        """
        agents = agents or {}
        self.scenario = scenario_of(reading.header)
        self.outcome = SessionOutcome(rules_by_market(self.scenario, reading.header.seed))
        self.times, self.sitting = ContractTimes(), SeatOccupancy()
        self.interventions = InterventionRows()
        self.pay, self.ordered = PayRecord(), WhoOrdered()
        self.tables = SessionTables(self.scenario, reading.header.seed) if tables else None
        for record in reading.records():
            try:
                envelope, events = record.envelope(), record.read_events()
            except ProtocolError as error:
                raise JournalError(f"record {record.n} holds what this lab does not know: {error}") from error
            self.interventions.on_record(envelope, record.at, events)
            self.pay.on_record(envelope, events)
            self.ordered.on_record(envelope, events)
            self.outcome.on_input(envelope.message)
            agent = _agent(envelope.message, record.n, agents)
            self.sitting.on_input(envelope.message, record.at, agent)
            if self.tables is not None:
                self.tables.on_record(envelope, record.at, events, agent)
            for event in events:
                self.outcome.on_event(event)
                self.times.on_event(event, record.at)
                self.sitting.on_event(event, record.at)


def _agent(message: Message, record: int, agents: Mapping[Seat, list[tuple[int, str]]]) -> str:
    """What a robot that comes at a record said that it plays."""
    if not isinstance(message, Joined) or message.controller != "robot":
        return ""
    said = [name for since, name in agents.get(message.seat, []) if since < record]
    return said[-1] if said else ""
