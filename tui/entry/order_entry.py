"""A trader's possible orders of now, and their effects: everything that is checked before an order is sent.

The server judges for itself; here a slip of the finger is told at once, and nothing is sent that can only be refused.
"""

from dataclasses import dataclass

from p2p.base.sides import SIDE_OF, better, rank
from p2p.base.units import Money, Price, Quantity, Side
from p2p.information.view_state import OwnOrder, ViewState
from p2p.messages import Ask, Bid, Buy, Cancel, Message, Replace, Sell
from p2p.scenario.public_rules import PublicRules, controlled
from tui.model.number_format import number_format

Order = Bid | Ask | Buy | Sell
TIMES = "x"
"""Between a price and a quantity: `195x3`."""
TYPED_MAX = 10
"""Characters of a price, and of a quantity: PRICE_MAX has ten digits."""


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
    if len(text) > TYPED_MAX:
        return NotPossible(f"a quantity has {TYPED_MAX} digits at the most")
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


def on_the_way(view: ViewState) -> Quantity:
    """Units of acceptances that wait for their answer: they may be traded already."""
    waiting = (sent.message for sent in view.pending)
    return sum(message.quantity for message in waiting if isinstance(message, Buy | Sell))


def _too_much(view: ViewState, order: Order, instead: OwnOrder | None = None) -> NotPossible | None:
    """Why so much cannot be offered or taken, if so."""
    left, figures = view.own.units_left, number_format(view.rules)
    if isinstance(order, Buy | Sell) and on_the_way(view) and order.quantity > left - on_the_way(view):
        return NotPossible("your last acceptance has no answer yet: wait for it")
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
    side = quote_side(view)
    if not view.rules.no_loss or side is None or view.own.unit_value is None:
        return None
    say = number_format(view.rules).price
    if better(side, price, view.own.unit_value):
        return NotPossible(f"{say(price)} would lose money; your {worth(view)}")
    if at_worst(view, price, quantity, taking, instead) < 0:
        alone = view.resets or not [one for one in view.own.orders if one != instead]
        which = "some units would lose money at" if alone else "with your open orders, you would lose money at"
        return NotPossible(f"{which} {say(price)}")
    return None


def worth(view: ViewState) -> str:
    """The next unit's value or cost in words, with the charges on it where there are some."""
    say, net = number_format(view.rules).price, view.own.unit_value
    holding = view.own.holding
    word, bare = "value" if view.own.role == "buyer" else "cost", holding.unit_value() if holding else None
    if net is None or bare is None or net == bare:
        return f"{word} is {'–' if net is None else say(net)}"
    return f"{word} after charges is {say(net)}"


def at_worst(view: ViewState, price: Price, quantity: Quantity, taking: bool, instead: OwnOrder | None = None) -> Money:
    """The sum of the losses that an order could bring, at 0 or below: its own units', and the open offers' after it."""
    holding, side = view.own.holding, quote_side(view)
    if holding is None or side is None:
        return 0
    new = (price, min(quantity, holding.units_left))
    own = [(o.price, o.quantity) for o in view.own.orders if instead is None or o.order != instead.order]
    own.sort(key=lambda one: rank(side, one[0]))
    if view.resets:
        bound = [new]
    elif taking:
        bound = [new, *own]
    else:
        bound = sorted([*own, new], key=lambda one: rank(side, one[0]))
    return sum(gain for gain in holding.gains(bound, view.rules.charges) if gain < 0)


def to_confirm(view: ViewState, message: Message) -> Money:
    """The possible loss that a trader is asked about before a message is sent; 0 where nobody is asked."""
    if not view.rules.loss_confirm:
        return 0
    match message:
        case Bid(price=price, quantity=quantity) | Ask(price=price, quantity=quantity):
            return -at_worst(view, price, quantity, taking=False)
        case Buy(price=price, quantity=quantity) | Sell(price=price, quantity=quantity) if price is not None:
            return -at_worst(view, price, quantity, taking=True)
        case Replace(order=order, price=price, quantity=quantity):
            instead = next((one for one in view.own.orders if one.order == order), None)
            return -at_worst(view, price, quantity, False, instead)
        case _:
            return 0


def bettered(view: ViewState, side: Side, price: Price, quantity_text: str) -> OwnOrder | None:
    """The one open order whose place a better price takes, if no quantity is typed; a typed one makes another order."""
    orders = view.own.orders
    if quantity_text or len(orders) != 1 or not view.rules.capabilities.withdraws:
        return None
    return orders[0] if orders[0].side == side and better(side, price, orders[0].price) else None


def quoting(view: ViewState, side: Side, text: str) -> Bid | Ask | Replace | NotPossible:
    """The order that the typed text makes: a new one, or in the place of the only one that it betters; or why not."""
    price_text, quantity_text = parts_typed(text)
    price = price_typed(price_text, view.rules)
    if isinstance(price, NotPossible):
        return price
    instead = bettered(view, side, price, quantity_text)
    if instead is not None:
        return replacing(view, instead, price_text)
    quantity = quantity_typed(quantity_text, usual_quantity(view))
    if isinstance(quantity, NotPossible):
        return quantity
    order: Bid | Ask = Bid(price, quantity) if side == "bid" else Ask(price, quantity)
    return refusal_for(view, order) or order


def accepting(view: ViewState, text: str) -> Buy | Sell | NotPossible:
    """The acceptance of the other side's quote, as it is on the screen, by one's role; or why not."""
    if view.own.role is None:
        return no_role(view)
    buys = view.own.role == "buyer"
    quantity = quantity_typed(parts_typed(text)[1], usual_quantity(view, taking=True))
    if isinstance(quantity, NotPossible):
        return quantity
    price = view.side("ask" if buys else "bid").price
    order = Buy(price, quantity) if buys else Sell(price, quantity)
    return refusal_for(view, order) or order


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


def step_price(view: ViewState, text: str, up: bool) -> Price | None:
    """The price one tick up or down from the typed one, or a first improvement if nothing is typed."""
    rules, side = view.rules, quote_side(view)
    if side is None:
        return None
    typed = price_typed(text, rules)
    if isinstance(typed, NotPossible):
        better = first_improvement(view, side)
        if better is None:
            return None
        price = better
    else:
        price = typed + (rules.tick if up else -rules.tick)
    low, high = controlled(rules)
    return min(max(price, low), high)


def first_improvement(view: ViewState, side: Side) -> Price | None:
    """One tick better than the standing quote; None without one: one's own value is no offer, and nobody's to see."""
    tick, standing = view.rules.tick, view.side(side).price
    if standing is not None:
        return standing + (tick if side == "bid" else -tick)
    return None


def order_of(word: str, price: Price | None, quantity: Quantity = 1) -> Order:
    """The order of a key: `bid`, `ask`, `buy` or `sell`. A bid or ask has a price."""
    if word == "buy":
        return Buy(price, quantity)
    if word == "sell":
        return Sell(price, quantity)
    assert price is not None, "a quote has a price"
    return Bid(price, quantity) if word == "bid" else Ask(price, quantity)
