"""Prosumers in a session: nobody resells, the automaton offers, roles change, each is told its own and no more."""

import msgspec
import pytest

from p2p.base.units import ENVIRONMENT, INSTITUTION, SESSION, is_seat
from p2p.information.projection import Projector
from p2p.information.public_knowledge import PublicKnowledge
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import (
    Ask,
    Bid,
    Contract,
    EndRound,
    Forecast,
    Metered,
    Order,
    Pause,
    Quote,
    Refused,
    Schedule,
    SetBattery,
    SetReservation,
    StartRound,
    Step,
)
from p2p.scenario.public_rules import public_rules
from p2p.sim.simulation.simulation import Simulation
from tests.plays.play import Course, answer, small, told
from tests.plays.prosumer_sessions_plays import day


def holders(course: Course, role: str) -> list[int]:
    holdings = course.session.markets[0].environment.holdings  # type: ignore[attr-defined]
    return [seat for seat, holding in holdings.items() if holding.role == role]


def left(course: Course, seat: int) -> int:
    return course.session.markets[0].environment.holdings[seat].units_left  # type: ignore[attr-defined]


def remembered(course: Course) -> bytes:
    market = course.session.markets[0]
    return msgspec.json.encode((market.institution.state(), market.environment.state()))


@pytest.mark.parametrize("institution", ["continuous", "call"])
def test_nobody_resells_nor_trades_beyond_his_net(institution: str):
    course = Course(day(institution)).trading()
    buyer, seller = holders(course, "buyer")[0], holders(course, "seller")[0]
    idle = next(seat for seat in range(8) if seat not in (*holders(course, "buyer"), *holders(course, "seller")))
    for seat, message, reason in (
        (seller, Bid(200, 1), "not_a_buyer"),
        (buyer, Ask(200, 1), "not_a_seller"),
        (buyer, Bid(200, left(course, buyer) + 1), "no_units_left"),
        (seller, Ask(200, left(course, seller) + 1), "no_units_left"),
        (idle, Bid(200, 1), "not_a_buyer"),
        (idle, Ask(200, 1), "not_a_seller"),
    ):
        before = remembered(course)
        assert answer(course.say(seat, message)) == reason
        assert remembered(course) == before
    assert answer(course.say(buyer, Bid(200, left(course, buyer)))) == "accepted"


def test_the_automaton_offers_the_net_energy_at_the_reservation_price_each_interval():
    course = Course(day()).trading()
    buyer, seller = holders(course, "buyer")[0], holders(course, "seller")[0]
    events = course.say(buyer, SetReservation(buy=240, sell=130))
    assert told(events, SetReservation) == [SetReservation(240, 130)]
    course.say(seller, SetReservation(buy=240, sell=130))
    for _ in range(3):
        events = course.wait(11)
        by_itself = {e.sender: e.message for e in events if is_seat(e.sender) and e.to == INSTITUTION}
        forecast = {e.to: e.message for e in events if isinstance(e.message, Forecast)}
        for seat in (buyer, seller):
            net = forecast[seat].net
            assert by_itself.get(seat) == (Bid(240, net) if net > 0 else Ask(130, -net) if net < 0 else None)
        assert set(by_itself) <= {buyer, seller}
    assert any(isinstance(e.message, Contract) for e in course.events), "240 meets 130"
    course.say(buyer, SetReservation())
    events = course.wait(11)
    assert buyer not in [e.sender for e in events]


def test_the_automaton_is_held_to_the_rules_and_says_why_it_cannot():
    course = Course(day(no_loss="people")).trading("human")
    buyer = holders(course, "buyer")[0]
    assert answer(course.say(buyer, SetReservation(buy=500))) == "accepted"
    events = course.wait(11)
    refused = [(e.to, e.message) for e in events if isinstance(e.message, Refused)]
    assert refused == [(buyer, Refused(0, "would_lose"))]
    assert not told(events, Order)


def test_what_is_for_the_next_interval_may_be_set_in_a_pause():
    course = Course(day()).trading()
    course.command(Pause())
    assert answer(course.say(0, SetReservation(buy=200))) == "accepted"
    assert answer(course.say(holders(course, "buyer")[0], Bid(200, 1))) == "not_open"


