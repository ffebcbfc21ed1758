"""A trader's possible orders of now, and their effects: everything that is checked before an order is sent.

The server judges for itself; here a slip of the finger is told at once, and nothing is sent that can only be refused.
"""

from dataclasses import dataclass

from p2p.base.sides import OPPOSITE, SIDE_OF, better, crosses, rank
from p2p.base.units import Money, Price, Quantity, Side
from p2p.information.view_state import OwnOrder, ViewState
from p2p.messages import Ask, Bid, Buy, Cancel, Replace, Sell
from p2p.scenario.public_rules import PublicRules, controlled
from tui.model.number_format import number_format

Order = Bid | Ask | Buy | Sell
TIMES = "x"
"""Between a price and a quantity: `195x3`."""


@dataclass(frozen=True)
class NotPossible:
    """A sentence for the trader: why nothing can be sent."""

    why: str


def price_typed(text: str, rules: PublicRules) -> Price | NotPossible:
    """The price in the typed text, or a sentence that says its fault."""
    text = text.strip()
    if not text:
        return NotPossible("type a price first")
    figures = number_format(rules)
    price = figures.typed(text)
    if price is None:
        if figures.decimals:
            return NotPossible(f"a price is a number of {figures.unit} with {figures.decimals} decimals at the most")
        return NotPossible(f"a price is a whole number of {figures.unit}")
    say = figures.price
    if not rules.price_min <= price <= rules.price_max:
        return NotPossible(f"prices go from {say(rules.price_min)} to {say(rules.price_max)} {figures.unit}")
    if (price - rules.price_min) % rules.tick:
        lower = price - (price - rules.price_min) % rules.tick
        return NotPossible(f"prices go in steps of {say(rules.tick)}: {say(lower)} or {say(lower + rules.tick)}")
    if rules.terms.price_ceiling is not None and price > rules.terms.price_ceiling:
        return NotPossible(f"nobody may trade above the ceiling of {say(rules.terms.price_ceiling)}")
    if rules.terms.price_floor is not None and price < rules.terms.price_floor:
        return NotPossible(f"nobody may trade below the floor of {say(rules.terms.price_floor)}")
    return price


def parts_typed(text: str) -> tuple[str, str]:
    """The price and the quantity in the typed text, both still text."""
    price, _, quantity = text.partition(TIMES)
    return price, quantity


def quantity_typed(text: str, usual: Quantity) -> Quantity | NotPossible:
    """The quantity in the typed text, the usual one if it was left out; or a sentence that says its fault."""
    if not text:
        return usual
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        return NotPossible("a quantity is a whole number, 1 or more")
    return int(text)


def usual_quantity(view: ViewState, taking: bool = False) -> Quantity:
    """The quantity of an order where none is typed: a unit; of energy all that is not offered yet; in a post, all."""
    if view.rules.capabilities.posts and view.own.role == "seller" and not taking:
        return max(1, view.own.units_left)
    figures = number_format(view.rules)
    if not (figures.energy and figures.many):
        return 1
    return max(1, view.own.units_left - (0 if taking else view.own.offered))


def quote_side(view: ViewState) -> Side | None:
    """The side one quotes on: a buyer bids, a seller asks."""
    return None if view.own.role is None else SIDE_OF[view.own.role]


def may_trade(view: ViewState) -> bool:
    """Whether any order could be accepted now."""
    return view.clock.open and not view.clock.paused and view.own.units_left > 0


def profit(view: ViewState, price: Price, quantity: Quantity = 1) -> Money | None:
    """The profit of the next units at a price, None without any."""
    holding = view.own.holding
    if holding is None or view.own.unit_value is None:
        return None
    return sum(holding.gains([(price, min(quantity, holding.units_left))], view.rules.charges))


def no_role(view: ViewState) -> NotPossible:
    """Why one is neither buyer nor seller, as a sentence."""
    now = "you have nothing to trade in this period"
    return NotPossible(now if view.clock.open else "you have no role in this period yet")


