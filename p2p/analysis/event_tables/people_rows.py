"""A row for each seat of a session: its person's consent, wrong answers, confirmed losses, and how they left."""

from collections import Counter

from p2p.analysis.event_tables.record_context import Record, RecordContext, Row, RowFold
from p2p.analysis.pay_rows import PEOPLE, PayRecord
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import Seat, is_seat
from p2p.messages import AdvanceStage, Agree, Refused, Responded
from p2p.scenario.schema import Scenario
from p2p.scenario.stages import Consent, Questions


class PeopleRows(RowFold):
    """Folds records; a question that was not asked leaves an empty cell, and so does a robot."""

    def __init__(self, context: RecordContext, scenario: Scenario) -> None:
        self._context, self._scenario = context, scenario
        self._pay = PayRecord()
        self._agreed: dict[Seat, Agree] = {}
        self._wrong: Counter[Seat] = Counter()
        self._confirmed: Counter[Seat] = Counter()
        self._used_up: set[Seat] = set()
        self._let_on: Counter[Seat] = Counter()

    def on_record(self, record: Record) -> None:
        """Take in a record."""
        envelope, sender = record.envelope, record.envelope.sender
        self._pay.on_record(envelope, record.every)
        if any(event.to == sender and isinstance(event.message, Refused) for event in record.every):
            return
        match envelope.message:
            case AdvanceStage(seat=int() as seat):
                self._let_on[seat] += 1
            case Agree() as said if is_seat(sender):
                self._agreed[sender] = said
            case said if is_seat(sender) and not record.practice and getattr(said, "confirmed", False):
                self._confirmed[sender] += 1
            case _:
                pass
        for event in record.every:
            if isinstance(event.message, Responded) and event.message.right is False and is_seat(event.to):
                self._wrong[event.to] += 1
                self._used_up |= set() if event.message.tries_left else {event.to}

    def rows(self, outcome: SessionOutcome) -> list[Row]:
        """The rows, by seat."""
        return [self._row(seat, market, outcome) for seat, market in sorted(self._context.market_of.items())]

    def _row(self, seat: Seat, market: int, outcome: SessionOutcome) -> Row:
        asked = any(isinstance(one, Consent) and one.data_use for one in self._scenario.stage)
        agreed, owner = self._agreed.get(seat), self._pay.holder(seat, outcome)
        stages = self._scenario.stage if owner in PEOPLE else ()
        controls = any(isinstance(one, Questions) for one in stages)
        confirms = self._scenario.loss_confirm and owner in PEOPLE
        return {
            "market": market,
            "seat": seat,
            "card": seat + 1,
            "owner": owner,
            "consent": None if agreed is None else int(agreed.yes),
            "data_use": int(agreed.data_use) if agreed is not None and asked else None,
            "wrong": self._wrong[seat] if controls else None,
            "tries_used_up": int(seat in self._used_up) if controls else None,
            "let_on": self._let_on[seat] if stages else None,
            "losses_confirmed": self._confirmed[seat] if confirms else None,
        }
