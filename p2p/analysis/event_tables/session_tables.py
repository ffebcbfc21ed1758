"""All tables of the messages of a session and of their effects, folded record by record, in one go."""

from collections.abc import Sequence

from p2p.analysis.event_tables.answer_rows import AnswerRows
from p2p.analysis.event_tables.household_rows import household_rows
from p2p.analysis.event_tables.message_rows import MessageRows
from p2p.analysis.event_tables.order_rows import OrderRows
from p2p.analysis.event_tables.people_rows import PeopleRows
from p2p.analysis.event_tables.quote_rows import QuoteRows
from p2p.analysis.event_tables.record_context import RecordContext, Row, RowFold
from p2p.analysis.event_tables.schedule_rows import schedule_rows
from p2p.analysis.event_tables.seat_rows import SeatRows
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import Instant
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.assignment import scenarios_of_markets, seats_of_markets
from p2p.scenario.schema import Scenario


class SessionTables:
    """Folds a session's records; `rows` has the rows of each table, by its name."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        seats = seats_of_markets(scenario, seed)
        can = {market: own.capabilities for market, own in enumerate(scenarios_of_markets(scenario, seed))}
        self.context = RecordContext({seat: market for market, mine in enumerate(seats) for seat in mine})
        self.seats = SeatRows(self.context)
        self.orders = OrderRows(self.context, {market: one.resets_on_contract for market, one in can.items()})
        self.quotes = QuoteRows(self.context, can, self.orders.books)
        self.messages = MessageRows(self.context, self.orders, scenario, seed)
        self.answers = AnswerRows(self.context, scenario)
        self.people = PeopleRows(self.context, scenario)
        self._folds: tuple[RowFold, ...] = (
            self.seats,
            self.orders,
            self.quotes,
            self.messages,
            self.answers,
            self.people,
        )
        self._records = 0

    def on_record(self, envelope: Envelope, at: Instant, events: Sequence[Event], agent: str = "") -> None:
        """Take in a message of the session and its events; `agent`: that of a robot that comes with it."""
        self._records += 1
        record = self.context.take_in(self._records, envelope, at, events, agent)
        for fold in self._folds:
            fold.on_record(record)

    def rows(self, outcome: SessionOutcome) -> dict[str, list[Row]]:
        """The rows of each table; `outcome` says which periods count."""
        counted = set(outcome.counted)
        found = {"orders": self.orders.rows, "quotes": self.quotes.rows, "messages": self.messages.rows}
        for rows in found.values():
            for row in rows:
                row["counted"] = int((row["market"], row["period"]) in counted)
        return {
            **found,
            "schedules": list(schedule_rows(outcome)),
            "seats": self.seats.rows(),
            "households": list(household_rows(outcome)),
            "answers": self.answers.rows,
            "people": self.people.rows(outcome),
        }