def test_roles_change_from_interval_to_interval_and_whoever_has_none_is_at_rest():
    simulation = Simulation(day(periods=12), ["zic"] * 8, 2)
    roles: dict[int, set[str | None]] = {seat: set() for seat in range(8)}
    for _, _, events in simulation.play():
        for event in events:
            if isinstance(event.message, StartRound):
                for seat, robot in simulation.robots.items():
                    knowledge = robot.knowledge
                    roles[seat].add(knowledge.role)
                    assert (knowledge.role is None) == (knowledge.units_left == 0) == (knowledge.unit_value is None)
                    assert knowledge.forecast is not None
                    assert knowledge.forecast.period == event.message.period
                    assert (knowledge.values == []) == (knowledge.role is None)
    assert any({"buyer", "seller"} <= seen for seen in roles.values()), roles
    assert any(None in seen and len(seen) > 1 for seen in roles.values()), roles


def test_a_seat_knows_its_gain_as_metered_and_sums_it_over_the_intervals():
    scenario = day()
    simulation = Simulation(scenario, ["zic"] * 8, 4)
    gains = dict.fromkeys(range(8), 0)
    for _, _, events in simulation.play():
        for event in events:
            if isinstance(event.message, Metered):
                assert is_seat(event.to)
                gains[event.to] += event.message.gain
    assert any(gains.values())
    market = simulation.session.markets[0].environment
    for seat, robot in simulation.robots.items():
        assert robot.knowledge.surplus_before + robot.knowledge.surplus == gains[seat] == market.balance.get(seat, 0)


def test_what_a_household_is_told_it_is_told_alone():
    scenario = day()
    views = Projector(scenario, 1)
    private = (Forecast, Metered, Schedule, SetBattery, SetReservation)
    course = Course(scenario).trading()
    course.say(0, SetReservation(200, 200))
    course.wait(30)
    for event in course.events:
        shown = views.project(event)
        if isinstance(event.message, private):
            assert shown is not None
            assert (shown.public, list(shown.own)) == (None, [event.to])
        if is_seat(event.sender):
            assert shown is None, "an automaton's order is seen in the book, as any other"


def test_everybody_knows_the_day_and_the_unit_of_money_and_nobodys_tariffs():
    rules = public_rules(day())
    assert rules.energy is not None
    assert (rules.energy.starts_at, rules.energy.interval_min) == ("10:00", 30)
    assert (rules.energy.money_unit, rules.energy.money_per_unit) == ("c", 10_000)
    assert public_rules(small()).energy is None
    assert b"feed_in" not in msgspec.json.encode(rules)


def test_a_round_without_a_schedule_leaves_nothing_of_the_one_before():
    knowledge = Knowledge(PublicKnowledge(public_rules(day())))
    for message in (
        Forecast(1, 100, 0, 100, 300, 80),
        Schedule(1, "buyer", (Step(300, 100),)),
        StartRound(1, 10),
        Contract(1, 200, "ask", mine="buyer", quantity=40),
        EndRound(1),
        Metered(1, 90, 0, gain=3_500, bought=40),
    ):
        knowledge.on_fact(message, 0)
    assert (knowledge.units_left, knowledge.surplus) == (60, 3_500)
    for message in (Forecast(2, 70, 70, 0, 300, 80), StartRound(2, 10), Quote("ask", 100)):
        knowledge.on_fact(message, 0)
    assert (knowledge.role, knowledge.units_left, knowledge.unit_value) == (None, 0, None)
    assert (knowledge.surplus_before, knowledge.surplus, knowledge.metered) == (3_500, 0, None)


def test_the_session_tells_the_environment_that_a_round_has_ended_however_it_ends():
    from p2p.messages import End, EndPeriod

    for ending in (EndPeriod(), End()):
        course = Course(day()).trading()
        events = course.command(ending)
        assert [e.to for e in events if isinstance(e.message, Metered)] == list(range(8))
        senders = {e.sender for e in events if isinstance(e.message, Metered)}
        assert senders == {ENVIRONMENT}
        assert all(e.sender == SESSION for e in events if isinstance(e.message, Refused))
