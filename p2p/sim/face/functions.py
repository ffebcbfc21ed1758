"""load_scenario, equilibrium, simulate, tournament: each with results that a notebook shows as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from p2p.agents.base import Agent
from p2p.agents.registry import AgentError, AgentLike, agent_name, check_lineup, parse_lineup
from p2p.base.rng import derived
from p2p.base.units import ENVIRONMENT
from p2p.environments.registry import environment_of
from p2p.messages import EndRound, Schedule
from p2p.scenario.assignment import scenarios_of_markets, seats_of_markets
from p2p.scenario.parsing import checked
from p2p.scenario.reaction_times import parse_reaction
from p2p.scenario.schema import Scenario
from p2p.schedules.equilibrium import Equilibrium
from p2p.schedules.equilibrium import equilibrium as equilibrium_of
from p2p.sim.face.frames import frame
from p2p.sim.library.files import load
from p2p.sim.simulation.batch import SessionResult, SessionSpec, play_all
from p2p.sim.tables.writer import Row, columns_of, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from p2p.sim.tournament.tournament import Pair, Place

ScenarioLike: TypeAlias = Scenario | str | Path
"""A scenario, its name in the lab's library, or the path of its file."""
Lineup: TypeAlias = str | type[Agent] | Agent | Sequence[AgentLike]
"""Agents on all seats: `"zic:11,optimizer:*"`, one agent for them all, or a list with an agent for each seat."""


def load_scenario(scenario: ScenarioLike) -> Scenario:
    """The scenario of that name in the lab's library, or in that file.

    Args:
        scenario: A name as `p2p.scenario_names()` has it, or a path to a .toml file. A Scenario is checked again.

    Returns:
        The scenario, checked to the last key; frozen. `msgspec.structs.replace(scenario, periods=3)` changes a copy.

    Raises:
        ScenarioError: There is none, or it is wrong; the text names file, line and key.

    Example:
        >>> import p2p
        >>> scenario = p2p.load_scenario("smith-1962-test-1")
        >>> scenario.traders, scenario.periods
        (22, 5)
    """
    return checked(scenario, "the scenario") if isinstance(scenario, Scenario) else load(str(scenario))


def equilibrium(scenario: ScenarioLike, seed: int = 1, period: int = 1, market: int = 0) -> Equilibrium:
    """Supply and demand of one market in one period: quantity, competitive price tunnel, maximum surplus.

    Args:
        scenario: A scenario, its name or its file.
        seed: The session's seed: it deals the schedules.
        period: Which period, from 1.
        market: Which market of the session, from 0.

    Returns:
        The competitive outcome. Prices are in ticks of the scenario's currency, surplus is price × quantity.

    Raises:
        ScenarioError: The scenario is wrong. ValueError: It has no such period or market.

    Source:
        Smith (1962), An Experimental Study of Competitive Market Behavior, JPE 70(2).

    Example:
        >>> import p2p
        >>> p2p.equilibrium("smith-1962-test-1").price
        200.0
    """
    rules = load_scenario(scenario)
    if not 1 <= period <= rules.periods:
        raise ValueError(f"period {period} is not one of 1 to {rules.periods}")
    if not 0 <= market < rules.markets:
        raise ValueError(f"market {market} is not one of 0 to {rules.markets - 1}")
    own = scenarios_of_markets(rules, seed)[market]
    return equilibrium_of(_schedules(own, seed, period, market), own.controls(period).charges)


def _schedules(rules: Scenario, seed: int, period: int, market: int) -> list[Schedule]:
    """What is dealt in a period, nothing having been traded in those before."""
    environment = environment_of(rules, seats_of_markets(rules, seed)[market], seed, market)
    dealt: list[Schedule] = []
    for number in range(1, period + 1):
        sent, _ = environment.start_period(number, rules.period_us)
        dealt = [one.message for one in sent if isinstance(one.message, Schedule)]
        if number < period:
            environment.handle(EndRound(number), ENVIRONMENT)
    return dealt


@dataclass(frozen=True, repr=False)
class Results:
    """Simulated sessions as four DataFrames; docs/tables.md has every column, `df.attrs["units"]` its unit."""

    scenario: Scenario
    played: tuple[SessionResult, ...]

    def __repr__(self) -> str:
        return (
            f"<Results: {len(self.played)} sessions of {self.scenario.title!r}; .sessions .periods .contracts .traders>"
        )

    def _table(self, name: str) -> "pd.DataFrame":
        rows: list[Row] = [row for one in self.played for row in rows_of(one)[name]]
        return frame(rows, columns_of([self.scenario])[name])

    @cached_property
    def sessions(self) -> "pd.DataFrame":
        """A row for each session and market: efficiency, alpha, mean price, quantity, surplus."""
        return self._table("sessions")

    @cached_property
    def periods(self) -> "pd.DataFrame":
        """A row for each session, market and period, with its equilibrium."""
        return self._table("periods")

    @cached_property
    def contracts(self) -> "pd.DataFrame":
        """A row for each contract: time, price, quantity, both seats, value and cost."""
        return self._table("contracts")

    @cached_property
    def traders(self) -> "pd.DataFrame":
        """A row for each trader and period: agent, role, units, surplus."""
        return self._table("traders")


