"""The figures of each market while its period runs, folded from the session's events, the private ones included.

They are scored by the formulas of a recording's score. A frame is made only where somebody looks.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec

from p2p.analysis.energy_metrics import best_gain, feeder_capacity
from p2p.analysis.market_metrics import FREE, PeriodScore, efficiency, score_period
from p2p.analysis.practice_filter import PracticeFilter
from p2p.analysis.session_outcome import values_number
from p2p.base.units import Duration, Instant, Money, Price, Quantity, Seat, is_seat
from p2p.information.period_clock import CLOCK_FACTS, MarketClocks
from p2p.messages import Contract, EndRound, InitInst, Schedule, StartRound, Step, Voided
from p2p.messages.envelope import Event
from p2p.protocol.market_figures import (
    CONTRACTS_TOLD,
    PERIODS_TOLD,
    STEPS_TOLD,
    MarketFigures,
    PeriodFigures,
    TradePoint,
)
from p2p.scenario.charges import Charges
from p2p.schedules.equilibrium import demand, supply
from p2p.schedules.holding import Holding
from p2p.schedules.rationing import MarketRules

COUNTED = CLOCK_FACTS | {Schedule, Contract, InitInst, Voided}
"""The messages that change a figure. Quotes, orders and answers are nine events of ten, and passed over."""


@dataclass
class _Period:
    """A market's period as it goes."""

    number: int = 0
    schedules: dict[Seat, Schedule] = field(default_factory=dict)
    contracts: list[Contract] = field(default_factory=list)
    points: list[TradePoint] = field(default_factory=list)
    length_us: Duration = 0
    volume: Quantity = 0


class LiveFigures:
    """The figures of all markets of one session."""

    def __init__(self, rules: Callable[[int, int], MarketRules] = lambda period, market: FREE) -> None:
        """`rules`: those of each period and market."""
        self._rules = rules
        self._clocks = MarketClocks()
        self._dealt: dict[int, _Period] = {}
        self._periods: dict[int, _Period] = {}
        self._finished: dict[int, list[PeriodFigures]] = {}
        self._practice = PracticeFilter()
        self._voided: set[int] = set()
        self._again: set[int] = set()
        self._capacity: dict[int, Quantity | None] = {}
        self._versions: dict[int, int] = {}
        self._known: dict[int, tuple[int, MarketFigures]] = {}

    def observe(self, event: Event, at: Instant) -> None:
        """Take in an event of the session, in order, one of COUNTED."""
        if not self._practice.counts(event):
            return
        message, market = event.message, event.market
        self._clocks.advance(event, at)
        if isinstance(message, Voided):
            self._void(message.period)
            self._again |= {message.period} if message.again else set()
        if market is None:
            return
        match message:
            case Schedule(period=period) if is_seat(event.to):
                dealt = self._dealt.get(market)
                if dealt is None or dealt.number != period:
                    dealt = self._dealt[market] = _Period(period)
                dealt.schedules[event.to] = message
            case StartRound(period=period, length_us=length_us):
                began = self._periods[market] = self._dealt.pop(market, _Period(period))
                began.length_us = length_us
            case Contract():
                self._contracted(self._periods[market], message, self._clocks.of[market].into_us(at))
            case EndRound():
                scored = self._score(market)
                if scored.period not in self._voided:
                    self._finished.setdefault(market, []).append(_period_figures(scored))
            case InitInst(call=call):
                self._capacity[market] = feeder_capacity(call)
            case _:
                return
        self._versions[market] = self._versions.get(market, 0) + 1

    def _void(self, number: int) -> None:
        """A period counts no longer: it is none of those that have finished."""
        self._voided.add(number)
        for market, finished in self._finished.items():
            finished[:] = [one for one in finished if one.period != number]
            self._versions[market] = self._versions.get(market, 0) + 1

    def version(self, market: int) -> int:
        """It rises with every event that changes the market's figures."""
        return self._versions.get(market, 0)

    def figures(self, market: int) -> MarketFigures:
        """The figures of now; computed anew only after news."""
        known = self._known.get(market)
        if known is None or known[0] != self.version(market):
            known = self._known[market] = (self.version(market), self._figures(market))
        return _with_length(known[1], self._clocks.of[market].length_us)

    def _contracted(self, period: _Period, contract: Contract, into_us: Duration) -> None:
        period.contracts.append(contract)
        period.points.append(TradePoint(into_us, period.volume, contract.price, contract.quantity))
        period.volume += contract.quantity

    def _score(self, market: int) -> PeriodScore:
        """The period's score so far. An energy market's maximum is within its feeder's capacity, by the forecasts."""
        period = self._periods[market]
        number = values_number(period.number, self._again)
        score = score_period(market, period.number, period.schedules, period.contracts, self._rules(number, market))
        capacity = self._capacity.get(market)
        if capacity is None:
            return score
        held = period.schedules.values()
        most = best_gain(demand(held), supply(held), capacity)
        goal = replace(score.equilibrium, surplus_max=most)
        return replace(score, equilibrium=goal, efficiency=efficiency(score.surplus, most))

    def _figures(self, market: int) -> MarketFigures:
        period = self._periods.get(market)
        finished = tuple(self._finished.get(market, [])[-PERIODS_TOLD:])
        if period is None:
            return MarketFigures(market, finished=finished)
        score = self._score(market)
        goal, held = score.equilibrium, period.schedules.values()
        taxes = self._rules(values_number(period.number, self._again), market).taxes(held)
        missed = _missed(period, goal.price_low, goal.price_high, taxes)
        return MarketFigures(
            market=market,
            period=period.number,
            length_us=period.length_us,
            demand=_after(-taxes.tax_buyer, merged(demand(held))[:STEPS_TOLD]),
            supply=_after(taxes.tax_seller, merged(supply(held))[:STEPS_TOLD]),
            taxed=bool(taxes.tax_buyer or taxes.tax_seller),
            price_low=goal.price_low,
            price_high=goal.price_high,
            quantity=goal.quantity,
            gainful=goal.quantity_gainful,
            missed_buyers=min(missed["buyer"], goal.quantity_gainful),
            missed_sellers=min(missed["seller"], goal.quantity_gainful),
            contracts=len(period.contracts),
            points=thinned(period.points),
            surplus=score.surplus,
            surplus_max=goal.surplus_max,
            so_far=_period_figures(score),
            finished=finished,
        )


