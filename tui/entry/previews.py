"""The effect of an order before it is sent: its gain, net of all charges, and the fate of others."""

from p2p.base.sides import OPPOSITE, better, crosses
from p2p.base.units import Money, Price, Quantity, Side
from p2p.information.view_state import OwnOrder, ViewState
from tui.entry.order_entry import (
    NotPossible,
    accepting,
    bettered,
    may_trade,
    parts_typed,
    quantity_typed,
    quote_side,
    usual_quantity,
)
from tui.model.number_format import number_format


def profit(view: ViewState, price: Price, quantity: Quantity = 1) -> Money | None:
    """The profit of the next units at a price, charges taken; None without any."""
    return _profit(view, [(price, quantity)])


def _profit(view: ViewState, trades: list[tuple[Price, Quantity]]) -> Money | None:
    holding = view.own.holding
    if holding is None or view.own.unit_value is None or not trades:
        return None
    bounded, left = [], holding.units_left
    for price, quantity in trades:
        bounded.append((price, min(quantity, left)))
        left -= bounded[-1][1]
    return sum(holding.gains(bounded, view.rules.charges))


def outlook(view: ViewState, price: Price, quantity: Quantity = 1, instead: OwnOrder | None = None) -> str:
    """The effect of quoting a price, in a few words; `instead`: the order whose place it takes."""
    side, figures = quote_side(view), number_format(view.rules)
    if instead is not None:
        replaced = f"replaces your {instead.side} {figures.price(instead.price)}"
        said = _outlook(view, price, instead.quantity)
        return f"{replaced}; {said.removeprefix('rests in the book; ')}" if said else replaced
    return "" if side is None else _outlook(view, price, quantity)


def _outlook(view: ViewState, price: Price, quantity: Quantity) -> str:
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
        return f"not better than the current {side} of {say(mine)}"
    return f"{gained(gain)} if it is accepted" if view.resets else f"rests in the book; {gained(gain)} if it trades"


def _at_once(view: ViewState, side: Side, price: Price, quantity: Quantity) -> str:
    """The trades of an order with the offers that are seen, and their gain."""
    trades: list[tuple[Price, Quantity]] = []
    left, figures = quantity, number_format(view.rules)
    for offer, many in view.side(OPPOSITE[side]).offers():
        if left <= 0 or not crosses(side, price, offer):
            break
        trades.append((offer, min(left, many)))
        left -= trades[-1][1]
    count = sum(many for _, many in trades)
    rest = f"; {left} rest" if left > 0 else ""
    last = trades[-1][0] if trades else price
    return f"trades {count} at once, at {figures.price(last)} or better, {figures.gained(_profit(view, trades))}{rest}"


def accepts(view: ViewState) -> bool:
    """Whether one's role can ever accept a quote in this market."""
    return not view.collects and not (view.rules.capabilities.posts and view.own.role == "seller")


def acceptance(view: ViewState, text: str) -> str:
    """The key that accepts, with the price and the gain of it; or why there is nothing to accept."""
    if not accepts(view) or not may_trade(view) or view.own.role is None:
        return ""
    buys, figures = view.own.role == "buyer", number_format(view.rules)
    key, price = ("y Buy", view.ask.price) if buys else ("s Sell", view.bid.price)
    answer = accepting(view, text)
    if price is None:
        return f"{key}: {answer.why}" if isinstance(answer, NotPossible) else ""
    quantity = quantity_typed(parts_typed(text)[1], usual_quantity(view, taking=True))
    if isinstance(quantity, NotPossible):
        return f"{key}: {quantity.why}"
    said = f"{key} {figures.price(price)}{figures.times(quantity)}, {figures.gained(profit(view, price, quantity))}"
    if isinstance(answer, NotPossible):
        return f"{said} – not possible: {answer.why}"
    return said + _leaves(view, quantity)


def _leaves(view: ViewState, quantity: Quantity) -> str:
    """That an acceptance uses units that one's own open orders offer: those orders shrink, or leave."""
    over = view.own.offered - (view.own.units_left - quantity)
    if view.resets or over <= 0 or not view.own.orders:
        return ""
    if len(view.own.orders) == 1 and over >= view.own.offered:
        return (
            f"; then your {view.own.orders[0].side} {number_format(view.rules).price(view.own.orders[0].price)} leaves"
        )
    return f"; then your orders shrink by {number_format(view.rules).quantity(over)}"


def preview(view: ViewState, side: Side, price: Price, text: str) -> str:
    """The effect of the typed text as a quote: a new order, or in the place of the only one that it betters."""
    quantity_text = parts_typed(text)[1]
    quantity = quantity_typed(quantity_text, usual_quantity(view))
    return outlook(
        view,
        price,
        1 if isinstance(quantity, NotPossible) else quantity,
        bettered(view, side, price, quantity_text),
    )
