"""check_agent: the rules that every agent must obey, the lab's own or anybody's."""

import copy
import random
from random import Random

from p2p.agents.base import Action, Agent
from p2p.agents.registry import AgentError, AgentLike, agent_name, agent_of
from p2p.base.rng import stream
from p2p.messages import Ask, Bid, Buy, Refused, Sell
from p2p.scenario.schema import InducedValues, InstitutionRules, Scenario
from p2p.scenario.terms import Terms
from p2p.sim.simulation.simulation import Simulation
from p2p.testing.failure import expect, fail
from p2p.testing.situations import Situation, situations

SITUATIONS = 300
"""Enough that each of the odd ones comes some dozens of times; a second or two for a slow agent."""
HONEST = frozenset({"does_not_improve", "own_order", "loss_floor", "no_units_left", "too_many_orders", "moved"})
"""Permitted refusals of a robot that knows the rules: others were faster, or a rule on sums of its own."""
VALUES = InducedValues(
    buyers=((150, 121, 90), (131, 3), (180,)),
    sellers=((52, 73), (64, 190), (11, 15)),
)


def check_agent(agent: AgentLike, seed: int = 1) -> None:
    """Check a decision rule as the lab's own are checked.

    It is shown some hundred situations and plays short sessions among its own in every institution it does not refuse.

    - It asks only for trades that the market accepts: its own side, within the limits, on the tick, better than the
      standing quote.
    - It loses nothing, unless it says `may_lose`; without a unit it says nothing.
    - It draws from the generator it is given and no other; the same seed gives the same session.
    - A copy decides as the one it was copied from (sessions on several cores need that).

    Args:
        agent: A class, an object, or words such as `"satisficer/tau=0.3"`.
        seed: Draws situations and sessions.

    Raises:
        CheckFailed: A rule is broken; the text says which, and in which situation. AgentError: There is no such agent.

    Example:
        >>> from p2p.testing import check_agent
        >>> check_agent("zic")
    """
    for number, situation in enumerate(situations(stream(seed, "situations"), SITUATIONS)):
        _decides_legally(agent, situation, number)
    _says_nothing_without_a_unit(agent)
    for institution in _institutions():
        for quotes in ("both", "buyers", "sellers"):
            _plays(agent, _market(institution, quotes), seed)


def _institutions() -> tuple[str, ...]:
    from p2p.scenario.capabilities import INSTITUTION_NAMES

    return INSTITUTION_NAMES


def _decides_legally(agent: AgentLike, situation: Situation, number: int) -> None:
    one, copied = agent_of(agent), copy.deepcopy(agent_of(agent))
    before = random.getstate()
    action = _decided(one, situation, Random(number))
    expect(random.getstate() == before, "An agent draws from the generator it is given, not from `random` itself", one)
    expect(legal(one, situation, action), f"{action!r} is not what the market takes, or a loss", situation)
    again = _decided(copied, situation, Random(number))
    expect(again == action, f"A copy decides as its original: {action!r}, then {again!r}", situation)


def _decided(agent: Agent, situation: Situation, rng: Random) -> Action:
    """What it decides; one that raises fails the check, whatever it raises."""
    try:
        return agent.decide(situation, rng)
    except Exception as error:  # noqa: BLE001 (anybody's code may raise anything)
        fail(f"An agent raises nothing, and it raised {type(error).__name__}: {error}", situation)


def legal(agent: Agent, situation: Situation, action: Action) -> bool:
    """Whether the market would take an action, and it loses nothing that the rule may not lose."""
    value, buying = situation.unit_value, situation.role == "buyer"
    if value is None or situation.role is None or action is None:
        return action is None
    match action:
        case Buy(price=limit):
            stands = situation.ask
            if not buying or stands is None or (limit is not None and limit < stands):
                return False
            price = stands
        case Sell(price=limit):
            stands = situation.bid
            if buying or stands is None or (limit is not None and limit > stands):
                return False
            price = stands
        case Bid(price=price):
            if not buying or (situation.bid is not None and price <= situation.bid):
                return False
        case Ask(price=price):
            if buying or (situation.ask is not None and price >= situation.ask):
                return False
    low, high = situation.price_min, situation.price_max
    if not low <= price <= high or (price - low) % situation.tick:
        return False
    return agent.may_lose or (price <= value if buying else price >= value)


def _says_nothing_without_a_unit(agent: AgentLike) -> None:
    for situation in (
        Situation(role="buyer", unit_value=None, bid=10, ask=20),
        Situation(role="seller", unit_value=None, bid=10, ask=20),
        Situation(role=None, unit_value=None, bid=10, ask=20),
    ):
        action = _decided(agent_of(agent), situation, Random(0))
        expect(action is None, f"Without a unit there is nothing to say, and it said {action!r}", situation)


def _market(institution: str, quotes: str) -> Scenario:
    """Three buyers and three sellers for two short periods."""
    rules = InstitutionRules(4, 200, name=institution, terms=Terms(quotes=quotes))  # type: ignore[arg-type]
    return Scenario("Check", rules, VALUES, periods=2, period_s=20.0, break_s=1.0)


def _plays(agent: AgentLike, scenario: Scenario, seed: int) -> None:
    """Sessions among its own, twice, where the agent does not refuse the market."""
    can, quotes = scenario.capabilities, scenario.institution.terms.quotes
    if (can.collects and quotes != "both") or (can.posts and quotes == "buyers"):
        return  # no such market can be written
    try:
        first = _session(agent, scenario, seed)
    except AgentError:
        return  # it says itself that it does not play here
    second = _session(agent, scenario, seed)
    where = f"{agent_name(agent)} in {scenario.institution.name}, quotes: {scenario.institution.terms.quotes}"
    expect(first == second, "The same seed gives the same session", where)


def _session(agent: AgentLike, scenario: Scenario, seed: int) -> bytes:
    simulation = Simulation(scenario, [agent] * scenario.seats, seed)
    where = f"{simulation.cast[0]} in {scenario.institution.name}, quotes: {scenario.institution.terms.quotes}"
    for envelope, at, events in simulation.play():
        for event in events:
            if isinstance(event.message, Refused):
                reason = event.message.reason
                expect(reason in HONEST, f"{envelope.message!r} was refused: {reason}", f"{where}, {at / 1e6:.1f} s")
    if not scenario.capabilities.has_book:  # elsewhere an order that rests may trade beside an acceptance
        for seat, robot in simulation.robots.items():
            gained = robot.knowledge.surplus_before + robot.knowledge.surplus
            expect(gained >= 0 or robot.agent.may_lose, f"Seat {seat} lost {-gained}", where)
    return simulation.session.digest()
