"""A tournament of agents: balanced groups and one in many for each pair, and what each gains.

Source: Das, Hanson, Kephart & Tesauro (2001), Agent-Human Interactions in the Continuous Double Auction; Tesauro & Das
(2001); De Luca & Cliff (2011).

- **Balanced group**: half of the traders A, half B. Each has a twin of about the same value on its side of the market.
  Sessions come in pairs of one seed, in the second of which A and B have changed places.
- **One in many**: one A among B, beside the session of the same seeds in which B sits there too. The gain of A over the
  gain of B in that seat is the reward of deviating.

Gains are in shares of a trader's part of the surplus: 1 is maximum surplus over the number of traders.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations

from p2p.base.exact_sum import total
from p2p.base.rng import derived, stream
from p2p.base.units import Seat
from p2p.environments.base import schedules_of
from p2p.environments.registry import environment_of
from p2p.scenario.assignment import seats_of_markets
from p2p.scenario.schema import Scenario
from p2p.sim.simulation.batch import SessionSpec, play
from p2p.sim.simulation.process_pool import in_order
from p2p.sim.tables.estimate import Estimate, mean_of, share_of

Gains = dict[Seat, float]
"""Each seat's gain in a session, in shares of a trader's part of the maximum surplus."""


@dataclass(frozen=True)
class Meeting:
    """One session of a tournament: which test, who against whom, which session of it, where the first of them sits."""

    test: str
    a: str
    b: str
    number: int
    seats_of_a: frozenset[Seat]
    task: SessionSpec


@dataclass(frozen=True)
class Pair:
    """The result of a test of two agents: gains of both, and the difference; of one in many, over B in the same
    seat."""

    test: str
    a: str
    b: str
    gain_a: Estimate
    gain_b: Estimate
    difference: Estimate


@dataclass(frozen=True)
class Place:
    """An agent's place: its mean gain over all balanced groups, whom it beat, and its gain among its own."""

    agent: str
    gain: Estimate
    beaten: int
    alone: Estimate


def seats_of_half(scenario: Scenario, seed: int) -> frozenset[Seat]:
    """Half of the seats, drawn by seed: of each two neighbours by role and value, one."""
    chosen = []
    rng = stream(seed, "balanced group")
    for market, seats in enumerate(seats_of_markets(scenario, seed)):
        ordered = list(seats)
        if scenario.capabilities.trades_energy:
            rng.shuffle(ordered)
        else:
            schedules = schedules_of(environment_of(scenario, seats, seed, market), 1)
            dealt = {seat: (one.role, [step.value for step in one.steps]) for seat, one in schedules.items()}
            ordered.sort(key=dealt.__getitem__)
        for start in range(0, len(ordered), 2):
            two = ordered[start : start + 2]
            pick = int(rng.random() * 2)
            chosen += two[pick : pick + 1]
    return frozenset(chosen)


def meetings(scenario: Scenario, agents: list[str], sessions: int, seed: int) -> Iterator[Meeting]:
    """All sessions of a tournament. Session k of any test has the same seed: the same market for everybody."""
    everyone = frozenset(range(scenario.seats))

    def meeting(test: str, a: str, b: str, k: int, seats: frozenset[Seat], of: int) -> Meeting:
        cast = tuple(a if seat in seats else b for seat in range(scenario.seats))
        session_seed = derived(seed, "session", of)
        return Meeting(test, a, b, k, seats, SessionSpec(k, scenario, cast, session_seed, session_seed))

    for a in agents:
        yield from (meeting("alone", a, a, k, everyone, k) for k in range(1, sessions + 1))
    for a, b in combinations(agents, 2):
        for k in range(1, sessions + 1):
            of = (k + 1) // 2
            half = seats_of_half(scenario, derived(seed, "session", of))
            yield meeting("balanced", a, b, k, half if k % 2 else everyone - half, of)
    for a, b in permutations(agents, 2):
        for k in range(1, sessions + 1):
            seat = int(stream(seed, "one in many", k).random() * scenario.seats)
            yield meeting("one in many", a, b, k, frozenset({seat}), k)


