"""The prosumer's day: household load and photovoltaic output in five-minute intervals, drawn from one generator.

The draws, in this order: daily load, PV nameplate, and one multiplicative PV noise for each of the day's intervals.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random

import msgspec

from p2p.base.exact_sum import total

INTERVALS_PER_DAY = 288
INTERVAL_H = 5 / 60

DAILY_LOAD_KWH = 30
DAILY_LOAD_SPREAD = 0.2
NAMEPLATE_KW_MEDIAN = 7.4
NAMEPLATE_SPREAD = (math.log(11) - math.log(5)) / (2 * 0.8416212335729143)
"""Of its logarithm: 20 % of nameplates are below about 5 kW, 20 % above about 11 kW (0.84: the 80 % quantile)."""
PV_NOISE = 0.05
CAPACITY_FACTOR = 0.16

Normal = Callable[[], float]
"""A source of standard normal draws."""


def normals(rng: Random) -> Iterator[float]:
    """Standard normal draws: the very stream of `rng.gauss`, pairs and all, without the call around each draw.

    Box and Muller (1958): two uniform draws make two normals; the second waits. Other draws may come in between.
    """
    uniform, two_pi = rng.random, 2.0 * math.pi
    cos, sin, sqrt, log = math.cos, math.sin, math.sqrt, math.log
    while True:
        angle = uniform() * two_pi
        radius = sqrt(-2.0 * log(1.0 - uniform()))
        yield cos(angle) * radius
        yield sin(angle) * radius


def _load_shape(hour: float) -> float:
    return 0.3 + 0.5 * math.exp(-((hour - 8) ** 2) / 6) + 0.7 * math.exp(-((hour - 19) ** 2) / 6)


def _pv_bell(hour: float) -> float:
    return math.exp(-((hour - 12) ** 2) / 8)


HOURS = tuple(t * 5 / 60 for t in range(INTERVALS_PER_DAY))
LOAD_SHAPE = tuple(_load_shape(hour) for hour in HOURS)
PV_BELL = tuple(_pv_bell(hour) for hour in HOURS)
LOAD_SHAPE_SUM = total(LOAD_SHAPE)
PV_BELL_SUM = total(PV_BELL)


class Profile(msgspec.Struct, frozen=True):
    """A day of one prosumer, kWh in each interval."""

    load_kwh: list[float]
    pv_kwh: list[float]

    def net_kwh(self) -> list[float]:
        """Load less PV: above 0 it must buy, below it can sell."""
        return [load - pv for load, pv in zip(self.load_kwh, self.pv_kwh, strict=True)]


def draw_profile(normal: Normal) -> Profile:
    """A day, from 2 + 288 standard normal draws."""
    daily_kwh = DAILY_LOAD_KWH * math.exp(normal() * DAILY_LOAD_SPREAD)
    nameplate_kw = math.exp(math.log(NAMEPLATE_KW_MEDIAN) + normal() * NAMEPLATE_SPREAD)
    load_scale = daily_kwh / LOAD_SHAPE_SUM
    pv_scale = nameplate_kw * 24 * CAPACITY_FACTOR / PV_BELL_SUM
    most_kwh = nameplate_kw * INTERVAL_H
    pv = [bell * pv_scale * (1 + normal() * PV_NOISE) for bell in PV_BELL]
    return Profile(
        load_kwh=[shape * load_scale for shape in LOAD_SHAPE],
        pv_kwh=[0.0 if x < 0.0 else most_kwh if x > most_kwh else x for x in pv],
    )
