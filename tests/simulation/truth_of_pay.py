"""What must hold of pay and of answers in a simulated hour, worked out from the record and what everybody heard."""

from collections import defaultdict
from functools import partial

from p2p.analysis.pay_rows import PEOPLE, PayRecord, paid_period, seat_pays
from p2p.analysis.seat_occupancy import SeatOccupancy
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import EXPERIMENTER, GATEWAY, Seat
from p2p.messages import Accepted, Earned, PaidPeriod, Respond, Responded
from p2p.scenario.payment import amounts, points_of
from p2p.schedules.rationing import market_rules
from p2p.session.session import Session
from recordings.journal.format import Record
from tests.simulation.client import Client
from tests.simulation.stages import EXPLAINED, SAID


def pay_is_counted_again(session: Session, records: list[Record]) -> None:
    """Each person is told once what they earned, and it is what the record comes to. `session` is a new one."""
    scenario, payment = session.scenario, session.scenario.payment
    assert payment is not None
    outcome, sitting, record = SessionOutcome(partial(market_rules, scenario)), SeatOccupancy(), PayRecord()
    told: defaultdict[Seat, list[Earned]] = defaultdict(list)
    drawn = 0
    for one in records:
        envelope = one.envelope()
        outcome.on_input(envelope.message)
        sitting.on_input(envelope.message, one.at)
        events = session.handle(envelope, one.at)
        record.on_record(envelope, events)
        taken = envelope.sender == GATEWAY or any(isinstance(event.message, Accepted) for event in events)
        drawn += isinstance(envelope.message, PaidPeriod) and taken
        for event in events:
            outcome.on_event(event)
            sitting.on_event(event, one.at)
            if isinstance(event.message, Earned):
                assert isinstance(event.to, int)
                told[event.to].append(event.message)
    assert drawn <= 1, "one period is paid, and it is known once"
    assert all(len(one) == 1 for one in told.values()), "nobody is told twice"
    if payment.paid == "one period" and outcome.counted and record.period is None:
        assert not told, "nobody is told before it is known which period is paid"
        return
    for pay in seat_pays(scenario, outcome, sitting, record, paid_period(scenario, outcome, record, None)):
        assert pay.seat is not None
        if pay.holder in PEOPLE:
            (earned,) = told[pay.seat]
            own = amounts(payment, points_of(earned.points, scenario.point_units), earned.owed)
            assert own == pay.pay, f"seat {pay.seat} was told {earned}, and the record comes to {pay}"


def answers_reached_nobody_else(records: list[Record], journal: bytes, clients: list[Client]) -> int:
    """No word of an answer is told or in the journal; explanations reach those alone who answered. How many did."""
    assert SAID.encode() not in journal
    answered: defaultdict[str, set[tuple[int, int]]] = defaultdict(set)
    for one in records:
        message = one.envelope().message
        if isinstance(message, Respond):
            answered[str(one.envelope().sender)].add((message.stage, message.question))
    explained = 0
    for client in clients:
        for device in (*client.before, client.told):
            assert SAID not in repr(device), client.name
            own = [told.message for told in device if isinstance(told.message, Responded)]
            assert all((one.stage, one.question) in answered[client.name] for one in own), client.name
            assert own or EXPLAINED not in repr(device), client.name
            assert not own or client.name != EXPERIMENTER
            explained += len(own)
    return explained
