"""A household battery that keeps its own surplus for its own deficit, within power and charge limits.

Losses are split evenly: the square root of the round-trip efficiency on the way in and again on the way out.
"""

from __future__ import annotations

import math

import msgspec

from p2p.scenario.prosumer_schema import Battery


class Step(msgspec.Struct, frozen=True):
    """One interval of a battery, seen from the house: energy taken, energy given, and the charge left, all in kWh."""

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
