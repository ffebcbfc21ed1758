"""The trading lab: markets of people and robots under rules that an economist can state.

    import p2p
    results = p2p.simulate("smith-1962-test-1", agents="zic:*", sessions=100)
    results.sessions["efficiency"].describe()

`__all__` is the contract: these names stay, and each says in its docstring what it takes, returns and raises. Modules
below are the lab's own insides, and may move. docs/python.md is a page to type along.

The core of this package is pure (p2p/sim aside): no socket, file, clock, logging, await or shared random generator.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from p2p.agents.base import Agent, View
    from p2p.agents.invocation import AgentFailed
    from p2p.agents.quoting import improves, offer, on_tick, only_takes, quote, sweep_price, take_best
    from p2p.agents.registry import AgentError
    from p2p.messages.mes import Ask, Bid, Buy, Contract, Sell
    from p2p.scenario.errors import ScenarioError
    from p2p.scenario.reaction_times import ReactionError
    from p2p.scenario.schema import Scenario
    from p2p.schedules.equilibrium import Equilibrium
    from p2p.sim.face.functions import Results, TournamentResults, equilibrium, load_scenario, simulate, tournament
    from p2p.sim.face.stepping import Simulation
    from p2p.sim.library.files import names as scenario_names
    from p2p.sim.simulation.simulation import Decision

_HOMES = {
    "Agent": "p2p.agents.base",
    "AgentError": "p2p.agents.registry",
    "AgentFailed": "p2p.agents.invocation",
    "Ask": "p2p.messages.mes",
    "Bid": "p2p.messages.mes",
    "Buy": "p2p.messages.mes",
    "Contract": "p2p.messages.mes",
    "Decision": "p2p.sim.simulation.simulation",
    "Equilibrium": "p2p.schedules.equilibrium",
    "ReactionError": "p2p.scenario.reaction_times",
    "Results": "p2p.sim.face.functions",
    "Scenario": "p2p.scenario.schema",
    "ScenarioError": "p2p.scenario.errors",
    "Sell": "p2p.messages.mes",
    "Simulation": "p2p.sim.face.stepping",
    "TournamentResults": "p2p.sim.face.functions",
    "View": "p2p.agents.base",
    "equilibrium": "p2p.sim.face.functions",
    "improves": "p2p.agents.quoting",
    "load_scenario": "p2p.sim.face.functions",
    "offer": "p2p.agents.quoting",
    "on_tick": "p2p.agents.quoting",
    "only_takes": "p2p.agents.quoting",
    "quote": "p2p.agents.quoting",
    "scenario_names": "p2p.sim.library.files",
    "simulate": "p2p.sim.face.functions",
    "sweep_price": "p2p.agents.quoting",
    "take_best": "p2p.agents.quoting",
    "tournament": "p2p.sim.face.functions",
}
"""Where each name is: it is imported when it is first asked for, so that `import p2p` costs nothing."""
_THERE_AS = {"scenario_names": "names"}

__all__ = [
    "Agent",
    "AgentError",
    "AgentFailed",
    "Ask",
    "Bid",
    "Buy",
    "Contract",
    "Decision",
    "Equilibrium",
    "ReactionError",
    "Results",
    "Scenario",
    "ScenarioError",
    "Sell",
    "Simulation",
    "TournamentResults",
    "View",
    "equilibrium",
    "improves",
    "load_scenario",
    "offer",
    "on_tick",
    "only_takes",
    "quote",
    "scenario_names",
    "simulate",
    "sweep_price",
    "take_best",
    "tournament",
]


def __getattr__(name: str) -> Any:
    """A name of the contract, imported when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'p2p' has no attribute '{name}'; it has {', '.join(__all__)}")
    import importlib

    value = getattr(importlib.import_module(_HOMES[name]), _THERE_AS.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The contract, for completion."""
    return sorted(__all__)
