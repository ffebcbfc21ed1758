"""The prosumer's day: profiles drawn as the stream says, and a battery that loses nothing but its losses."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from p2p.environments.battery_model import day_with
from p2p.environments.load_profiles import INTERVAL_H, INTERVALS_PER_DAY, draw_profile, normals
from p2p.scenario.prosumer_schema import Battery


def profile(seed: int):  # type: ignore[no-untyped-def]
    return draw_profile(normals(random.Random(seed)).__next__)


@given(st.integers(0, 2**31))
def test_our_normals_are_the_stream_of_gauss_also_between_other_draws(seed: int) -> None:
    ours, theirs = random.Random(seed), random.Random(seed)
    normal = normals(ours)
    for step in range(15):
        assert next(normal) * 2.0 == theirs.gauss(0, 2.0)
        if step % 4 == 0:
            assert ours.random() == theirs.random()
            assert ours.randrange(5) == theirs.randrange(5)


def test_a_day_has_its_load_at_breakfast_and_in_the_evening_and_no_sun_at_night() -> None:
    day = profile(1)
    assert len(day.load_kwh) == len(day.pv_kwh) == INTERVALS_PER_DAY
    assert day.load_kwh[19 * 12] == max(day.load_kwh)
    assert day.load_kwh[8 * 12] > day.load_kwh[14 * 12]
    assert max(day.pv_kwh[:12]) < 1e-3 < day.pv_kwh[12 * 12]


def test_the_mean_household_uses_about_thirty_kwh_a_day() -> None:
    days = [sum(profile(seed).load_kwh) for seed in range(200)]
    assert math.isclose(sum(days) / 200, 30 * math.exp(0.2**2 / 2), rel_tol=0.05)


def test_pv_never_exceeds_its_nameplate_nor_falls_below_nothing() -> None:
    for seed in range(50):
        assert min(profile(seed).pv_kwh) >= 0


batteries = st.builds(
    Battery,
    capacity_kwh=st.floats(0.5, 20),
    power_kw=st.floats(0.1, 10),
    round_trip_efficiency=st.floats(0.5, 1),
    soc_min=st.floats(0, 0.3),
    soc_max=st.floats(0.7, 1),
    soc_start=st.floats(0.3, 0.7),
)
days = st.lists(st.floats(-2, 2), max_size=60)


@given(batteries, days)
def test_charge_stays_between_its_bounds_and_power_within_its_limit(battery: Battery, net: list[float]) -> None:
    for step in day_with(battery, net, INTERVAL_H):
        low, high = battery.soc_min * battery.capacity_kwh, battery.soc_max * battery.capacity_kwh
        assert low - 1e-12 <= step.stored_kwh <= high + 1e-12
        assert 0 <= step.charged_kwh <= battery.power_kw * INTERVAL_H
        assert 0 <= step.discharged_kwh <= battery.power_kw * INTERVAL_H


@given(batteries, days)
def test_energy_balances_at_the_house_and_inside_the_battery(battery: Battery, net: list[float]) -> None:
    stored = battery.soc_start * battery.capacity_kwh
    one_way = math.sqrt(battery.round_trip_efficiency)
    for before, step in zip(net, day_with(battery, net, INTERVAL_H), strict=True):
        assert math.isclose(step.net_kwh, before + step.charged_kwh - step.discharged_kwh, abs_tol=1e-9)
        stored += step.charged_kwh * one_way - step.discharged_kwh / one_way
        assert math.isclose(step.stored_kwh, stored, abs_tol=1e-9)
        stored = step.stored_kwh


@given(batteries, days)
def test_a_battery_never_turns_a_buyer_into_a_seller(battery: Battery, net: list[float]) -> None:
    for before, step in zip(net, day_with(battery, net, INTERVAL_H), strict=True):
        assert step.net_kwh * before >= 0
        assert abs(step.net_kwh) <= abs(before)
        assert not (step.charged_kwh and step.discharged_kwh)


def test_a_round_trip_returns_the_efficiency_of_it() -> None:
    battery = Battery(10, power_kw=100, round_trip_efficiency=0.81, soc_min=0, soc_start=0)
    steps = day_with(battery, [-5, 100], 1)
    assert math.isclose(steps[1].discharged_kwh, 5 * 0.81)


@pytest.mark.parametrize(
    "wrong", [{"capacity_kwh": 0}, {"power_kw": 0}, {"round_trip_efficiency": 1.1}, {"soc_min": 0.9, "soc_start": 0.5}]
)
def test_an_impossible_battery_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Battery(**{"capacity_kwh": 5, **wrong})
