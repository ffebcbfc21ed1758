"""The grid's prices by time of day, and its fees by distance: who is told what, who pays, and how it is scored."""

import pytest

from p2p.environments.household_days import drawn_days
from p2p.information.rules_text import paragraphs
from p2p.messages import Contract, Forecast, Metered
from p2p.scenario.errors import ScenarioError
from p2p.scenario.grid_fees import GridFees
from p2p.scenario.parsing import parse
from p2p.scenario.public_rules import public_rules
from p2p.scenario.schema import Scenario
from p2p.sim.library.texts import catalogue
from p2p.sim.simulation.batch import SessionSpec, play
from p2p.sim.simulation.simulation import Simulation

DAY = """
title = "A day of prices"
periods = 8
period_s = 20
currency = "0.1 c/kWh"
institution = { name = "continuous", price_min = 0, price_max = 900 }
[environment]
name = "prosumer"
seats = 4
pv = 2
interval_min = 60
starts_at = "14:00"
buy = { low = 300, high = 320 }
feed_in = { low = 50, high = 80 }
"""
BY_TIME = """
[[environment.tariffs]]
starts_at = "06:00"
buy = { low = 340, high = 340 }
feed_in = { low = 60, high = 60 }
[[environment.tariffs]]
starts_at = "17:00"
buy = { low = 500, high = 600 }
feed_in = { low = 90, high = 90 }
[[environment.tariffs]]
starts_at = "20:00"
buy = { low = 340, high = 340 }
feed_in = { low = 60, high = 60 }
"""
FEES = "grid_fees = [[0, 11, 13, 17], [11, 0, 19, 23], [13, 19, 0, 29], [17, 23, 29, 0]]\n"


def test_a_seats_tariffs_are_those_of_the_time_at_which_its_interval_begins() -> None:
    scenario = parse(DAY + BY_TIME)
    simulation = Simulation(scenario, ["zic"] * 4, 3)
    told: dict[int, dict[int, Forecast]] = {}
    for _, _, events in simulation.play():
        for event in events:
            if isinstance(event.message, Forecast):
                assert isinstance(event.to, int)
                told.setdefault(event.to, {})[event.message.period] = event.message
    for forecasts in told.values():
        assert [forecasts[period].buy for period in (1, 2, 3, 7, 8)] == [340] * 5
        evening = {forecasts[period].buy for period in (4, 5, 6)}
        assert len(evening) == 1, "drawn once a session"
        assert 500 <= min(evening) <= 600
        assert [forecasts[period].feed_in for period in (3, 4, 6, 7)] == [60, 90, 90, 60]


def test_before_the_first_tariff_of_the_day_the_plain_one_holds_after_midnight_too() -> None:
    rules = parse(DAY.replace("14:00", "22:00") + BY_TIME).energy
    assert rules is not None
    days = drawn_days(rules, (0, 1, 2, 3), 3, 0)
    assert days.connection(0, 1).buy == 340
    assert 300 <= days.connection(0, 3).buy <= 320
    assert days.connection(0, 9).buy == 340


def test_other_tariffs_leave_what_was_drawn_before_as_it_was() -> None:
    plain, by_time = parse(DAY).energy, parse(DAY + BY_TIME).energy
    assert plain is not None
    assert by_time is not None
    first, second = drawn_days(plain, (0, 1, 2, 3), 3, 0), drawn_days(by_time, (0, 1, 2, 3), 3, 0)
    assert all(first.households[k].load_wh == second.households[k].load_wh for k in range(4))
    assert all(first.households[k].connection.buy == second.households[k].connection.buy for k in range(4))


def played(scenario: Scenario, seed: int = 3) -> tuple[Simulation, list[Contract], dict[int, int]]:
    simulation = Simulation(scenario, ["zic"] * scenario.seats, seed)
    contracts: list[Contract] = []
    gains: dict[int, int] = {}
    for _, _, events in simulation.play():
        for event in events:
            if isinstance(event.message, Contract) and event.to == "environment":
                contracts.append(event.message)
            elif isinstance(event.message, Metered):
                assert isinstance(event.to, int)
                gains[event.to] = gains.get(event.to, 0) + event.message.gain
    return simulation, contracts, gains


def test_the_buyer_pays_the_fee_of_the_two_houses_once() -> None:
    plain, contracts, gained = played(parse(DAY))
    charged, same, after = played(parse(DAY + FEES))
    assert contracts
    assert [(one.buyer, one.seller, one.price) for one in contracts] == [
        (one.buyer, one.seller, one.price) for one in same
    ], "robots learn of the fee when the period is settled"
    fees = GridFees(((0, 11, 13, 17), (11, 0, 19, 23), (13, 19, 0, 29), (17, 23, 29, 0)), (0, 1, 2, 3))
    due = dict.fromkeys(range(4), 0)
    for one in contracts:
        assert one.buyer is not None
        due[one.buyer] += fees.owed(one.buyer, one.seller, one.quantity)
    assert sum(due.values()) > 0
    assert {seat: gained[seat] - due[seat] for seat in gained} == after
    for seat in range(4):
        assert charged.session.markets[0].environment.balance.get(seat, 0) == after[seat]
    assert plain.session.digest() != charged.session.digest()


