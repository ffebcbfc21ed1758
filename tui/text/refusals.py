"""What the terminal says in words: why an order was refused, why the line is closed, what an order was."""

from collections.abc import Callable

from p2p.base.units import Price, Quantity
from p2p.messages import Ask, Bid, Buy, Cancel, Message, Replace, Sell, SetBattery, SetReservation
from tui.model.number_format import NumberFormat

REFUSED: dict[str, str] = {
    "not_open": "the market is closed at the moment; wait until it opens",
    "not_a_buyer": "you are a seller in this period, so you cannot buy or bid",
    "not_a_seller": "you are a buyer in this period, so you cannot sell or ask",
    "no_units_left": "you have traded all your units of this period",
    "price_out_of_limits": "the price is outside the limits of this market",
    "off_tick": "the price is not a whole number of ticks",
    "does_not_improve": "it was not better than the standing quote",
    "no_standing_bid": "there was no bid left to sell to",
    "no_standing_ask": "there was no ask left to buy from",
    "moved": "the quote moved to a worse price before your order came; nothing was traded",
    "would_lose": "you would trade that unit at a loss, and losses are not allowed here",
    "loss_floor": "it would take your surplus below what this session lets anybody lose",
    "above_ceiling": "the price is above the market's ceiling",
    "below_floor": "the price is below the market's floor",
    "may_not_quote": "your side only takes quotes in this market, it does not make them",
    "one_unit": "one unit is traded at a time in this market",
    "unknown_order": "there is no such order of yours any more",
    "own_order": "it would have met an order of your own",
    "no_taking_in_a_call": "in a call one states prices; nothing can be taken before it is held",
    "cannot_be_withdrawn": "a quote cannot be taken back in this market",
    "too_many_orders": "you have as many orders in the book as one may have",
    "no_battery": "your house has no battery",
    "beyond_battery": "that is more than your battery's power",
    "no_automaton": "nothing trades by itself in this market",
    "not_now": "that cannot be said at this stage of the session",
}
"""A sentence for every reason an order can be refused for."""

CLOSED: dict[int, str] = {
    4000: "The session is over.",
    4001: "Somebody logged in to this seat from another terminal, which has it now.",
    4002: "The server does not know this seat's code; check it and join again.",
    4003: "The server closed the line because this terminal's messages were wrong; both may be of different versions.",
}
"""A sentence for every close code that is final."""


def closed_sentence(code: int, why: str) -> str:
    """Why a line is closed for good: ours for the codes that we know, else the words that came with it."""
    return CLOSED.get(code) or f"The line is closed: {why or f'code {code}'}."


def order_words(message: Message | None, figures: NumberFormat | None = None) -> str:
    """An order in a few words."""
    say, times = (figures.price, figures.times) if figures else (str, _times)
    match message:
        case Bid(price=price, quantity=quantity):
            return f"bid {say(price)}{times(quantity)}"
        case Ask(price=price, quantity=quantity):
            return f"ask {say(price)}{times(quantity)}"
        case Buy(price=price, quantity=quantity):
            return f"buy{at(price, say)}{times(quantity)}"
        case Sell(price=price, quantity=quantity):
            return f"sell{at(price, say)}{times(quantity)}"
        case Replace(order=order, price=price, quantity=quantity):
            return f"replace #{order} by {say(price)}{times(quantity)}"
        case Cancel(order=order):
            return f"cancel #{order}"
        case SetBattery(target_w=target_w):
            return "battery by its own rule" if target_w is None else f"battery {target_w} W"
        case SetReservation(buy=buy, sell=sell):
            prices = [f"{word} {say(price)}" for word, price in (("buy", buy), ("sell", sell)) if price is not None]
            return f"automaton: {', '.join(prices) or 'off'}"
        case None:
            return "an earlier order"
        case other:
            return other.directive.replace("_", " ")


def at(price: Price | None, say: Callable[[Price], str] = str) -> str:
    """`` at 205``, or nothing where no price is meant."""
    return "" if price is None else f" at {say(price)}"


def _times(quantity: Quantity) -> str:
    return f" × {quantity}" if quantity != 1 else ""