def refusal_for(view: ViewState, order: Order) -> NotPossible | None:
    """Why an order is not sent, as a sentence; None where nothing speaks against it."""
    if view.own.role is None:
        return no_role(view)
    buys = isinstance(order, Bid | Buy)
    if buys != (view.own.role == "buyer"):
        return NotPossible(
            f"you are a {view.own.role}: {'a seller asks and sells' if buys else 'a buyer bids and buys'}"
        )
    closed = _closed(view)
    if closed:
        return closed
    if not view.own.units_left:
        return NotPossible("you have traded all your units of this period")
    if view.collects and isinstance(order, Buy | Sell):
        return NotPossible("in a call you can only bid or ask")
    if view.rules.capabilities.posts and (why := _not_in_turn(view, order)):
        return why
    if isinstance(order, Bid | Ask) and view.rules.quotes not in ("both", f"{view.own.role}s"):
        return NotPossible(f"in this market only {view.rules.quotes} make quotes; you take theirs")
    if order.price is None:
        return NotPossible(f"there is no {'ask to buy from' if buys else 'bid to sell to'}")
    return _too_much(view, order) or loss(view, order.price, order.quantity, isinstance(order, Buy | Sell))


def _not_in_turn(view: ViewState, order: Order) -> NotPossible | None:
    """Where sellers post before buyers take: why it is not one's turn, if so."""
    posting = view.clock.posting
    match order:
        case Buy() | Bid() if posting:
            return NotPossible("sellers are posting; you take an offer when posting has ended")
        case Ask() if view.own.orders:
            return NotPossible("you have posted; a post stands for the period and cannot be changed")
        case Ask() if not posting:
            return NotPossible("posting is over; you are out for this period")
        case Ask(quantity=quantity) if quantity < view.own.units_left:
            return NotPossible("a post is for all your units; type a price alone")
        case Sell():
            return NotPossible("nobody bids in this market; buyers take what you have posted")
        case _:
            return None


def _closed(view: ViewState) -> NotPossible | None:
    if view.clock.paused:
        return NotPossible("the session is paused")
    return None if view.clock.open else NotPossible("the market is closed at the moment")


def _too_much(view: ViewState, order: Order, instead: OwnOrder | None = None) -> NotPossible | None:
    """Why so much cannot be offered or taken, if so."""
    left, figures = view.own.units_left, number_format(view.rules)
    if order.quantity > 1 and not figures.many:
        return NotPossible("one unit is traded at a time in this market")
    if order.quantity > left:
        return NotPossible(f"you have {figures.quantity(left)} left to trade")
    offered = view.own.offered - (instead.quantity if instead else 0)
    if isinstance(order, Bid | Ask) and not view.resets and offered + order.quantity > left:
        return NotPossible(
            f"you have {figures.quantity(left)} left, and offer {offered} of them already: cancel or replace"
        )
    return None


def loss(
    view: ViewState, price: Price, quantity: Quantity, taking: bool, instead: OwnOrder | None = None
) -> NotPossible | None:
    """The reason why an order would trade at a loss if that is not allowed: alone, or with the open offers."""
    holding, side = view.own.holding, quote_side(view)
    if not view.rules.no_loss or holding is None or side is None or view.own.unit_value is None:
        return None
    value, say = view.own.unit_value, number_format(view.rules).price
    if better(side, price, value):
        word = "value" if side == "bid" else "cost"
        return NotPossible(f"{say(price)} would lose money; your {word} is {say(value)}")
    own = [(o.price, o.quantity) for o in view.own.orders if instead is None or o.order != instead.order]
    new = (price, min(quantity, holding.units_left))
    if taking or view.resets:
        bound = [new]
    else:
        bound = sorted([*own, new], key=lambda one: rank(side, one[0]))
    if min(holding.gains(bound, view.rules.charges), default=0) < 0:
        several = not own or taking or view.resets
        which = "some units would lose money at" if several else "with your open orders, you would lose money at"
        return NotPossible(f"{which} {say(price)}")
    return None


