"""A recording as its report shows it: the score, and beside it schedules and contracts, market by market."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from p2p.analysis.market_metrics import PeriodScore
from p2p.analysis.session_outcome import values_number
from p2p.base.units import Quantity, Seat
from p2p.messages import Contract, Schedule
from p2p.scenario.currency import shown_in
from p2p.schedules.rationing import MarketRules
from recordings.journal.store import read_folder
from recordings.reading.history import SessionHistory
from recordings.scoring.score import Score, score


@dataclass(frozen=True)
class MarketPeriod:
    """One market in one period: its figures, its schedules by seat, its contracts, the rules that moved supply and
    demand."""

    score: PeriodScore
    schedules: dict[Seat, Schedule]
    contracts: tuple[Contract, ...]
    rules: MarketRules

    @cached_property
    def condition(self) -> tuple[object, ...]:
        """The same for two periods with the same supply, demand and rules, in any order of seats."""
        units = sorted((one.role, tuple((s.value, s.quantity) for s in one.steps)) for one in self.schedules.values())
        return self.score.market, tuple(units), self.rules


@dataclass(frozen=True)
class ReportedSession:
    """A recording in a report. `label`: its name there, short and told apart from the others'."""

    label: str
    score: Score
    periods: tuple[MarketPeriod, ...]
    made: str
    code: str

    @property
    def energy(self) -> bool:
        """Whether households trade energy."""
        return self.score.scenario.capabilities.trades_energy

    @property
    def price_unit(self) -> str:
        """The unit in which people write prices."""
        return shown_in(self.score.scenario.currency)[1]

    @property
    def ticks_per_unit(self) -> int:
        """The smallest units of money in one that people write prices in."""
        decimals = shown_in(self.score.scenario.currency)[0]
        return int(10**decimals)

    def price(self, ticks: float | None) -> str:
        """A price or a mean of prices as people write it; a dash where there is none."""
        decimals = shown_in(self.score.scenario.currency)[0]
        return "–" if ticks is None else f"{ticks / self.ticks_per_unit:.{decimals + 1}f}"

    @property
    def money_unit(self) -> str:
        """The unit in which people write gains."""
        energy = self.score.scenario.energy
        return energy.money_unit if energy else self.price_unit

    def money(self, amount: float) -> str:
        """A gain as people write it."""
        energy = self.score.scenario.energy
        return f"{round(amount / (energy.money_per_unit if energy else self.ticks_per_unit), 2):.7g}"

    @property
    def contracts(self) -> int:
        """The contracts of the periods that count."""
        return sum(len(one.contracts) for one in self.periods)

    def of_market(self, market: int) -> list[MarketPeriod]:
        """The periods of a market, in order."""
        return [one for one in self.periods if one.score.market == market]

    def conditions(self) -> list[list[MarketPeriod]]:
        """Periods of a market that follow one another with the same supply, demand and rules, together."""
        found: list[list[MarketPeriod]] = []
        for one in self.periods:
            if found and found[-1][-1].condition == one.condition:
                found[-1].append(one)
            else:
                found.append([one])
        return found

    def traded_by(self, seat: Seat) -> Quantity:
        """The units that a seat has traded."""
        return sum(c.quantity for one in self.periods for c in one.contracts if seat in (c.buyer, c.seller))


def reported(folder: Path, label: str) -> ReportedSession:
    """A recording, scored and laid out; raises JournalError."""
    header = read_folder(folder).header
    history, scored = SessionHistory(read_folder(folder)), score(folder)
    outcome = history.outcome
    periods = tuple(
        MarketPeriod(
            one,
            outcome.schedules.get((one.market, one.period), {}),
            tuple(outcome.contracts[one.market, one.period]),
            outcome.rules(values_number(one.period, outcome.again), one.market),
        )
        for one in scored.periods
    )
    return ReportedSession(label, scored, periods, header.made, header.code)
