"""The trading screen: the market, a ticket, and the keys that make orders."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste

from p2p.base.units import Price, Side
from p2p.information.view_state import ViewState
from p2p.messages import Message
from tui.entry.household_entry import battery_set, reservation_set
from tui.entry.order_entry import (
    TIMES,
    NotPossible,
    cancelling,
    no_role,
    order_of,
    parts_typed,
    price_typed,
    quantity_typed,
    quote_side,
    refusal_for,
    replacing,
    step_price,
    usual_quantity,
)
from tui.model.number_format import number_format
from tui.screens.market import MarketScreen
from tui.screens.requests import DrawRequested, LeaveRequested, OrderRequested
from tui.screens.rules import RulesScreen
from tui.widgets.own_orders import OwnOrders
from tui.widgets.ticket import TYPED_MAX, Ticket

OF_ROLE = {"bid": "buyer", "buy": "buyer", "ask": "seller", "sell": "seller"}
HOUSEHOLD = {"battery", "limit"}
"""The actions that exist only for a household."""
RESTING = {"cancel", "replace", "pick", "times"}
"""The actions that exist only if orders rest, or if they have quantities."""
CHANGES = {"cancel", "replace", "pick"}
"""The actions that exist only if an open order can be taken back."""
DIGITS = "0123456789"
TIMES_KEYS = "x*× "
"""Between a price and a quantity; each of them will do."""
TAKES: dict[str, Side] = {"buy": "ask", "sell": "bid"}


class TradingScreen(MarketScreen):
    """Digits go into the ticket, letters make orders. Buy and sell mean the price that is on the screen."""

    PICKS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "quote", "Send"),
        Binding("b", "order('bid')", "Bid"),
        Binding("a", "order('ask')", "Ask"),
        Binding("y", "order('buy')", "Buy"),
        Binding("s", "order('sell')", "Sell"),
        Binding("c", "cancel", "Cancel"),
        Binding("r", "replace", "Replace"),
        Binding("tab", "pick(1)", "", show=False),
        Binding("shift+tab", "pick(-1)", "", show=False),
        Binding("up", "nudge(True)", "Tick", key_display="↑↓"),
        Binding("down", "nudge(False)", "", show=False),
        Binding("escape", "clear", "Clear"),
        Binding("w", "battery", "", show=False),
        Binding("l", "limit", "", show=False),
        Binding("i", "rules", "Info"),
        Binding("q", "leave", "Leave"),
        Binding("backspace", "rub_out", "", show=False),
    ]

    def __init__(self, view: ViewState | None = None) -> None:
        super().__init__(view)
        self._role: str | None = None
        self._leaving = False

    def foot(self) -> ComposeResult:
        """The ticket."""
        yield Ticket()

    def draw(self, view: ViewState) -> None:
        """Bring every part up to date."""
        super().draw(view)
        self.query_one(Ticket).show(view)
        if view.own.role != self._role:
            self._role = view.own.role
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the other role are greyed out; before one has a role they all are. Where orders rest there are more
        keys, and those of the other role are not shown."""
        view = self.view
        resets = view is None or view.resets
        if action == "order":
            word = str(parameters[0])
            if view and view.collects and word in TAKES:
                return False
            if view and view.rules.capabilities.posts and word in ("bid", "sell"):
                return False
            return True if OF_ROLE[word] == self._role else None if resets or self._role is None else False
        if action in HOUSEHOLD:
            return view is not None and view.rules.energy is not None
        if action in CHANGES and view is not None and not view.rules.capabilities.withdraws:
            return False
        return not (resets and action in RESTING)

    def on_key(self, event: Key) -> None:
        """Digits belong to the ticket, and so do all other keys that are not ours: it says that they are no price."""
        if event.key != "q":
            self._leaving = False
        character = event.character
        view = self.view
        keys = "baysiq" if view is None or view.resets else "baysiqcr"
        if view and view.rules.energy:
            keys += "wl"
        if character is None or not character.isprintable() or character in keys:
            return
        event.stop()
        signs = self._signs()
        if TIMES in signs and character in TIMES_KEYS:
            character = TIMES
        if "." in signs and character in ".,":
            character = "."
        if character in (*DIGITS, *signs):
            self._ticket().type(character)
            self._refresh_ticket()
        elif view:
            self._say(f"Unknown key '{character}'. Type a price, or press i for help.")
            self._ticket().keep()

    def on_paste(self, event: Paste) -> None:
        """A pasted price takes the place of the typed text."""
        text = event.text.strip()
        view = self.view
        if view and number_format(view.rules).typed(text) is not None:
            self._ticket().put(text[:TYPED_MAX])
            self._refresh_ticket()
        else:
            self._say(f"that is no price: it is {self._a_price()}.")

    # --- keys ---------------------------------------------------------------------------------------------------

    def action_quote(self) -> None:
        """Send the typed text as one's own kind of quote."""
        view = self.view
        side = quote_side(view) if view else None
        if side is None:
            self._refuse(no_role(view).why if view else "the market has not been heard of yet")
            return
        self.action_order(side)

    def action_order(self, word: str) -> None:
        """Send an order, or say why not."""
        view = self.view
        if view is None:
            return
        price: Price | None
        price_text, quantity_text = parts_typed(self._ticket().typed)
        quantity = quantity_typed(quantity_text, usual_quantity(view, word in TAKES))
        if word in TAKES:
            price = view.side(TAKES[word]).price
        else:
            typed = price_typed(price_text, view.rules)
            if isinstance(typed, NotPossible):
                self._refuse(typed.why)
                return
            price = typed
        if isinstance(quantity, NotPossible):
            self._refuse(quantity.why)
            return
        order = order_of(word, price, quantity)
        self._send(refusal_for(view, order) or order)

    def action_cancel(self) -> None:
        """Take the picked order out of the book."""
        if self.view:
            self._send(cancelling(self.view, self._own_orders().order(self.view)))

    def action_replace(self) -> None:
        """Put the typed text in the place of the picked order."""
        view = self.view
        if view:
            self._send(replacing(view, self._own_orders().order(view), self._ticket().typed))

    def action_battery(self) -> None:
        """Set the battery's power from the next interval on to the typed number; to its own rule if there is none."""
        if self.view:
            self._send(battery_set(self.view, self._ticket().typed))

    def action_limit(self) -> None:
        """Set the price up to (from) which the automaton buys (sells), from the next interval on."""
        if self.view:
            self._send(reservation_set(self.view, self._ticket().typed))

    def action_pick(self, step: int) -> None:
        """Mean another of one's own orders."""
        if self.view:
            self._own_orders().pick(self.view, step)
            self.post_message(DrawRequested())

    def _send(self, message: Message | NotPossible) -> None:
        """Send a message, or say why not."""
        if isinstance(message, NotPossible):
            self._refuse(message.why)
            return
        self.post_message(OrderRequested(message, self._ticket().typed))
        self._ticket().put("")

    def not_sent(self, why: str, typed: str) -> None:
        """The request could not be sent: its text stands in the ticket again, unless something else does by now."""
        if not self._ticket().typed:
            self._ticket().put(typed)
        self._refuse(why)

    def action_nudge(self, up: bool) -> None:
        """One tick up or down; from nothing, one better than the standing quote."""
        view = self.view
        price = step_price(view, parts_typed(self._ticket().typed)[0], up) if view else None
        if view and price is not None:
            self._ticket().put_price(number_format(view.rules).price(price))
            self._refresh_ticket()

    def action_clear(self) -> None:
        """Forget the typed text."""
        self._ticket().put("")
        self._refresh_ticket()

    def action_rub_out(self) -> None:
        """Take back a digit."""
        self._ticket().rub_out()
        self._refresh_ticket()

    def action_rules(self) -> None:
        """Lay the rules and instructions on top."""
        if self.view:
            self.app.push_screen(RulesScreen(self.view))

    def action_leave(self) -> None:
        """Leave, if it is meant: the key is to be pressed twice while the session runs."""
        if self._leaving:
            self.post_message(LeaveRequested())
            return
        self._leaving = True
        self.notify("Press q again to leave. Your open orders stay in the market; you can join again.", timeout=4)

    # --- the ticket ---------------------------------------------------------------------------------------------

    def _ticket(self) -> Ticket:
        return self.query_one(Ticket)

    def _own_orders(self) -> OwnOrders:
        return self.query_one(OwnOrders)

    def _signs(self) -> list[str]:
        """What can be typed beside digits."""
        view = self.view
        if view is None:
            return []
        figures = number_format(view.rules)
        signs = [TIMES] if figures.many else []
        return [*signs, *(["."] if figures.decimals else []), *(["-"] if figures.energy else [])]

    def _a_price(self) -> str:
        view = self.view
        if view is None:
            return "a whole number"
        figures = number_format(view.rules)
        return f"a {'' if figures.decimals else 'whole '}number of {figures.unit}"

    def _refuse(self, why: str) -> None:
        self._say(f"Not sent: {why}.")

    def _say(self, sentence: str) -> None:
        if self.view:
            self._ticket().refuse(sentence, self.view)
        self._refresh_ticket()

    def _refresh_ticket(self) -> None:
        """A keypress is seen at once, without a drawing of all the rest."""
        if self.view:
            self._ticket().show(self.view)