def replacing(view: ViewState, order: OwnOrder | None, text: str) -> Replace | NotPossible:
    """The order that takes an own one's place, from the typed text (a price, a quantity, or both); or why not."""
    if order is None:
        return NotPossible("you have no order in the book")
    price_text, quantity_text = parts_typed(text)
    if not text:
        return NotPossible(
            "type a new price first" + (f", or {TIMES} and a new quantity" if number_format(view.rules).many else "")
        )
    price = price_typed(price_text, view.rules) if price_text else order.price
    quantity = quantity_typed(quantity_text, order.quantity)
    if isinstance(price, NotPossible):
        return price
    if isinstance(quantity, NotPossible):
        return quantity
    said = Bid(price, quantity) if order.side == "bid" else Ask(price, quantity)
    why = _closed(view) or _too_much(view, said, order) or loss(view, price, quantity, False, order)
    return why or Replace(order.order, price, quantity)


def cancelling(view: ViewState, order: OwnOrder | None) -> Cancel | NotPossible:
    """The message that takes an own order out; or why not."""
    if order is None:
        return NotPossible("you have no order in the book")
    return _closed(view) or Cancel(order.order)


def outlook(view: ViewState, price: Price, quantity: Quantity = 1) -> str:
    """The effect of quoting a price, in a few words."""
    side, figures = quote_side(view), number_format(view.rules)
    gain = profit(view, price, quantity)
    if side is None or gain is None:
        return ""
    gained, say = figures.gained, figures.price
    if view.collects:
        return f"{gained(gain)} or more if the call takes it"
    other, mine = view.side(OPPOSITE[side]).price, view.side(side).price
    if other is not None and crosses(side, price, other):
        if view.resets:
            meets = f"meets the current {OPPOSITE[side]}"
            return f"{meets}: trades at {say(other)}, {gained(profit(view, other))}"
        return _at_once(view, side, price, quantity)
    if view.resets and mine is not None and not better(side, price, mine):
        return f"not better than the current {side} of {mine}"
    return f"{gained(gain)} if it is accepted" if view.resets else f"rests in the book; {gained(gain)} if it trades"


def _at_once(view: ViewState, side: Side, price: Price, quantity: Quantity) -> str:
    """What of an order would trade against the offers that are seen."""
    trades, left, last = 0, quantity, price
    for offer, many in view.side(OPPOSITE[side]).offers():
        if left <= 0 or not crosses(side, price, offer):
            break
        trades, left, last = trades + min(left, many), left - min(left, many), offer
    rest = f", {left} rest" if left > 0 else ""
    return f"trades {trades} at once, at {number_format(view.rules).price(last)} or better{rest}"


def step_price(view: ViewState, text: str, up: bool) -> Price | None:
    """The price one tick up or down from the typed one, or a first improvement if nothing is typed."""
    rules, side = view.rules, quote_side(view)
    if side is None:
        return None
    typed = price_typed(text, rules)
    if isinstance(typed, NotPossible):
        price = first_improvement(view, side)
    else:
        price = typed + (rules.tick if up else -rules.tick)
    low, high = controlled(rules)
    return min(max(price, low), high)


def first_improvement(view: ViewState, side: Side) -> Price:
    """One tick better than the standing quote; without one, the value or cost of the unit at hand, or a limit."""
    tick, standing = view.rules.tick, view.side(side).price
    if standing is not None:
        return standing + (tick if side == "bid" else -tick)
    value = view.own.unit_value
    if value is None:
        return view.rules.price_min if side == "bid" else view.rules.price_max
    offset = (value - view.rules.price_min) % tick
    return value - offset if side == "bid" or not offset else value - offset + tick


def order_of(word: str, price: Price | None, quantity: Quantity = 1) -> Order:
    """The order of a key: `bid`, `ask`, `buy` or `sell`. A bid or ask has a price."""
    if word == "buy":
        return Buy(price, quantity)
    if word == "sell":
        return Sell(price, quantity)
    assert price is not None, "a quote has a price"
    return Bid(price, quantity) if word == "bid" else Ask(price, quantity)
