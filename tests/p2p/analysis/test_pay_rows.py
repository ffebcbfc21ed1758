"""Pay is counted twice, by the session and from its recorded events: both come to the same, in every kind of market."""

import random
from functools import partial

import msgspec
import pytest

from p2p.analysis.pay_rows import PayRecord, paid_period, seat_pays
from p2p.analysis.seat_occupancy import SeatOccupancy
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import EXPERIMENTER, GATEWAY
from p2p.messages import Earned, Joined, PaidPeriod, Void
from p2p.messages.envelope import Envelope, Event
from p2p.scenario.payment import Payment, points_of
from p2p.scenario.schema import Scenario
from p2p.schedules.rationing import market_rules
from p2p.sim.library.files import load
from p2p.sim.simulation.simulation import Simulation

NAMES = ("smith-1962-test-1", "open-book", "call-market", "posted-offer", "tax-on-buyers", "supply-shift", "energy-day")


def paid(name: str, rule: str) -> Scenario:
    scenario = load(name)
    changes = {"periods": min(scenario.periods, 3), "period_s": 30.0, "overrides": (), "break_s": 1.0}
    if name == "tax-on-buyers":
        changes.pop("overrides")
        changes["periods"] = scenario.periods
    short = msgspec.structs.replace(scenario, purpose="research", start="when_full", **changes)
    if hasattr(short.environment, "shortened"):
        short = msgspec.structs.replace(short, environment=short.environment.shortened(short.periods))
    rate = Payment(rate=0.02, currency="€", fee=5, base=3, floor=-3, paid=rule)  # type: ignore[arg-type]
    return msgspec.structs.replace(short, payment=rate)


@pytest.mark.parametrize("rule", ["sum", "one period"])
@pytest.mark.parametrize("name", NAMES)
def test_the_session_and_its_record_come_to_the_same_pay(name: str, rule: str) -> None:
    scenario = paid(name, rule)
    simulation = Simulation(scenario, ("zic",) * scenario.traders * scenario.markets, 5)
    heard = [(envelope, at, list(events)) for envelope, at, events in simulation.play()]
    session = simulation.session
    people = session.roster.controllers
    people |= dict.fromkeys(people, "human")  # as if each robot had been a person
    session.paying.due, session.paying.told = False, set()

    def more(envelope: Envelope) -> list[Event]:
        events = session.handle(envelope, session.now)
        heard.append((envelope, session.now, events))
        return events

    session.paying.fall_due(session.period, session.interventions.void)
    assert not [event for event in more(Envelope(EXPERIMENTER, Void(1))) if isinstance(event.message, Earned)]
    if rule == "one period":
        more(Envelope(GATEWAY, PaidPeriod(random.Random(1).choice(session.paying.draws_from))))
    events = more(Envelope(GATEWAY, Joined(0, "human")))
    events += heard[-2][2]
    told = {event.to: event.message for event in events if isinstance(event.message, Earned)}
    outcome, sitting, record = SessionOutcome(partial(market_rules, scenario)), SeatOccupancy(), PayRecord()
    for envelope, at, happened in heard:
        message = envelope.message
        if isinstance(message, Joined):
            message = Joined(message.seat, "human")
        record.on_record(envelope, happened)
        outcome.on_input(message)
        sitting.on_input(message, at)
        for event in happened:
            outcome.on_event(event)
            sitting.on_event(event, at)
    rows = seat_pays(scenario, outcome, sitting, record, paid_period(scenario, outcome, record, None))
    assert len(told) == len(rows) == scenario.seats
    assert {row.seat: row.points for row in rows} == {
        seat: points_of(one.points, scenario.point_units) for seat, one in told.items()
    }
    assert any(row.points for row in rows) or name == "posted-offer", "where hardly anything trades"
