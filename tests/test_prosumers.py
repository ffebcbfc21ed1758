"""A market of prosumers, played: who may trade how much, what is settled how, what a seat sets, and what is refused."""

from typing import Any

import msgspec
import pytest

from p2p.charges import NO_CHARGES, Charges
from p2p.environments.battery import Battery
from p2p.environments.days import Days, Household
from p2p.environments.household import Connection
from p2p.environments.neighbourhood import Prosumers, Range
from p2p.environments.prosumer import Prosumer
from p2p.environments.storage import storage_of
from p2p.institutions import Sent
from p2p.knowledge import Knowledge, PublicKnowledge
from p2p.messages import (
    Ask,
    Bid,
    Contract,
    Contracts,
    EndRound,
    Forecast,
    Metered,
    Order,
    Pause,
    Quote,
    Refused,
    RequestContracts,
    Schedule,
    SetBattery,
    SetReservation,
    StartPeriod,
    StartRound,
    Step,
)
from p2p.rules import public_rules
from p2p.scenario import InstitutionRules, Scenario
from p2p.sim.sessions import Simulation
from p2p.units import ENVIRONMENT, INSTITUTION, SESSION
from p2p.views import Views
from tests.play import Course, answer, small, told

PRICES = InstitutionRules(0, 500, name="continuous", tick=5)
RULES = Prosumers(seats=3, buy=Range(300, 300), feed_in=Range(80, 100))


def house(load: float, pv: float, feed_in: int = 80, **connection: Any) -> Household:
    """Every five minutes the same."""
    return Household(Connection(300, feed_in, **connection), None, (load,) * 288, (pv,) * 288)


class Measured(Days):
    """Days whose metering is told beforehand."""

    def metered(self, seat: int, period: int) -> tuple[int, int]:
        return METERED.get(seat, self.forecast(seat, period))


METERED: dict[int, tuple[int, int]] = {}


@pytest.fixture(autouse=True)
def as_forecast():
    METERED.clear()
    yield
    METERED.clear()


def environment(*houses: Household, charges: Charges = NO_CHARGES, rules: Prosumers = RULES) -> Prosumer:
    return Prosumer(Measured(rules, dict(enumerate(houses)), 1, 0), PRICES, charges)


def settle(market: Prosumer) -> dict[int, Metered]:
    answers = market.handle(EndRound(market.period), INSTITUTION)
    assert not isinstance(answers, str)
    assert all(isinstance(sent.message, Metered) for sent in answers)
    return {sent.to: sent.message for sent in answers}  # type: ignore[misc]


def street(*, charges: Charges = NO_CHARGES) -> Prosumer:
    """A house that lacks 100 Wh, one that has 200 over, and one that lacks nothing, in their first interval."""
    market = environment(house(100, 0), house(50, 250, feed_in=100), house(70, 70), charges=charges)
    market.start_period(1, 1)
    return market


def test_each_is_told_its_forecast_and_the_institution_who_may_trade_up_to_his_net():
    market = environment(house(100, 0), house(50, 250, feed_in=100), house(70, 70))
    sent, start = market.start_period(1, 60)
    assert start == StartPeriod(1, 60, {0: 100}, {1: 200})
    assert sent == [
        Sent(0, Forecast(1, load=100, pv=0, net=100, buy=300, feed_in=80)),
        Sent(0, Schedule(1, "buyer", (Step(300, 100),))),
        Sent(1, Forecast(1, load=50, pv=250, net=-200, buy=300, feed_in=100)),
        Sent(1, Schedule(1, "seller", (Step(100, 200),))),
        Sent(2, Forecast(1, load=70, pv=70, net=0, buy=300, feed_in=80)),
    ]


def test_an_interval_settled_by_hand_as_it_was_forecast():
    market = street()
    market.handle(Contract(1, 200, "ask", 0, 1, quantity=60), INSTITUTION)
    assert market.balance == {0: 60 * (300 - 200), 1: 60 * (200 - 100)}
    metered = settle(market)
    assert metered[0] == Metered(1, load=100, pv=0, gain=6_000, bought=60, grid_import=40)
    assert metered[1] == Metered(1, load=50, pv=250, gain=6_000, bought=-60, grid_export=140)
    assert metered[2] == Metered(1, load=70, pv=70, gain=0)
    assert market.balance == {0: 6_000, 1: 6_000, 2: 0}


