"""Whether an imported recording is sound: chain, schema and sums. Its contracts are published and not run again."""

from collections import Counter

from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import Quantity, Role, Seat
from p2p.messages import Contract, EndPeriod, StartPeriod
from p2p.messages.envelope import Event
from p2p.protocol.codec import ProtocolError
from p2p.schedules.rationing import rules_by_market
from recordings.journal.format import JournalError, JournalReader
from recordings.journal.store import scenario_of


class _Period:
    """A market's period: its contracts are numbered from 1, at prices that may be said, and of units that are there."""

    def __init__(self) -> None:
        self.start: StartPeriod | None = None
        self.contracts = 0
        self.traded: Counter[tuple[Role, Seat]] = Counter()

    def fault(self, contract: Contract, low: int, high: int) -> str | None:
        """The fault in the next contract, if there is one."""
        self.contracts += 1
        start, buyer, seller = self.start, contract.buyer, contract.seller
        if start is None or buyer is None or seller is None:
            return "is made outside of a period, or by nobody"
        if contract.number != self.contracts:
            return f"has the number {contract.number}, and is the {self.contracts}. of its period"
        if not low <= contract.paid_to_seller <= contract.price <= high:
            return f"has a price that cannot be: {contract.price}"
        sides: tuple[tuple[Role, Seat, dict[Seat, Quantity]], ...] = (
            ("buyer", buyer, start.buyers),
            ("seller", seller, start.sellers),
        )
        for role, seat, units in sides:
            self.traded[role, seat] += contract.quantity
            if self.traded[role, seat] > units.get(seat, 0):
                return f"trades more than the {role} on seat {seat} holds"
        return None


def imported_fault(reading: JournalReader) -> str | None:
    """The fault in the records of an imported market, if there is one; raises JournalError where a record is broken."""
    scenario = scenario_of(reading.header)
    low, high = scenario.institution.price_min, scenario.institution.price_max
    outcome = SessionOutcome(rules_by_market(scenario, reading.header.seed))
    periods: dict[int | None, _Period] = {}
    for record in reading.records():
        try:
            envelope, events = record.envelope(), record.read_events()
        except ProtocolError as error:
            raise JournalError(f"record {record.n} holds what this lab does not know: {error}") from error
        outcome.on_input(envelope.message)
        for event in events:
            why = _event_fault(event, periods, low, high)
            if why:
                return f"record {record.n}: a contract {why}"
            outcome.on_event(event)
    for score in outcome.scores():
        if score.surplus != sum(score.surplus_by_seat.values()) + score.revenue:
            return f"period {score.period}: the traders' gains and what was kept are not the surplus"
    return None


def _event_fault(event: Event, periods: dict[int | None, _Period], low: int, high: int) -> str | None:
    match event.message:
        case StartPeriod():
            periods[event.market] = period = _Period()
            period.start = event.message
        case EndPeriod():
            periods.pop(event.market, None)
        case Contract():
            return periods.setdefault(event.market, _Period()).fault(event.message, low, high)
        case _:  # no other message is a sum's
            pass
    return None
