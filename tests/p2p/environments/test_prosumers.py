"""A market of prosumers by itself: who may trade how much, what is settled how, what a seat sets, what is refused."""

from typing import Any

import msgspec
import pytest

from p2p.base.units import INSTITUTION
from p2p.environments.battery_storage import storage_of
from p2p.environments.energy_value import Connection
from p2p.environments.household_days import Days, Household
from p2p.environments.prosumer import Prosumer
from p2p.messages import (
    Contract,
    Contracts,
    EndRound,
    Forecast,
    Metered,
    RequestContracts,
    Schedule,
    SetBattery,
    SetReservation,
    StartPeriod,
    Step,
)
from p2p.messages.envelope import Outgoing, Refusal
from p2p.scenario.charges import NO_CHARGES, Charges
from p2p.scenario.prosumer_schema import Battery, Prosumers, Range
from p2p.scenario.schema import InstitutionRules
from tests.plays.play import Course, answer, small

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
    assert not isinstance(answers, Refusal)
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
        Outgoing(0, Forecast(1, load=100, pv=0, net=100, buy=300, feed_in=80)),
        Outgoing(0, Schedule(1, "buyer", (Step(300, 100),))),
        Outgoing(1, Forecast(1, load=50, pv=250, net=-200, buy=300, feed_in=100)),
        Outgoing(1, Schedule(1, "seller", (Step(100, 200),))),
        Outgoing(2, Forecast(1, load=70, pv=70, net=0, buy=300, feed_in=80)),
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
    assert market.handle(SetBattery(-600), 0) == [Outgoing(0, SetBattery(-600))]
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
    assert market.handle(message, seat) == Refusal(reason)
    assert msgspec.json.encode(market.state()) == before


def test_in_an_induced_market_nothing_of_it_can_be_set():
    course = Course(small()).trading()
    assert answer(course.say(0, SetBattery(5))) == "no_battery"
    assert answer(course.say(0, SetReservation(buy=5))) == "no_automaton"


def test_contracts_of_the_interval_are_answered_and_forgotten_with_it():
    market = street()
    market.handle(Contract(1, 200, "ask", 0, 1, quantity=60), INSTITUTION)
    assert market.handle(RequestContracts(), 2) == [Outgoing(2, Contracts(((0, 1, 200),)))]
    market.start_period(2, 1)
    assert market.handle(RequestContracts(), 2) == [Outgoing(2, Contracts(()))]
