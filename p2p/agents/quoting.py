"""The common parts of most decision rules: quotes on the tick, without a loss, and acceptance of quotes that gain."""

from math import ceil, floor

from p2p.agents.base import Action, View
from p2p.base.units import Price, Role
from p2p.messages import Ask, Bid, Buy, Sell


def quote(role: Role, price: Price) -> Bid | Ask:
    """A bid of a buyer, an ask of a seller."""
    return Bid(price) if role == "buyer" else Ask(price)


def only_takes(view: View) -> bool:
    """Whether the trader's side may make no quotes here, and can only take those of the other."""
    return view.quotes != "both" and view.quotes != f"{view.role}s"


def improves(view: View, price: Price) -> bool:
    """Whether a quote at a price would become the standing one, or trade; in a call, whether it would be the first."""
    if view.collects:
        return not view.quoted
    if view.role == "buyer":
        bid = view.bid
        return bid is None or price > bid
    ask = view.ask
    return ask is None or price < ask


def on_tick(view: View, price: Price) -> Price:
    """The nearest price that may be said, never on the losing side: a buyer's rounds down, a seller's up."""
    least, tick = view.price_min, view.tick
    said, most, rest = price, view.price_max, (price - least) % tick
    if rest:
        said += tick - rest if view.role == "seller" else -rest
    said = said if said > least else least  # not max and min: most rules ask at every look
    return said if said < most else most


def offer(view: View, price: float) -> Action:
    """A quote at a wished price: on a tick, within the limits, never at a loss.

    None if it would not improve on the standing quote, or if all units are traded.
    """
    value, role = view.unit_value, view.role
    if value is None or role is None:
        return None
    if role == "buyer":
        said = on_tick(view, floor(min(price, value)))
        return Bid(said) if said <= value and improves(view, said) else None
    said = on_tick(view, ceil(max(price, value)))
    return Ask(said) if said >= value and improves(view, said) else None


def take_best(view: View) -> Action:
    """Acceptance of the other side's best quote if that gains; None if it does not, or if the quote is one's own.

    None, too, where all units are traded.
    """
    value, bid, ask = view.unit_value, view.bid, view.ask
    if value is None:
        return None
    if view.role == "buyer":
        return Buy(ask) if ask is not None and ask < value and not view.ask_mine else None
    return Sell(bid) if bid is not None and bid > value and not view.bid_mine else None


def sweep_price(view: View, among: int | None = None) -> Price | None:
    """The price to take at to have all that gains and is needed, of the first so many offers; None: nothing."""
    value, last, wanted = view.unit_value, None, view.step_left
    for n, (price, quantity) in enumerate(view.offers()):
        loses = value is None or (price >= value if view.role == "buyer" else price <= value)
        if loses or wanted <= 0 or (among is not None and n >= among):
            break
        last, wanted = price, wanted - quantity
    return last
