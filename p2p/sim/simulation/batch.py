"""Many simulated sessions, on one core or several; the results are the same, and come in the same order."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol

from p2p.agents.registry import AgentLike
from p2p.analysis.market_metrics import PeriodScore
from p2p.analysis.seat_occupancy import SeatOccupancy
from p2p.analysis.session_outcome import SessionOutcome
from p2p.analysis.transaction_rows import ContractTimes, Row, contract_rows, trader_rows
from p2p.base.units import is_seat
from p2p.messages import Refused
from p2p.scenario.assignment import scenarios_of_markets
from p2p.scenario.schema import Scenario
from p2p.schedules.rationing import rules_by_market
from p2p.sim.simulation.about import NOTHING_SAID, AboutSession, MarketArm, about, market_arms, simulated_key
from p2p.sim.simulation.agent_timeout import guarded
from p2p.sim.simulation.foresight_bound import foresight_bound
from p2p.sim.simulation.process_pool import in_order
from p2p.sim.simulation.simulation import Simulation, SimulationStep


@dataclass
class Records:
    """Takes each step of a session that is being kept; at its end it is told the session's digest."""

    take: Callable[[SimulationStep], None]
    digest: bytes = b""


class Keeper(Protocol):
    """Keeps sessions as recordings while they are played; handed to other processes, so it can be pickled."""

    def recording_of(self, task: "SessionSpec", key: str, cast: list[str]) -> AbstractContextManager[Records]:
        """A place for one session's records; `cast`: the agents by seat."""


@dataclass(frozen=True)
class SessionSpec:
    """One session to play: its number, who sits where, and the seeds of session and robots.

    `tables`: whether each contract and each trader is to be told of, too, and not the scores alone.
    `bounds`: whether the bound with perfect foresight is to be found, too, where there is one (it takes its time).
    `keeper`: keeps the session as a recording, if it is to be kept.
    """

    session: int
    scenario: Scenario
    cast: tuple[AgentLike, ...]
    seed: int
    robot_seed: int
    bounds: bool = False
    tables: bool = False
    keeper: Keeper | None = None


@dataclass(frozen=True)
class SessionResult:
    """A session that was played: its periods' scores, and how often its robots looked at the market.

    `looked`: the same by market; empty of a recording, whose robots say nothing of it. `contracts`, `traders`: rows of
    the tables, where they were asked for. `interventions`: of a recording; `recorded`: the rows of its other tables.
    `foresight`: for each market of prosumers
    its bound with perfect foresight, None where that was not found. `title`: its scenario's. `recording`: its name, of
    one that was recorded. `refused`: how many orders of which agent were refused for which reason, of simulated
    sessions. `arms`: the arm of each market.
    """

    session: int
    seed: int
    scores: list[PeriodScore]
    activations: int
    foresight: tuple[float | None, ...] = ()
    looked: tuple[int, ...] = ()
    contracts: tuple[Row, ...] = ()
    traders: tuple[Row, ...] = ()
    interventions: tuple[Row, ...] = ()
    recorded: dict[str, list[Row]] = field(default_factory=dict)
    title: str = ""
    recording: str | None = None
    refused: tuple[tuple[str, str, int], ...] = ()
    about: AboutSession = NOTHING_SAID
    arms: tuple[MarketArm, ...] = ()


def play(task: SessionSpec) -> SessionResult:
    """Play one session to its end; raises AgentFailed where an agent raises, says nonsense or never returns."""
    with guarded():
        return _play(task)


def _play(task: SessionSpec) -> SessionResult:
    simulation = Simulation(task.scenario, task.cast, task.seed, task.robot_seed)
    outcome = SessionOutcome(rules_by_market(task.scenario, task.seed))
    times, sitting, refused = ContractTimes(), SeatOccupancy(), Counter[tuple[str, str]]()
    for envelope, at, events in _kept(simulation, task):
        outcome.on_input(envelope.message)
        if task.tables:
            sitting.on_input(envelope.message, at)
        for event in events:
            outcome.on_event(event)
            message = event.message
            if type(message) is Refused and is_seat(event.to):
                refused[simulation.cast[event.to], message.reason] += 1
            if task.tables:
                times.on_event(event, at)
                sitting.on_event(event, at)
    scores, looked = outcome.scores(), tuple(map(simulation.activations, range(task.scenario.markets)))
    bounds = foresight(task.scenario, task.seed, outcome) if task.bounds else ()
    title, no = task.scenario.title, tuple((*what, many) for what, many in sorted(refused.items()))
    played = SessionResult(task.session, task.seed, scores, sum(looked), bounds, looked, title=title, refused=no)
    if not task.tables:
        return played
    key = simulated_key(task.scenario, task.cast, task.seed, task.robot_seed)
    return replace(
        played,
        about=about(task.scenario, key),
        arms=market_arms(task.scenario, task.seed),
        contracts=tuple(contract_rows(task.session, outcome, times)),
        traders=tuple(
            trader_rows(task.session, task.scenario, task.seed, tuple(simulation.cast), outcome, scores, sitting)
        ),
    )


def _kept(simulation: Simulation, task: SessionSpec) -> Iterator[SimulationStep]:
    """The steps of a session; each is kept before it goes on, where the session is to be kept."""
    if task.keeper is None:
        yield from simulation.play()
        return
    key = simulated_key(task.scenario, task.cast, task.seed, task.robot_seed)
    with task.keeper.recording_of(task, key, simulation.cast) as records:
        for step in simulation.play():
            records.take(step)
            yield step
        records.digest = simulation.session.digest()


def foresight(scenario: Scenario, seed: int, outcome: SessionOutcome) -> tuple[float | None, ...]:
    """The bound with perfect foresight of each market over its finished periods; empty without prosumers."""
    if not outcome.books:
        return ()
    own = scenarios_of_markets(scenario, seed)
    return tuple(foresight_bound(one, outcome.days(market)) for market, one in enumerate(own))


def play_all(tasks: list[SessionSpec], workers: int) -> Iterator[SessionResult]:
    """Play them all, in their order; an exception of `play` ends it. Raises Refusal where a worker was ended."""
    return in_order(play, tasks, workers)
