"""What is typed on the page makes the orders that it makes in the terminal, and is refused where that refuses it."""

import json
from typing import Any

import msgspec
from msgspec.structs import replace

from p2p.information.view_state import OwnOrder, ViewState
from p2p.messages import Message
from p2p.messages.base import Message as Said
from tests.plays.tui_scenes import Scene
from tests.plays.web_plays import SCRIPTS, node
from tests.server.web.test_page_screens import view_of
from tui.entry.order_entry import NotPossible, accepting, quote_side, quoting, step_price
from tui.entry.previews import accepts

PRICES = ("", "0", "90", "150", "195", "195.5", "300", "401", "1e3", "90.", "abc")
QUANTITIES = ("", "1", "2", "400", "0", "x")


def told(message: Message | NotPossible) -> Any:
    """An order as it is sent; nothing where none is."""
    if isinstance(message, NotPossible):
        return None
    assert isinstance(message, Said)
    return {"directive": message.directive, "payload": msgspec.to_builtins(message)}


def views() -> list[ViewState]:
    """Every market while it is open, with all units untraded, alone and with an order that rests."""
    found = []
    for name in ("standing", "book", "call", "posted", "energy"):
        for role in ("buyer", "seller"):
            view = view_of(Scene(name, "trading", role))
            steps = view.own.steps
            if quote_side(view) is None or not steps:
                continue
            total = sum(step.quantity for step in steps)
            own = replace(
                view.own, traded=0, units_left=total, unit_value=steps[0].value, step_left=1, prices=(), orders=()
            )
            bare = replace(view, own=replace(own, offered=0), news=None)
            order = OwnOrder(7, "bid" if view.own.role == "buyer" else "ask", steps[0].value, 1)
            found += [bare, replace(bare, own=replace(own, orders=(order,), offered=1))]
            found.append(replace(bare, clock=replace(bare.clock, posting=True)))
            found.append(replace(bare, clock=replace(bare.clock, paused=True)))
            found.append(replace(bare, rules=replace(bare.rules, no_loss=True)))
    return found


def test_what_is_typed_makes_the_same_orders() -> None:
    asked = []
    for view in views():
        many = QUANTITIES if view.rules.capabilities.many_units else ("",)
        asked += [(view, quote_side(view) or "bid", price, quantity) for price in PRICES for quantity in many]
    lines = [
        json.dumps({"view": json.loads(msgspec.json.encode(view)), "side": side, "price": price, "many": many})
        for view, side, price, many in asked
    ]
    for (view, side, price, many), (order, taken, step) in zip(
        asked, node(SCRIPTS / "page_entry.mjs", lines), strict=True
    ):
        typed = f"{price}x{many}" if many else price
        case = (view.rules.institution, view.own.role, typed, order, taken)
        if view.rules.quotes in ("both", f"{view.own.role}s"):  # else the page has no such button
            assert told(quoting(view, side, typed)) == (None if isinstance(order, str) else order), case
        if accepts(view):
            assert told(accepting(view, typed)) == (None if isinstance(taken, str) else taken), case
        assert step_price(view, price, True) == step, case
