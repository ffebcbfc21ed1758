"""A session's outcome, folded from its events: each trader's holding, and the contracts, period by period.

The one source of scores: a recording's events and a simulation's are folded alike.
"""

from collections.abc import Callable
from dataclasses import replace

from p2p.analysis.energy_metrics import EnergyRecords, QuotedSpreads, best_gain, feeder_capacity, score_energy
from p2p.analysis.market_metrics import FREE, PeriodScore, efficiency, score_period
from p2p.analysis.practice_filter import PracticeFilter
from p2p.base.units import Controller, Duration, Quantity, Seat, is_seat
from p2p.messages import (
    Contract,
    EndRound,
    Forecast,
    InitInst,
    Joined,
    Message,
    Metered,
    Paused,
    Schedule,
    StageBegan,
    StartRound,
    Voided,
)
from p2p.messages.envelope import Event
from p2p.schedules.equilibrium import demand, supply
from p2p.schedules.rationing import MarketRules


def values_number(period: int, again: set[int]) -> int:
    """The number under which a period's values and rules come, some having been played again."""
    return period - sum(one < period for one in again)


FOLDED = frozenset({Contract, EndRound, Forecast, InitInst, Metered, Paused, Schedule, StageBegan, StartRound, Voided})
"""The events that an outcome is made of. All others, most of them, are let pass where energy is not traded."""


class SessionOutcome:
    """Schedules, contracts and ends of rounds by (market, period), scored under a scenario's charges and controls.

    `void`: periods that the experimenter has taken out; they are finished, and in no score.
    """

    def __init__(self, rules: Callable[[int, int], MarketRules] = lambda period, market: FREE) -> None:
        """`rules`: those of each period and market, a period that is played again under the number of the first try."""
        self.rules = rules
        self.schedules: dict[tuple[int, int], dict[Seat, Schedule]] = {}
        self.contracts: dict[tuple[int, int], list[Contract]] = {}
        self.finished: set[tuple[int, int]] = set()
        self._practice = PracticeFilter()
        self.void: set[int] = set()
        self.again: set[int] = set()
        self.controllers: dict[Seat, Controller] = {}
        self.books: dict[tuple[int, int], EnergyRecords] = {}
        self.gaps_us: dict[tuple[int, int], Duration] = {}
        self._period: dict[int, int] = {}
        self._capacity: dict[int, Quantity | None] = {}
        self._spreads: dict[int | None, QuotedSpreads] = {}

    def on_input(self, message: Message) -> None:
        """Take in a session's message: the holders of seats, and the prices of orders."""
        if type(message) is Joined and not (message.stand_in and message.seat in self.controllers):
            self.controllers[message.seat] = message.controller
        for spreads in self._spreads.values():
            spreads.on_input(message)

    def on_event(self, event: Event) -> None:
        """Take in an event of the session, in order."""
        message, market = event.message, event.market
        if (type(message) not in FOLDED and market not in self._spreads) or not self._practice.counts(event):
            return
        match message:
            case Contract():
                assert market is not None
                self.contracts[market, self._period[market]].append(message)
                if books := self.books.get((market, self._period[market])):
                    books.quoted += self._spreads[market].of(message)
            case Schedule(period=period):
                assert market is not None
                assert is_seat(event.to)
                self.schedules.setdefault((market, period), {})[event.to] = message
            case StartRound(period=period):
                assert market is not None
                self._period[market] = period
                self.contracts[market, period] = []
            case EndRound(period=period):
                assert market is not None
                self.finished.add((market, period))
            case Paused(gap_us=gap_us) if gap_us:
                self._stood_still(gap_us)
            case Voided(period=period, again=again):
                self.void.add(period)
                self.again |= {period} if again else set()
            case InitInst(call=call):
                assert market is not None
                self._capacity[market] = feeder_capacity(call)
            case Forecast() | Metered():
                self._energy(event, message)
            case _ if market in self._spreads:
                self._quoted(event)
            case _:
                pass

    @property
    def counted(self) -> list[tuple[int, int]]:
        """Markets and periods that were finished and are not void, in their order."""
        return sorted(key for key in self.finished if key[1] not in self.void)

    def scores(self) -> list[PeriodScore]:
        """The score of each market and period that was finished and is not void, in their order."""
        return [self.score(market, period) for market, period in self.counted]

    def days(self, market: int) -> list[EnergyRecords]:
        """The energy of a market's finished periods, in their order; empty where it is no energy market."""
        return [self.books[key] for key in self.counted if key[0] == market and key in self.books]

    def score(self, market: int, period: int) -> PeriodScore:
        """The score of one market's period, which must be finished."""
        contracts, rules = self.contracts[market, period], self.rules(values_number(period, self.again), market)
        score = score_period(market, period, self.schedules.get((market, period), {}), contracts, rules)
        score = replace(score, gap_us=self.gaps_us.get((market, period), 0))
        books = self.books.get((market, period))
        if books is None:
            return score
        capacity = self._capacity[market]
        energy = score_energy(books, contracts, rules.charges, capacity, rules.fees)
        schedules = self.schedules.get((market, period), {}).values()
        goal = replace(score.equilibrium, surplus_max=best_gain(demand(schedules), supply(schedules), capacity))
        return replace(
            score,
            equilibrium=goal,
            efficiency=efficiency(score.surplus, goal.surplus_max),
            energy=energy,
            surplus_by_seat=energy.gain_by_seat,
            attainable=None,
            random=None,
            missed=None,
            dispersion=None,
        )

    def _stood_still(self, gap_us: Duration) -> None:
        """The server's machine stood still: each period that was open has it on its record."""
        for key in self._period.items():
            if key not in self.finished:
                self.gaps_us[key] = self.gaps_us.get(key, 0) + gap_us

    def _energy(self, event: Event, message: Forecast | Metered) -> None:
        assert event.market is not None
        assert is_seat(event.to), "what a household is told is told to it alone"
        books = self.books.setdefault((event.market, message.period), EnergyRecords())
        self._spreads.setdefault(event.market, QuotedSpreads())
        if isinstance(message, Forecast):
            books.forecasts[event.to] = message
        else:
            books.metered[event.to] = message

    def _quoted(self, event: Event) -> None:
        """An order rests, or has been made for a seat by its automaton."""
        spreads = self._spreads[event.market]
        spreads.on_event(event.message)
        if is_seat(event.sender):
            spreads.on_input(event.message)