def test_fees_are_revenue_and_no_loss_of_surplus() -> None:
    free = play(SessionSpec(1, parse(DAY), ("zic",) * 4, 3, 3)).scores
    charged = play(SessionSpec(1, parse(DAY + FEES), ("zic",) * 4, 3, 3)).scores
    for one, other in zip(free, charged, strict=True):
        assert one.surplus == other.surplus
        assert one.energy is not None
        assert other.energy is not None
        assert one.energy.gain == other.energy.gain
        assert one.efficiency == other.efficiency
        taken = sum(other.energy.gain_by_seat.values()) + other.revenue
        assert taken == other.energy.gain
    assert sum(one.revenue for one in charged) > 0


def test_a_buyer_may_be_held_to_the_fee_of_the_dearest_neighbour() -> None:
    simulation = Simulation(parse(DAY + FEES), ["zic"] * 4, 3)
    free = Simulation(parse(DAY), ["zic"] * 4, 3)
    market, other = (one.session.markets[0].environment for one in (simulation, free))
    for environment in (market, other):
        environment.start_period(7, 20_000_000)
    buyer = next(seat for seat in range(4) if market.gains(seat, [(100, 10)]))
    most = max(GridFees(simulation.scenario.energy.grid_fees, (0, 1, 2, 3)).rows[buyer])  # type: ignore[union-attr]
    assert sum(other.gains(buyer, [(100, 10)])) - sum(market.gains(buyer, [(100, 10)])) == 10 * most


def test_traders_are_told_the_range_of_fees_and_the_times_of_prices_but_no_prices_of_others() -> None:
    text = " ".join(said for _, said in paragraphs(public_rules(parse(DAY + FEES + BY_TIME)), catalogue()))
    assert "from 1.1 to 2.9 c/kWh" in text
    assert "The grid's prices change at 06:00, 17:00, 20:00" in text
    assert "50" not in text.replace("from 50", "")


WRONG = {
    "not square": ("grid_fees = [[0, 1], [1, 0]]", "environment.grid_fees: has 2 rows, and there are 4 seats"),
    "a short row": (
        "grid_fees = [[0, 1, 1, 1], [1, 0, 1], [1, 1, 0, 1], [1, 1, 1, 0]]",
        "environment.grid_fees: is not square: row 2 has 3 fees",
    ),
    "a fee to oneself": (
        "grid_fees = [[0, 1, 1, 1], [1, 0, 1, 1], [1, 1, 7, 1], [1, 1, 1, 0]]",
        "environment.grid_fees: has 7 in row 3, column 3: a household pays no fee to itself",
    ),
    "a negative fee": ("grid_fees = [[0, -1], [1, 0]]", "environment.grid_fees"),
    "no matrix": ("grid_fees = 3", "environment.grid_fees: expected `array`"),
    "out of order": (BY_TIME + BY_TIME, "environment.tariffs[3].starts_at: 06:00 is not after 20:00"),
    "no time of day": (BY_TIME.replace("06:00", "24:00"), "environment.tariffs[0].starts_at: "),
    "between the steps": (BY_TIME.replace("06:00", "06:03"), "environment.tariffs[0].starts_at: "),
    "no prices": ('[[environment.tariffs]]\nstarts_at = "06:00"', "environment.tariffs[0].buy: this key is missing"),
    "the grid's own energy": (
        BY_TIME.replace("high = 90", "high = 550"),
        "environment.tariffs[1].feed_in.high: is above buy.low (500)",
    ),
    "upside down": (BY_TIME.replace("low = 500", "low = 700"), "environment.tariffs[1].buy.low: is above high (600)"),
    "an unknown key": (BY_TIME + "until = 3", "environment.tariffs[2].until: there is no such key"),
    "dearer than unserved": (
        "grid_limit_w = 9000\nunserved_price = 450\n" + BY_TIME,
        "environment.unserved_price: is below the dearest tariff (600)",
    ),
    "flexible load out of a tariff": (
        "flexible_wh = 9\nflexible_value = { low = 85, high = 85 }\n" + BY_TIME,
        "environment.flexible_value: is not within 90 (feed_in) to 500 (buy) from 17:00 on",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_prices_that_cannot_be_are_named_by_their_key(name: str) -> None:
    more, says = WRONG[name]
    with pytest.raises(ScenarioError) as error:
        parse(DAY + more)
    assert says in str(error.value)
    assert "\n" not in str(error.value)