def gains_of(task: SessionSpec) -> Gains:
    """Play a session; returns each seat's gain. Raises AgentFailed where an agent raises, says nonsense, never
    returns."""
    scores = play(task).scores
    part = total(score.equilibrium.surplus_max for score in scores) / task.scenario.seats
    gained: Gains = dict.fromkeys(range(task.scenario.seats), 0.0)
    for score in scores:
        for seat, surplus in score.surplus_by_seat.items():
            gained[seat] += surplus / part if part else 0.0
    return gained


def gains_of_all(tasks: list[SessionSpec], workers: int) -> Iterator[Gains]:
    """Play them all, in their order; nothing more is played once one has failed."""
    return in_order(gains_of, tasks, workers)


class Results:
    """Gains of all meetings, and what they say."""

    def __init__(self, agents: list[str]) -> None:
        self.agents = agents
        self.gains: dict[tuple[str, str, str], list[tuple[Meeting, Gains]]] = {}

    def add_meeting(self, meeting: Meeting, gains: Gains) -> None:
        """Take in a session, in order."""
        self.gains.setdefault((meeting.test, meeting.a, meeting.b), []).append((meeting, gains))

    def balanced(self) -> list[Pair]:
        """Half against half, of each pair."""
        return [self._balanced(a, b) for a, b in combinations(self.agents, 2)]

    def pairs(self) -> list[Pair]:
        """Each test of each pair."""
        return self.balanced() + [self._one_in_many(a, b) for a, b in permutations(self.agents, 2)]

    def ranking(self) -> list[Place]:
        """The agents by what they gain in balanced groups with all others, the best first."""
        pairs = self.balanced()
        places = []
        for agent in self.agents:
            mine = [self._by_twins(*sorted((agent, other), key=self.agents.index)) for other in self._others(agent)]
            sides = [[a if pair_a == agent else b for a, b in twins] for pair_a, twins in mine]
            gains = [total(together) / len(together) for together in zip(*sides, strict=True)]
            beaten = total(_beats(pair, agent) for pair in pairs)
            alone = [total(g.values()) / len(g) for _, g in self.gains["alone", agent, agent]]
            places.append(Place(agent, mean_of(gains), beaten, share_of(alone)))
        return sorted(places, key=lambda place: -place.gain.mean)

    def _others(self, agent: str) -> list[str]:
        return [other for other in self.agents if other != agent]

    def _by_twins(self, a: str, b: str) -> tuple[str, list[tuple[float, float]]]:
        """Mean gain of an A and of a B in each pair of mirrored sessions (the last may lack its mirror)."""
        played = self.gains["balanced", a, b]
        twins = [played[k : k + 2] for k in range(0, len(played), 2)]
        return a, [(_per_trader(two, True), _per_trader(two, False)) for two in twins]

    def _balanced(self, a: str, b: str) -> Pair:
        _, twins = self._by_twins(a, b)
        first, second = [x for x, _ in twins], [y for _, y in twins]
        return Pair("balanced", a, b, mean_of(first), mean_of(second), mean_of([x - y for x, y in twins]))

    def _one_in_many(self, a: str, b: str) -> Pair:
        played, alone = self.gains["one in many", a, b], self.gains["alone", b, b]
        mine = [gains[seat] for meeting, gains in played for seat in meeting.seats_of_a]
        instead = [gains[seat] for (m, _), (_, gains) in zip(played, alone, strict=True) for seat in m.seats_of_a]
        return Pair("one in many", a, b, mean_of(mine), mean_of(instead), mean_of(_minus(mine, instead)))


def _minus(left: list[float], right: list[float]) -> list[float]:
    return [x - y for x, y in zip(left, right, strict=True)]


def _beats(pair: Pair, agent: str) -> bool:
    low, high = pair.difference.low, pair.difference.high
    return (pair.a == agent and low is not None and low > 0) or (pair.b == agent and high is not None and high < 0)


def _per_trader(played: list[tuple[Meeting, Gains]], of_a: bool) -> float:
    """Mean gain of a trader of one kind over some sessions."""
    sits: Callable[[Meeting, Seat], bool] = lambda meeting, seat: (seat in meeting.seats_of_a) == of_a  # noqa: E731
    gained = [gain for meeting, gains in played for seat, gain in gains.items() if sits(meeting, seat)]
    return total(gained) / len(gained)
