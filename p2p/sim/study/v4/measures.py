"""The results of one interval: decisions, and the measures that the study tabulates."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from p2p.base.exact_sum import total
from p2p.sim.study.v4.traders import Decision

Clock = Callable[[], int]
"""Nanoseconds; only differences count."""

Trade = tuple[float, float, float, float]
"""Price of the bid, of the ask, quantity, price paid."""


class Measures(msgspec.Struct, frozen=True):
    """One row of interval metrics, in c/kWh, kWh and c."""

    trades: int
    traded_kwh: float
    posted_buy_kwh: float
    posted_sell_kwh: float
    unserved_kwh: float
    curtailment_kwh: float
    price_mean: float
    price_var: float
    welfare: float
    bound: float
    ratio: float


class Interval(msgspec.Struct, frozen=True):
    """One interval played: its measures, each agent's decision and the nanoseconds it took (none if not timed)."""

    t: int
    measures: Measures
    decisions: list[Decision]
    wall_ns: list[int]


def measure(
    trades: list[Trade], posted_buy: float, posted_sell: float, bound: float, price_unit: float, per_kwh: int
) -> Measures:
    """The measures of an interval's trades, from the units of the rules to those of the table."""
    welfare: float = 0
    traded: float = 0
    for bid, ask, quantity, _ in trades:
        welfare += (bid - ask) * quantity
        traded += quantity
    mean = variance = 0.0
    if trades:
        mean = total(trade[3] for trade in trades) / len(trades)
        variance = total((trade[3] - mean) ** 2 for trade in trades) / len(trades)
    return Measures(
        trades=len(trades),
        traded_kwh=traded / per_kwh,
        posted_buy_kwh=posted_buy / per_kwh,
        posted_sell_kwh=posted_sell / per_kwh,
        unserved_kwh=max(0, posted_buy - traded) / per_kwh,
        curtailment_kwh=max(0, posted_sell - traded) / per_kwh,
        price_mean=mean * price_unit,
        price_var=variance * price_unit**2,
        welfare=welfare * price_unit / per_kwh,
        bound=bound * price_unit / per_kwh,
        ratio=welfare / bound if bound > 0 else 0.0,
    )
