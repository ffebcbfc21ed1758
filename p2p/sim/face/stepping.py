"""A simulation that is stepped from outside: a script, a learner or a person decides for some of the seats."""

from collections.abc import Collection, Iterator

from p2p.agents.base import Agent
from p2p.agents.invocation import ACTIONS, is_action
from p2p.agents.registry import AgentLike
from p2p.analysis.market_metrics import PeriodScore
from p2p.analysis.session_outcome import SessionOutcome
from p2p.base.units import Money, Seat
from p2p.scenario.schema import Scenario
from p2p.schedules.rationing import rules_by_market
from p2p.sim.face.functions import Lineup, ScenarioLike, load_scenario, seated
from p2p.sim.simulation.simulation import Decision
from p2p.sim.simulation.simulation import Simulation as _Engine


class Simulation:
    """One simulated session, stepped from outside, without threads.

    Args:
        scenario: A scenario, its name or its file.
        agents: The robots on all seats, as for `simulate`; seats that are decided from outside ignore theirs.
        seed: From 0; it deals seats and schedules, and drives the robots.

    Raises:
        ScenarioError: The scenario is wrong. AgentError: There is no such agent, or it does not play here.

    Example:
        >>> import p2p
        >>> simulation = p2p.Simulation("smith-1962-test-1", "zic:*", seed=1)
        >>> for decision in simulation.until_decision([0]):
        ...     if decision.view.unit_value is not None:
        ...         decision.action = p2p.take_best(decision.view)
        >>> simulation.over
        True
    """

    def __init__(self, scenario: ScenarioLike, agents: Lineup = "zic:*", *, seed: int = 1) -> None:
        self.scenario: Scenario = load_scenario(scenario)
        """The scenario that is played."""
        self.seed = seed
        self.over = False
        """Whether the session has come to its end."""
        self._cast: tuple[AgentLike, ...] = seated(agents, self.scenario.seats)
        self._outcome = SessionOutcome(rules_by_market(self.scenario, self.seed))
        self._balance: dict[Seat, Money] = {}

    def until_decision(self, seats: Collection[Seat] | Seat = ()) -> Iterator[Decision]:
        """Play on; yield whenever one of these seats looks at the market, and take its action when asked to go on.

        Args:
            seats: The seat or seats that are decided from outside, from 0. With none, the session is played to its end.

        Yields:
            Decision: `seat`, `view` (an agent's View, valid until the next decision) and `action`, None at first.
            Assign a Bid, Ask, Buy or Sell before the next step; it is judged like any agent's.

        Raises:
            ValueError: There is no such seat, or the session has been played already.
            TypeError: The action is none.
            AgentFailed: An agent on another seat raised or returned nonsense.
        """
        seats = [seats] if isinstance(seats, int) else seats
        wrong = sorted(seat for seat in seats if not 0 <= seat < self.scenario.seats)
        if wrong:
            raise ValueError(f"there is no seat {wrong[0]}: seats are 0 to {self.scenario.seats - 1}")
        if self.over:
            raise ValueError("this session has been played; make a new Simulation for another")
        cast = [Agent() if seat in seats else one for seat, one in enumerate(self._cast)]
        engine = _Engine(self.scenario, cast, self.seed, outside=seats)
        self._outcome = SessionOutcome(rules_by_market(self.scenario, self.seed))
        for step in engine.steps():
            if isinstance(step, Decision):
                yield step
                if not is_action(step.action):
                    raise TypeError(f"{step.action!r:.60} is no action: {ACTIONS}")
                continue
            envelope, _, events = step
            self._outcome.on_input(envelope.message)
            for event in events:
                self._outcome.on_event(event)
        kept = [market.environment.balance for market in engine.session.markets]
        self._balance = dict.fromkeys(range(self.scenario.seats), 0)
        for balance in kept:
            self._balance.update(balance)
        self.over = True

    @property
    def periods(self) -> list[PeriodScore]:
        """The finished periods' scores: efficiency (0…1), alpha (% of P0), prices (ticks), surplus by seat (money)."""
        return self._outcome.scores()

    @property
    def surplus(self) -> dict[Seat, Money]:
        """Each seat's gain in the session, by seat; empty until it is over."""
        return dict(self._balance)
