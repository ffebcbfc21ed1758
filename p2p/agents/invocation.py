"""Calling an agent: anybody's code, which may raise or return nonsense. AgentFailed says which agent, in which line."""

import sys
import traceback
from random import Random
from typing import Literal

from p2p.agents.base import Action, Agent
from p2p.base.units import PRICE_MAX
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Ask, Bid, Buy, Message, Sell


class AgentFailed(Exception):
    """An agent raised, or its return value is no action; `why` says which. Whose fault it is: the agent's."""

    def __init__(self, what: str, why: Literal["raised", "nonsense"] = "raised") -> None:
        super().__init__(what)
        self.why: Literal["raised", "nonsense"] = why


class AgentTimeout(BaseException):
    """Raised in an agent by a caller that has waited too long for it. No `except Exception` of the agent's holds it
    up."""


AGENT_ERRORS = (Exception, SystemExit, AgentTimeout)
"""Errors of an agent's code, which may be anybody's; KeyboardInterrupt is the user's."""


def run_see(agent: Agent, message: Message) -> None:
    """Show an event to an agent that learns; raises AgentFailed if it raises."""
    try:
        agent.see(message)
    except AGENT_ERRORS as error:
        raise AgentFailed(_raised(agent, error)) from error


def run_decide(agent: Agent, knowledge: Knowledge, rng: Random) -> Action:
    """An agent's action now; raises AgentFailed if it raises, or if its return value is no action."""
    try:
        action = agent.decide(knowledge, rng)
    except AGENT_ERRORS as error:
        raise AgentFailed(_raised(agent, error)) from error
    if action is None or is_action(action):
        return action
    raise AgentFailed(f"{_named(agent)}: {action!r:.80} is no action: {ACTIONS}", "nonsense")


_DIRECTIVES = (Bid, Ask, Buy, Sell)
ACTIONS = "Bid, Ask, Buy, Sell with a whole price, or None"
"""The actions that an agent may return, in words."""


def is_action(action: object) -> bool:
    """Whether an agent may return it: nothing, or a directive with a price that can be written down."""
    return action is None or (isinstance(action, _DIRECTIVES) and _can_be_written(action))


def _can_be_written(action: Bid | Ask | Buy | Sell) -> bool:
    """Whether its price is within what a message may hold. The quantity is not the agent's to say."""
    price = action.price
    if price is None:
        return isinstance(action, Buy | Sell)
    return type(price) is int and -PRICE_MAX <= price <= PRICE_MAX


def _raised(agent: Agent, error: BaseException) -> str:
    """What was raised, and in which line of the agent's own file (of the last, where none of its lines was run)."""
    own = getattr(sys.modules.get(type(agent).__module__), "__file__", None)
    lines = traceback.extract_tb(error.__traceback__)
    where = next((line for line in reversed(lines) if line.filename == own), lines[-1])
    return f"{_named(agent)}: {type(error).__name__}: {error} (line {where.lineno})"


def _named(agent: Agent) -> str:
    return type(agent).__name__
