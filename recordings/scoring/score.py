"""The score of a recording: its periods and its traders."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from p2p.analysis.holder_gains import HolderGain, holder_gains
from p2p.analysis.market_metrics import PeriodScore, SessionScore, score_session
from p2p.analysis.profit_order import spearman
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import SECOND, Controller, Money, Role, Seat
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.batch import foresight
from recordings.journal.format import JournalReader, Provenance
from recordings.journal.store import read_folder, still_runs
from recordings.reading.history import SessionHistory
from recordings.reading.participants import agents, agents_over_time, load_names


@dataclass(frozen=True)
class TraderScore:
    """One seat over the whole session: its gain, and its gain at the competitive price.

    If a robot has held it for a person: for how long (s, while the market was open), and the gain of its orders. That
    gain is in the surplus and is not paid out.
    """

    seat: Seat
    market: int
    controller: Controller | None
    role: Role | Literal["both"]
    surplus: int
    surplus_competitive: float
    unpaid: int = 0
    stand_in_s: float = 0.0


@dataclass(frozen=True)
class Score:
    """A recording, scored. `sealed` is False where the recording was cut: then only finished periods count, as in a
    session that still `runs`.

    `foresight`: of prosumers, each market's bound with perfect foresight, None where it was not found. `open_s`: how
    long each of the periods was open, pauses not counted. `names`: those that people gave, by seat; `agents`: the
    robots' agents by their own account.
    """

    name: str
    scenario: Scenario
    seed: int
    sealed: bool
    periods: list[PeriodScore]
    whole: SessionScore
    traders: list[TraderScore]
    foresight: tuple[float | None, ...] = ()
    runs: bool = False
    open_s: tuple[float, ...] = ()
    names: dict[Seat, str] = field(default_factory=dict)
    agents: dict[Seat, str] = field(default_factory=dict)
    void: tuple[int, ...] = ()
    """Periods that the experimenter has taken out: they are in no figure."""
    provenance: Provenance = "live"
    surplus_max_ordered: Money | None = None
    """Of an imported market: the most that the traders who ordered could have gained."""
    holders: tuple[HolderGain, ...] = ()
    """Gains by kind of holder."""

    @property
    def efficiency_ordered(self) -> float | None:
        """Of an imported market: the gains by those possible to the traders who ordered. It is not *the* efficiency."""
        most = self.surplus_max_ordered
        return self.whole.surplus / most if most else None

    @property
    def spearman(self) -> float | None:
        """Whether traders gain in the order of their gains at equilibrium: Spearman's rank correlation."""
        gained = [float(one.surplus) for one in self.traders]
        return spearman(gained, [one.surplus_competitive for one in self.traders])


def score(folder: Path) -> Score:
    """Score a recording from its events; raises JournalError."""
    runs = still_runs(folder)
    reading = read_folder(folder)
    folded = SessionHistory(reading, agents_over_time(folder))
    scenario, outcome = folded.scenario, folded.outcome
    periods = outcome.scores()
    return Score(
        name=reading.header.session,
        scenario=scenario,
        seed=reading.header.seed,
        sealed=reading.sealed is not None,
        periods=periods,
        whole=score_session(periods),
        traders=_traders(folded, periods),
        foresight=foresight(scenario, reading.header.seed, outcome),
        runs=runs and reading.sealed is None,
        open_s=tuple(folded.sitting.open_us(one.market, one.period) / SECOND for one in periods),
        names=load_names(folder),
        agents=agents(folder),
        void=tuple(sorted(outcome.void)),
        provenance=reading.header.provenance,
        surplus_max_ordered=folded.ordered.surplus_max(outcome) if reading.header.provenance == "imported" else None,
        holders=tuple(holder_gains(periods, outcome, folded.sitting)),
    )


def fold(reading: JournalReader) -> SessionOutcome:
    """A recording's outcome; raises JournalError if a record holds no message of ours."""
    return SessionHistory(reading).outcome


def _traders(folded: SessionHistory, periods: list[PeriodScore]) -> list[TraderScore]:
    outcome, sitting = folded.outcome, folded.sitting
    traders: dict[Seat, TraderScore] = {}
    for period in periods:
        schedules = outcome.schedules.get((period.market, period.period), {})
        competitive = period.competitive(schedules)
        for seat, schedule in schedules.items():
            before, key = traders.get(seat), (period.market, period.period, seat)
            traders[seat] = TraderScore(
                seat=seat,
                market=period.market,
                controller=outcome.controllers.get(seat),
                role=schedule.role if before is None or before.role == schedule.role else "both",
                surplus=period.surplus_by_seat[seat] + (before.surplus if before else 0),
                surplus_competitive=competitive[seat] + (before.surplus_competitive if before else 0.0),
                unpaid=sitting.unpaid.get(key, 0) + (before.unpaid if before else 0),
                stand_in_s=sitting.of(key)["stand_in"] / SECOND + (before.stand_in_s if before else 0.0),
            )
    return [traders[seat] for seat in sorted(traders)]