def test_what_is_out_of_balance_goes_to_the_seats_own_tariff():
    METERED.update({0: (30, 0), 1: (50, 100)})
    market = street()
    market.handle(Contract(1, 200, "ask", 0, 1, quantity=60), INSTITUTION)
    metered = settle(market)
    # alone: 30 Wh at 300. With the market: 60 Wh at 200, of which 30 are fed in at 80.
    assert metered[0].gain == 30 * 300 - (60 * 200 - 30 * 80) == -600
    assert (metered[0].grid_import, metered[0].grid_export) == (0, 30)
    # alone: 50 Wh fed in at 100. With the market: 60 Wh at 200, of which 10 are drawn at 300.
    assert metered[1].gain == 60 * 200 - 10 * 300 - 50 * 100 == 4_000
    assert (metered[1].grid_import, metered[1].grid_export) == (10, 0)
    assert market.balance == {0: -600, 1: 4_000, 2: 0}


def test_charges_are_taken_from_the_gain():
    market = street(charges=Charges(commission=500, tax_seller=10))
    market.handle(Contract(1, 200, "ask", 0, 1, quantity=60), INSTITUTION)
    metered = settle(market)
    assert (metered[0].gain, metered[1].gain) == (5_500, 4_900)
    assert (market.balance[0], market.balance[1]) == (5_500, 4_900)


def test_a_congestion_rent_is_nobodys_gain():
    market = street()
    market.handle(Contract(1, 220, "call", 0, 1, quantity=60, seller_price=180), INSTITUTION)
    metered = settle(market)
    assert (metered[0].gain, metered[1].gain) == (60 * 80, 60 * 80)


def test_flexible_load_is_a_step_of_its_own_and_uses_what_is_left_over_first():
    flexible = {"flexible": 40, "flexible_value": 150}
    market = environment(house(100, 0, **flexible), house(50, 250, feed_in=100, **flexible), house(70, 70, **flexible))
    sent, start = market.start_period(1, 1)
    schedules = {s.to: s.message for s in sent if isinstance(s.message, Schedule)}
    assert start.buyers == {0: 140, 2: 40}
    assert start.sellers == {1: 200}
    assert schedules[0].steps == (Step(300, 100), Step(150, 40))
    assert schedules[1].steps == (Step(100, 160), Step(150, 40))
    market.handle(Contract(1, 120, "ask", 0, 1, quantity=140), INSTITUTION)
    metered = settle(market)
    assert metered[0] == Metered(1, 100, 0, gain=100 * 180 + 40 * 30, bought=140, flexible=40)
    assert metered[1] == Metered(1, 50, 250, gain=140 * 20, bought=-140, flexible=40, grid_export=20)


def test_unserved_and_curtailed_are_counted_where_a_limit_binds():
    limit = {"limit": 80, "unserved": 3_000}
    market = environment(house(100, 0, **limit), house(50, 250, **limit), house(70, 0, **limit))
    sent, _ = market.start_period(1, 1)
    schedules = {s.to: s.message.steps for s in sent if isinstance(s.message, Schedule)}
    assert schedules == {0: (Step(3_000, 20), Step(300, 80)), 1: (Step(0, 120), Step(80, 80)), 2: (Step(300, 70),)}
    metered = settle(market)
    assert (metered[0].grid_import, metered[0].unserved) == (80, 20)
    assert (metered[1].grid_export, metered[1].curtailed) == (80, 120)
    assert (metered[2].grid_import, metered[2].unserved) == (70, 0)


def with_battery(load: float, pv: float) -> Prosumer:
    battery = Battery(capacity_kwh=1, power_kw=1.2, round_trip_efficiency=1.0, soc_start=0.5)
    rules = msgspec.structs.replace(RULES, battery=battery, batteries=1)
    one = Household(Connection(300, 80), storage_of(battery, 5 / 60), (load,) * 288, (pv,) * 288)
    return environment(one, house(0, 30), rules=rules)


def forecasts(market: Prosumer, *periods: int) -> list[tuple[int, int, int | None]]:
    found = []
    for period in periods:
        sent, _ = market.start_period(period, 1)
        (one,) = [s.message for s in sent if s.to == 0 and isinstance(s.message, Forecast)]
        found.append((one.net, one.battery, one.stored))
    return found


def test_a_battery_keeps_its_houses_own_surplus_for_its_own_deficit():
    assert forecasts(with_battery(20, 80), 1, 2) == [(0, 60, 560), (0, 60, 620)]
    assert forecasts(with_battery(20, 250), 1) == [(-130, 100, 600)], "its power is 100 Wh an interval"
    assert forecasts(with_battery(90, 0), *range(1, 6))[-2:] == [(0, -90, 140), (50, -40, 100)]


