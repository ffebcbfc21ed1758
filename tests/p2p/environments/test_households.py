"""Households alone: what energy is worth to them, where a residual goes, what a battery does, who has what by seed."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.environments.battery_storage import storage_of
from p2p.environments.energy_value import Connection, settled
from p2p.environments.household_days import drawn_days
from p2p.scenario.prosumer_schema import Battery, Prosumers, Range

WH = st.integers(-300, 300)


@st.composite
def connections(draw: st.DrawFn) -> Connection:
    feed_in, value, buy, unserved = sorted(draw(st.lists(st.integers(0, 500), min_size=4, max_size=4)))
    limit = draw(st.none() | st.integers(1, 150))
    return Connection(buy, feed_in, draw(st.integers(0, 120)), value, limit, unserved)


def marginal(connection: Connection, residual: int) -> int:
    """The worth of the Wh that brings a residual down by one, said the long way: the naive twin."""
    limit = 10**9 if connection.limit is None else connection.limit
    if residual > limit:
        return connection.unserved
    if residual > 0:
        return connection.buy
    if residual > -connection.flexible:
        return connection.flexible_value
    if residual > -connection.flexible - limit:
        return connection.feed_in
    return 0


@given(connections(), WH, WH)
def test_energy_is_worth_what_each_wh_of_it_is(connection: Connection, one: int, other: int) -> None:
    top, bottom = max(one, other), min(one, other)
    worth = sum(marginal(connection, residual) for residual in range(top, bottom, -1))
    assert connection.worth(top, bottom) == worth == -connection.worth(bottom, top)


@given(connections(), WH)
def test_a_schedule_is_the_net_energy_best_first_and_no_more(connection: Connection, net: int) -> None:
    steps = connection.steps(net)
    values = [step.value for step in steps]
    total = sum(step.quantity for step in steps)
    if net >= 0:
        assert total == net + connection.flexible
        assert values == sorted(values, reverse=True)
        assert sum(s.value * s.quantity for s in steps) == connection.worth(net, net - total)
    else:
        assert total == -net, "nobody sells more than it has left over"
        assert values == sorted(values)
        assert sum(s.value * s.quantity for s in steps) == connection.worth(0, net)


@given(connections(), WH)
def test_a_residual_goes_somewhere_to_the_last_wh(connection: Connection, residual: int) -> None:
    rest = settled(connection, residual)
    assert rest.grid_import + rest.unserved - rest.grid_export - rest.curtailed - rest.flexible == residual
    assert min(msgspec.structs.astuple(rest)) >= 0
    assert rest.flexible <= connection.flexible
    if connection.limit is None:
        assert rest.unserved == rest.curtailed == 0
    else:
        assert max(rest.grid_import, rest.grid_export) <= connection.limit
        assert not rest.unserved or rest.grid_import == connection.limit
        assert not rest.curtailed or rest.grid_export == connection.limit


BATTERIES = st.builds(
    Battery,
    capacity_kwh=st.floats(0.05, 20),
    power_kw=st.floats(0.05, 11),
    round_trip_efficiency=st.floats(0.5, 1),
    soc_min=st.floats(0, 0.3),
    soc_start=st.floats(0.3, 0.6),
    soc_max=st.floats(0.6, 1),
)


@given(BATTERIES, st.lists(st.integers(-5_000, 5_000), max_size=40))
def test_a_battery_keeps_its_limits_and_makes_no_energy(battery: Battery, wanted: list[int]) -> None:
    storage = storage_of(battery, 5 / 60)
    stored = storage.start
    charged = given_back = 0
    for want in wanted:
        action, after = storage.act(stored, want)
        assert storage.low <= after <= storage.high
        assert abs(action) <= min(abs(want), storage.most)
        assert action * want >= 0
        assert (after >= stored) if action >= 0 else (after <= stored)
        charged, given_back, stored = charged + max(action, 0), given_back + max(-action, 0), after
    most = (storage.start - storage.low) * storage.one_way + charged * battery.round_trip_efficiency
    assert given_back <= most + 1e-6 + len(wanted) * 1e-9 * storage.high


def test_a_battery_by_hand() -> None:
    storage = storage_of(Battery(capacity_kwh=1, power_kw=1.2, round_trip_efficiency=0.81, soc_start=0.5), 0.5)
    assert (storage.low, storage.start, storage.high, storage.most) == (100, 500, 1000, 600)
    assert storage.act(500, 300) == (300, 770)
    assert storage.act(500, 600) == (555, 999), "555 Wh of the house fill the 500 that are free"
    assert storage.act(500, -90) == (-90, 400)
    assert storage.act(500, -600) == (-360, 100)


RULES = Prosumers(
    seats=8,
    buy=Range(250, 400),
    feed_in=Range(50, 120),
    pv=5,
    batteries=3,
    battery=Battery(capacity_kwh=5),
    interval_min=20,
    noise=0.1,
)
SEATS = tuple(range(8))


def test_who_has_panels_and_batteries_is_drawn_by_seed_and_panels_come_first() -> None:
    seen = set()
    for seed in range(20):
        households = drawn_days(RULES, SEATS, seed, 0).households
        panels = {seat for seat, one in households.items() if any(one.pv_wh)}
        batteries = {seat for seat, one in households.items() if one.storage}
        assert (len(panels), len(batteries)) == (5, 3)
        assert batteries <= panels
        seen.add(tuple(sorted(batteries)))
        for one in households.values():
            assert 250 <= one.connection.buy <= 400
            assert 50 <= one.connection.feed_in <= 120
    assert len(seen) > 5
    assert drawn_days(RULES, SEATS, 3, 0) == drawn_days(RULES, SEATS, 3, 0) != drawn_days(RULES, SEATS, 3, 1)


def test_an_interval_is_its_part_of_the_day_and_a_day_follows_on_a_day() -> None:
    days = drawn_days(RULES, SEATS, 1, 0)
    one = days.households[0]
    first = 10 * 12
    assert days.forecast(0, 1) == (round(sum(one.load_wh[first : first + 4])), round(sum(one.pv_wh[first : first + 4])))
    assert days.forecast(0, 1) == days.forecast(0, 73)
    assert sum(days.forecast(0, period)[0] for period in range(1, 73)) == pytest.approx(sum(one.load_wh), abs=40)


def test_metering_differs_from_the_forecast_by_the_stated_noise() -> None:
    days = drawn_days(RULES, SEATS, 1, 0)
    off = []
    for seat in SEATS:
        for period in range(1, 61):
            (load, pv), (metered, sun) = days.forecast(seat, period), days.metered(seat, period)
            off.append(metered / load - 1)
            assert (sun == 0) >= (pv == 0)
            assert abs(metered - load) <= 0.3 * load + 1
    assert sum(off) / len(off) == pytest.approx(0, abs=0.02)
    assert (sum(x * x for x in off) / len(off)) ** 0.5 == pytest.approx(0.1, abs=0.015)
    exact = drawn_days(msgspec.structs.replace(RULES, noise=0.0), SEATS, 1, 0)
    assert all(exact.metered(seat, 7) == exact.forecast(seat, 7) for seat in SEATS)
