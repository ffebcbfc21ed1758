"""What a trader may say now, and what of it would come: everything that is checked before an order is sent.

The server judges for itself; here a slip of the finger is told at once, and nothing is sent that can only be refused.
"""

from p2p.messages import Ask, Bid, Buy, Sell
from p2p.rules import PublicRules
from p2p.units import Money, Price, Side
from tui.model import Model

Order = Bid | Ask | Buy | Sell


def price_typed(text: str, rules: PublicRules) -> Price | str:
    """The price in what was typed, or a sentence that says what is wrong with it."""
    text = text.strip()
    if not text:
        return "type a price first"
    if not (text.isascii() and text.isdigit()):
        return f"a price is a whole number of {rules.currency}"
    price = int(text)
    if not rules.price_min <= price <= rules.price_max:
        return f"prices go from {rules.price_min} to {rules.price_max} {rules.currency}"
    if (price - rules.price_min) % rules.tick:
        lower = price - (price - rules.price_min) % rules.tick
        return f"prices go in steps of {rules.tick}: {lower} or {lower + rules.tick}"
    return price


def side_of(model: Model) -> Side | None:
    """The side one quotes on: a buyer bids, a seller asks."""
    if model.own.role is None:
        return None
    return "bid" if model.own.role == "buyer" else "ask"


def may_trade(model: Model) -> bool:
    """Whether any order could be accepted now."""
    return model.public.open and not model.public.paused and model.own.units_left > 0


def profit(model: Model, price: Price) -> Money | None:
    """What the unit at hand would earn at a price, None without one."""
    value = model.own.unit_value
    if value is None:
        return None
    return value - price if model.own.role == "buyer" else price - value


def hindrance(model: Model, order: Order) -> str | None:
    """Why an order is not sent, as a sentence; None where nothing speaks against it."""
    if model.own.role is None:
        return "you have no role in this period yet"
    buys = isinstance(order, Bid | Buy)
    if buys != (model.own.role == "buyer"):
        return f"you are a {model.own.role}: {'a seller asks and sells' if buys else 'a buyer bids and buys'}"
    if model.public.paused:
        return "the session is paused"
    if not model.public.open:
        return "the market is closed at the moment"
    if not model.own.units_left:
        return "you have traded all your units of this period"
    if order.price is None:
        return f"there is no {'ask to buy from' if buys else 'bid to sell to'}"
    gain = profit(model, order.price)
    if model.rules.no_loss and gain is not None and gain < 0:
        beyond = "above your value" if buys else "below your cost"
        return f"{order.price} is {beyond} of {model.own.unit_value}, and losses are not allowed"
    return None


def outlook(model: Model, price: Price) -> str:
    """What quoting a price would mean, in a few words."""
    side = side_of(model)
    gain = profit(model, price)
    if side is None or gain is None:
        return ""
    other, mine = model.standing("ask" if side == "bid" else "bid"), model.standing(side)
    better = 1 if side == "bid" else -1
    if other is not None and (price - other) * better >= 0:
        return (
            f"meets the standing {'ask' if side == 'bid' else 'bid'}: trades at {other}, {gained(profit(model, other))}"
        )
    if mine is not None and (price - mine) * better <= 0:
        return f"does not improve on the standing {side} of {mine}"
    return f"{gained(gain)} if it is accepted"


def gained(gain: Money | None) -> str:
    """`gain 35` or `LOSS 20`."""
    if gain is None:
        return ""
    return f"gain {gain}" if gain >= 0 else f"LOSS {-gain}"


def nudged(model: Model, text: str, up: bool) -> Price | None:
    """The price one tick up or down from what is typed, or a first improvement where nothing is."""
    rules, side = model.rules, side_of(model)
    if side is None:
        return None
    typed = price_typed(text, rules)
    if isinstance(typed, int):
        price = typed + (rules.tick if up else -rules.tick)
    else:
        price = first_improvement(model, side)
    return min(max(price, rules.price_min), rules.price_max)


def first_improvement(model: Model, side: Side) -> Price:
    """One tick better than what stands; where nothing stands, the value or cost of the unit at hand, or a limit."""
    tick, standing = model.rules.tick, model.standing(side)
    if standing is not None:
        return standing + (tick if side == "bid" else -tick)
    value = model.own.unit_value
    if value is None:
        return model.rules.price_min if side == "bid" else model.rules.price_max
    offset = (value - model.rules.price_min) % tick
    return value - offset if side == "bid" or not offset else value - offset + tick


def order_of(word: str, price: Price | None) -> Order:
    """The order of a key: `bid`, `ask`, `buy` or `sell`. A bid or ask has a price."""
    if word == "buy":
        return Buy(price)
    if word == "sell":
        return Sell(price)
    assert price is not None, "a quote has a price"
    return Bid(price) if word == "bid" else Ask(price)