def test_a_target_holds_until_it_is_changed_as_far_as_power_and_charge_allow():
    market = with_battery(20, 80)
    assert market.handle(SetBattery(-600), 0) == [Sent(0, SetBattery(-600))]
    assert forecasts(market, 1, 2) == [(-110, -50, 450), (-110, -50, 400)]
    market.handle(SetBattery(1_200), 0)
    assert forecasts(market, 3) == [(40, 100, 500)]
    market.handle(SetBattery(), 0)
    assert forecasts(market, 4) == [(0, 60, 560)]


@pytest.mark.parametrize(
    ("seat", "message", "reason"),
    [
        (0, SetBattery(1_201), "beyond_battery"),
        (0, SetBattery(-1_201), "beyond_battery"),
        (1, SetBattery(5), "no_battery"),
        (1, SetBattery(), "no_battery"),
        (0, SetReservation(buy=501), "price_out_of_limits"),
        (0, SetReservation(sell=-5), "price_out_of_limits"),
        (0, SetReservation(buy=100, sell=202), "off_tick"),
    ],
)
def test_what_cannot_be_set_is_refused_and_changes_nothing(seat, message, reason):
    market = with_battery(20, 80)
    before = msgspec.json.encode(market.state())
    assert market.handle(message, seat) == reason
    assert msgspec.json.encode(market.state()) == before


def test_in_an_induced_market_nothing_of_it_can_be_set():
    course = Course(small()).trading()
    assert answer(course.say(0, SetBattery(5))) == "no_battery"
    assert answer(course.say(0, SetReservation(buy=5))) == "no_automaton"


# --- in a session -----------------------------------------------------------------------------------------------


def day(institution: str = "continuous", **changes: Any) -> Scenario:
    """Eight houses, four with panels, three with a battery, from ten in the morning, ten seconds an interval."""
    table = Prosumers(
        seats=8,
        pv=4,
        batteries=3,
        battery=Battery(capacity_kwh=4, power_kw=2, soc_start=0.3),
        buy=Range(260, 400),
        feed_in=Range(50, 120),
        interval_min=30,
        noise=0.05,
        end_value=200,
    )
    rules = InstitutionRules(0, 500, name=institution)  # type: ignore[arg-type]
    settings: dict[str, Any] = {"title": "A day", "periods": 8, "period_s": 10.0, "break_s": 1.0}
    return Scenario(institution=rules, environment=table, **(settings | changes))


def holders(course: Course, role: str) -> list[int]:
    holdings = course.session.markets[0].environment.holdings  # type: ignore[attr-defined]
    return [seat for seat, holding in holdings.items() if holding.role == role]


def left(course: Course, seat: int) -> int:
    return course.session.markets[0].environment.holdings[seat].left  # type: ignore[attr-defined]


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
        by_itself = {e.sender: e.message for e in events if isinstance(e.sender, int) and e.to == INSTITUTION}
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
                assert isinstance(event.to, int)
                gains[event.to] += event.message.gain
    assert any(gains.values())
    market = simulation.session.markets[0].environment
    for seat, robot in simulation.robots.items():
        assert robot.knowledge.surplus_before + robot.knowledge.surplus == gains[seat] == market.balance.get(seat, 0)


def test_what_a_household_is_told_it_is_told_alone():
    scenario = day()
    views = Views(scenario, 1)
    private = (Forecast, Metered, Schedule, SetBattery, SetReservation)
    course = Course(scenario).trading()
    course.say(0, SetReservation(200, 200))
    course.wait(30)
    for event in course.events:
        shown = views.project(event)
        if isinstance(event.message, private):
            assert shown is not None
            assert (shown.public, list(shown.own)) == (None, [event.to])
        if isinstance(event.sender, int):
            assert shown is None, "an automaton's order is seen in the book, as any other"


def test_contracts_of_the_interval_are_answered_and_forgotten_with_it():
    market = street()
    market.handle(Contract(1, 200, "ask", 0, 1, quantity=60), INSTITUTION)
    assert market.handle(RequestContracts(), 2) == [Sent(2, Contracts(((0, 1, 200),)))]
    market.start_period(2, 1)
    assert market.handle(RequestContracts(), 2) == [Sent(2, Contracts(()))]


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
        knowledge.see(message, 0)
    assert (knowledge.units_left, knowledge.surplus) == (60, 3_500)
    for message in (Forecast(2, 70, 70, 0, 300, 80), StartRound(2, 10), Quote("ask", 100)):
        knowledge.see(message, 0)
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