def simulate(
    scenario: ScenarioLike,
    agents: Lineup = "zic:*",
    *,
    sessions: int = 1,
    seed: int = 1,
    workers: int = 1,
    reaction: str | None = None,
) -> Results:
    """Play sessions with an agent on every seat, without sockets or clocks.

    Args:
        scenario: A scenario, its name or its file.
        agents: `"zic:11,optimizer:*"`, an Agent class or object for all seats, or a list with one for each seat.
        sessions: How many. Session k of a seed is the same, however many are played.
        seed: From 0; it deals seats and schedules, and drives the robots.
        workers: Processes. More than one need agents that can be pickled.
        reaction: The law of robots' reaction times, as `"exponential:2"` (seconds); the scenario's unless given.

    Returns:
        Results: DataFrames sessions, periods, contracts, traders.

    Raises:
        ScenarioError: The scenario is wrong.
        AgentError: There is no such agent, or it does not play here; ReactionError: no such law.
        AgentFailed: An agent raised or returned nonsense; the text names agent, seat and line.
        ValueError: Fewer sessions than 1.

    Example:
        >>> import p2p
        >>> results = p2p.simulate("smith-1962-test-1", "zic:*", sessions=3, seed=1)
        >>> bool(results.sessions["efficiency"].between(0.8, 1).all())
        True
    """
    if sessions < 1:
        raise ValueError(f"sessions is {sessions}; at least one is played")
    rules = load_scenario(scenario)
    if reaction is not None:
        parse_reaction(reaction, rules.robots.reaction_mean_s)
        rules = rules.paced(reaction=reaction)
    cast = seated(agents, rules.seats)
    check_lineup(cast, rules)
    seeds = ((k, derived(seed, "session", k)) for k in range(1, sessions + 1))
    tasks = [SessionSpec(k, rules, cast, own, own, tables=True) for k, own in seeds]
    return Results(rules, tuple(play_all(tasks, workers)))


def seated(agents: Lineup, seats: int) -> tuple[AgentLike, ...]:
    """An agent for each seat; raises AgentError."""
    if isinstance(agents, str):
        return tuple(parse_lineup(agents, seats))
    if isinstance(agents, Agent | type):
        return (agents,) * seats
    cast = tuple(agents)
    if len(cast) != seats:
        why = "a list has one agent for each seat; counts go into one text, as in 'zic:11,zip:*'"
        raise AgentError(f"there are {seats} seats and {len(cast)} agents: {why}")
    return cast


@dataclass(frozen=True, repr=False)
class TournamentResults:
    """Agents against one another, as two DataFrames; gains are shares of a trader's part of the maximum surplus."""

    places: "tuple[Place, ...]"
    tests: "tuple[Pair, ...]"

    def __repr__(self) -> str:
        return f"<TournamentResults of {len(self.places)} agents: ranking, pairs>"

    @cached_property
    def ranking(self) -> "pd.DataFrame":
        """A row for each agent, the best first: its gain in balanced groups with 95 % interval, and among its own."""
        from p2p.sim.tournament.schema import TOURNAMENT
        from p2p.sim.tournament.tables import ranking_rows

        return frame(ranking_rows(list(self.places)), TOURNAMENT["ranking"])

    @cached_property
    def pairs(self) -> "pd.DataFrame":
        """A row for each test of each pair: balanced groups, and one in many."""
        from p2p.sim.tournament.schema import TOURNAMENT
        from p2p.sim.tournament.tables import pair_rows

        return frame(pair_rows(list(self.tests)), TOURNAMENT["pairs"])


def tournament(
    scenario: ScenarioLike, agents: Sequence[str], *, sessions: int = 50, seed: int = 1, workers: int = 1
) -> TournamentResults:
    """Let each two agents meet: half against half, and one of each among many of the other.

    Args:
        scenario: A scenario, its name or its file.
        agents: Two or more agents by their words, each once.
        sessions: Of each test, at least 2.
        seed: From 0. Session k of a seed is the same market for all.
        workers: Processes.

    Returns:
        TournamentResults: DataFrames ranking and pairs.

    Raises:
        ScenarioError, AgentError, AgentFailed: As in `simulate`. ValueError: Fewer than two agents, or one twice.

    Source:
        Das, Hanson, Kephart and Tesauro (2001), Agent-Human Interactions in the Continuous Double Auction.

    Example:
        >>> import p2p
        >>> met = p2p.tournament("smith-1962-test-1", ["zip", "giveaway"], sessions=4)
        >>> list(met.ranking["agent"])
        ['zip', 'giveaway']
    """
    from p2p.sim.tournament.tournament import Results as Meetings
    from p2p.sim.tournament.tournament import gains_of_all, meetings

    rules = load_scenario(scenario)
    names = [agent_name(one) for one in agents]
    if sessions < 2:
        raise ValueError(f"sessions is {sessions}; a mean with its interval needs at least 2 of each test")
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError("a tournament needs two agents or more, each named once")
    check_lineup(names, rules)
    planned = list(meetings(rules, names, sessions, seed))
    met = Meetings(names)
    for meeting, gains in zip(planned, gains_of_all([one.task for one in planned], workers), strict=True):
        met.add_meeting(meeting, gains)
    return TournamentResults(tuple(met.ranking()), tuple(met.pairs()))
