"""How an agent's intent is said under an institution: one agent, all institutions.

An agent decides on the unit at hand: a quote at a price, or taking what stands. Where orders rest, a new quote takes
the place of the one it has; in a call there is nothing to take, so what it would take it quotes. The quantity is what
is left at the unit's value (one unit of an induced schedule, the energy of an interval). Where the terms of trade let
only the other side quote, a price that meets what stands takes it, and any other is not said.
"""

import sys
import traceback
from random import Random
from typing import Literal

import msgspec

from p2p.agents import Action, Agent
from p2p.knowledge import Knowledge
from p2p.messages import Ask, Bid, Buy, Message, Replace, Sell
from p2p.units import PRICE_MAX


class AgentFailed(Exception):
    """An agent raised, or returned what is no action; `why` says which. Whose fault it is: the agent's."""

    def __init__(self, what: str, why: Literal["raised", "nonsense"] = "raised") -> None:
        super().__init__(what)
        self.why: Literal["raised", "nonsense"] = why


class NeverReturns(BaseException):
    """Raised in an agent by whoever has waited too long for it. No `except Exception` of the agent's holds it up."""


STOPPED = (Exception, SystemExit, NeverReturns)
"""What an agent, which may be anybody's code, ends by; KeyboardInterrupt is the user's."""


def seen(agent: Agent, message: Message) -> None:
    """Show an agent that learns what has happened; raises AgentFailed if it raises."""
    try:
        agent.see(message)
    except STOPPED as error:
        raise AgentFailed(_raised(agent, error)) from error


def decided(agent: Agent, knowledge: Knowledge, rng: Random) -> Action:
    """What an agent does now; raises AgentFailed if it raises, or returns what is no action."""
    try:
        action = agent.decide(knowledge, rng)
    except STOPPED as error:
        raise AgentFailed(_raised(agent, error)) from error
    if action is None:
        return None
    if not (isinstance(action, Bid | Ask | Buy | Sell) and _can_be_written(action)):
        raise AgentFailed(
            f"{_named(agent)}: {action!r:.80} is no action: Bid, Ask, Buy, Sell with a whole price, or None",
            "nonsense",
        )
    return action


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


def _allowed(quote: Bid | Ask, knowledge: Knowledge) -> Action:
    """The quote where its side may quote; else what it takes at that price, None where nothing stands there."""
    if knowledge.rules.terms.quotes == ("buyers" if isinstance(quote, Bid) else "sellers"):
        return quote
    price, bid, ask = quote.price, knowledge.bid, knowledge.ask
    if isinstance(quote, Bid):
        return Buy(price) if ask is not None and price >= ask else None
    return Sell(price) if bid is not None and price <= bid else None


def said(action: Action, knowledge: Knowledge) -> Message | None:
    """The message for an action, None where it would change nothing, or may not be said.

    Who has no unit left says nothing: the last one was traded since he looked, by an order of his that rested.
    """
    if not knowledge.units_left:
        return None
    if isinstance(action, Bid | Ask) and knowledge.rules.terms.quotes != "both":
        action = _allowed(action, knowledge)
    if action is None:
        return None
    if knowledge.rules.institution == "standing":
        return action if action.quantity == 1 else msgspec.structs.replace(action, quantity=1)
    quantity = knowledge.step_left if knowledge.rules.terms.units == "many" else 1
    if isinstance(action, Buy | Sell) and knowledge.rules.institution == "call" and action.price is not None:
        action = Bid(action.price) if isinstance(action, Buy) else Ask(action.price)
    match action:
        case Buy(price=price):
            return Buy(price, quantity)
        case Sell(price=price):
            return Sell(price, quantity)
        case Bid(price=price) | Ask(price=price):
            side = "bid" if isinstance(action, Bid) else "ask"
            own = next((order for order in knowledge.orders.values() if order.side == side), None)
            if own is None:
                return Bid(price, quantity) if side == "bid" else Ask(price, quantity)
            if (own.price, own.quantity) == (price, quantity):
                return None
            return Replace(own.order, price, quantity)