def _period_figures(score: PeriodScore) -> PeriodFigures:
    return PeriodFigures(score.period, score.quantity, score.price_mean, score.efficiency, score.alpha)


def _after(tax: Money, steps: list[Step]) -> tuple[Step, ...]:
    """Steps at what they are worth in trade: P0 is where these cross."""
    return tuple(Step(step.value + tax, step.quantity) for step in steps)


def _missed(period: _Period, low: Price | None, high: Price | None, taxes: Charges) -> dict[str, Quantity]:
    """Untraded units of each side that gain at the middle of the tunnel after taxes, by each trader's own order."""
    missed = {"buyer": 0, "seller": 0}
    if low is None or high is None:
        return missed
    traded = dict.fromkeys(period.schedules, 0)
    for contract in period.contracts:
        for seat in (contract.buyer, contract.seller):
            if seat is not None:
                traded[seat] = traded.get(seat, 0) + contract.quantity
    for seat, schedule in period.schedules.items():
        holding = Holding(schedule.role, schedule.steps)
        holding.traded = min(traded[seat], holding.total)
        for value, quantity in holding.pieces(holding.units_left):
            buys, tax = schedule.role == "buyer", taxes.per_unit(schedule.role)
            gains = 2 * (value - tax) > low + high if buys else 2 * (value + tax) < low + high
            missed[schedule.role] += quantity if gains else 0
    return missed


def merged(steps: list[Step]) -> list[Step]:
    """Steps that come best first, those of one value put together."""
    together: list[Step] = []
    for step in steps:
        if together and together[-1].value == step.value:
            together[-1] = Step(step.value, together[-1].quantity + step.quantity)
        else:
            together.append(step)
    return together


def thinned(points: list[TradePoint]) -> tuple[TradePoint, ...]:
    """Every n-th contract if they are many; the last is always there."""
    every = -(-len(points) // CONTRACTS_TOLD) or 1
    return tuple(points[::-1][::every][::-1])


def _with_length(figures: MarketFigures, length_us: Duration) -> MarketFigures:
    """The same with the period's length as it is after extensions."""
    if figures.period == 0 or figures.length_us == length_us:
        return figures
    return msgspec.structs.replace(figures, length_us=length_us)
