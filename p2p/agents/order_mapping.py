"""Which message an agent's action becomes under an institution: one agent, all institutions.

An agent decides on the unit at hand: a quote at a price, or an acceptance of a standing quote.

- Where orders rest, a new quote replaces the one it has.
- In a call there is nothing to accept: an acceptance becomes a quote at that price.
- The quantity is the one left at the unit's value: one unit of an induced schedule, or the energy of an interval.
- Where sellers post, a seller's first quote is its post, for all its units; it says no other.
- Where only the other side may quote, a price that meets a standing quote accepts it. Any other is not said.
"""

import msgspec

from p2p.agents.base import Action
from p2p.information.trader_knowledge import Knowledge
from p2p.messages import Ask, Bid, Buy, Message, Replace, Sell


def _allowed(quote: Bid | Ask, knowledge: Knowledge) -> Action:
    """The quote where its side may quote; else what it takes at that price, None where nothing stands there."""
    if knowledge.rules.quotes == ("buyers" if isinstance(quote, Bid) else "sellers"):
        return quote
    price, bid, ask = quote.price, knowledge.bid, knowledge.ask
    if isinstance(quote, Bid):
        return Buy(price) if ask is not None and price >= ask else None
    return Sell(price) if bid is not None and price <= bid else None


def to_message(action: Action, knowledge: Knowledge) -> Message | None:
    """The message for an action, None where it would change nothing, or may not be said.

    A trader with no unit left says nothing: an order of theirs that rested traded the last one since they looked.
    """
    if not knowledge.units_left:
        return None
    rules = knowledge.rules
    if rules.quotes != "both" and isinstance(action, Bid | Ask):
        action = _allowed(action, knowledge)
    if action is None:
        return None
    can = rules.capabilities
    if not can.many_units:
        return action if action.quantity == 1 else msgspec.structs.replace(action, quantity=1)
    quantity = knowledge.step_left if rules.terms.units == "many" else 1
    if isinstance(action, Buy | Sell) and can.collects and action.price is not None:
        action = Bid(action.price) if isinstance(action, Buy) else Ask(action.price)
    match action:
        case Buy(price=price):
            return Buy(price, quantity)
        case Sell(price=price):
            return Sell(price, quantity)
        case Bid(price=price) | Ask(price=price):
            side = "bid" if isinstance(action, Bid) else "ask"
            own = next((order for order in knowledge.orders.values() if order.side == side), None)
            if can.posts and (own is not None or not knowledge.public.clock.posting):
                return None
            if own is None:
                return Bid(price, quantity) if side == "bid" else Ask(price, quantity)
            if (own.price, own.quantity) == (price, quantity):
                return None
            return Replace(own.order, price, quantity)
