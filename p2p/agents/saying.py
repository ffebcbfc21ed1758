"""How an agent's intent is said under an institution: one agent, all institutions.

An agent decides on the unit at hand: a quote at a price, or taking what stands. Where orders rest, a new quote takes
the place of the one it has; in a call there is nothing to take, so what it would take it quotes. The quantity is what
is left at the unit's value (one unit of an induced schedule, the energy of an interval).
"""

from p2p.agents import Action
from p2p.knowledge import Knowledge
from p2p.messages import Ask, Bid, Buy, Message, Replace, Sell


def said(action: Action, knowledge: Knowledge) -> Message | None:
    """The message for an action, None where it would change nothing."""
    if action is None or knowledge.rules.institution == "standing":
        return action
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
