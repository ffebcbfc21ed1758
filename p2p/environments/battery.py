"""A household battery that keeps its own surplus for its own deficit, within power and charge limits.

Losses are split evenly: the square root of the round-trip efficiency on the way in and again on the way out.
"""

from __future__ import annotations

import math

import msgspec


class Battery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Capacity and limits; the state of charge is kept in kWh between its two bounds."""

    capacity_kwh: float
    """What it holds when it is full; above 0."""
    power_kw: float = 5.0
    """The most it takes or gives, at the house's side; above 0."""
    round_trip_efficiency: float = 0.9
    """What comes out again of what goes in; above 0, at most 1."""
    soc_min: float = 0.1
    """The least state of charge, as a share of the capacity; 0 ≤ soc_min ≤ soc_start ≤ soc_max ≤ 1."""
    soc_max: float = 1.0
    """The most it is charged."""
    soc_start: float = 0.5
    """Its charge when the session begins."""

    def __post_init__(self) -> None:
        if not (self.capacity_kwh > 0 and self.power_kw > 0):
            raise ValueError("a battery needs a capacity and a power above 0")
        if not 0 < self.round_trip_efficiency <= 1:
            raise ValueError("the round-trip efficiency of a battery is above 0 and at most 1")
        if not 0 <= self.soc_min <= self.soc_start <= self.soc_max <= 1:
            raise ValueError("states of charge go 0 ≤ least ≤ first ≤ most ≤ 1")


class Step(msgspec.Struct, frozen=True):
    """One interval of a battery, seen from the house: what it took, what it gave, and the charge left, all in kWh."""

    charged_kwh: float
    discharged_kwh: float
    stored_kwh: float
    net_kwh: float


def step(battery: Battery, stored_kwh: float, net_kwh: float, interval_h: float) -> Step:
    """Charge from a surplus (net below 0), discharge into a deficit, as far as power and charge allow."""
    one_way = math.sqrt(battery.round_trip_efficiency)
    most_kwh = battery.power_kw * interval_h
    if net_kwh < 0:
        room = max(0.0, battery.soc_max * battery.capacity_kwh - stored_kwh)
        charged = min(-net_kwh, most_kwh, room / one_way)
        stored = min(stored_kwh + charged * one_way, battery.soc_max * battery.capacity_kwh)
        return Step(charged, 0.0, stored, net_kwh + charged)
    usable = max(0.0, stored_kwh - battery.soc_min * battery.capacity_kwh)
    discharged = min(net_kwh, most_kwh, usable * one_way)
    stored = max(stored_kwh - discharged / one_way, battery.soc_min * battery.capacity_kwh)
    return Step(0.0, discharged, stored, net_kwh - discharged)


def day_with(battery: Battery, net_kwh: list[float], interval_h: float) -> list[Step]:
    """A day of intervals, from the state of charge that the battery starts with."""
    stored = battery.soc_start * battery.capacity_kwh
    steps = []
    for net in net_kwh:
        done = step(battery, stored, net, interval_h)
        stored = done.stored_kwh
        steps.append(done)
    return steps
