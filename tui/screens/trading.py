"""The trading screen: the market, a ticket, and the keys that make orders."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste

from p2p.base.units import Instant, Price, Side
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
from tui.model.model import Model
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

    def __init__(self, model: Model | None = None) -> None:
        super().__init__(model)
        self.on_screen: dict[Side, Price | None] = {"bid": None, "ask": None}
        self._role: str | None = None
        self._leaving = False
        self._shown_at: Instant = 0

    def foot(self) -> ComposeResult:
        """The ticket."""
        yield Ticket()

    def draw_model(self, model: Model, now: Instant) -> None:
        """Bring every part up to date, and remember which quotes the trader is looking at."""
        super().draw_model(model, now)
        self._shown_at = now
        self.query_one(Ticket).draw_entry(model, now)
        self.on_screen = {"bid": model.public.bid, "ask": model.public.ask}
        if model.own.role != self._role:
            self._role = model.own.role
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the other role are greyed out; before one has a role they all are. Where orders rest there are more
        keys, and those of the other role are not shown."""
        model = self.model
        resets = model is None or model.public.resets
        if action == "order":
            word = str(parameters[0])
            if model and model.own.collects and word in TAKES:
                return False
            if model and model.rules.capabilities.posts and word in ("bid", "sell"):
                return False
            return True if OF_ROLE[word] == self._role else None if resets or self._role is None else False
        if action in HOUSEHOLD:
            return model is not None and model.figures.energy
        if action in CHANGES and model is not None and not model.rules.capabilities.withdraws:
            return False
        return not (resets and action in RESTING)

    def on_key(self, event: Key) -> None:
        """Digits belong to the ticket, and so do all other keys that are not ours: it says that they are no price."""
        if event.key != "q":
            self._leaving = False
        character = event.character
        model = self.model
        keys = "baysiq" if model is None or model.public.resets else "baysiqcr"
        if model and model.figures.energy:
            keys += "wl"
        if character is None or not character.isprintable() or character in keys:
            return
        event.stop()
        if model and model.figures.many and character in TIMES_KEYS:
            character = TIMES
        if model and model.figures.decimals and character in ".,":
            character = "."
        if character in (*DIGITS, *self._signs()):
            self._ticket().type(character)
            self._refresh_ticket()
        elif model:
            self._say(f"'{character}' is no key of this screen; a price is {self._a_price()}.")
            self._ticket().keep()

    def on_paste(self, event: Paste) -> None:
        """A pasted price takes the place of the typed text."""
        text = event.text.strip()
        model = self.model
        if model and model.figures.typed(text) is not None:
            self._ticket().put(text[:TYPED_MAX])
            self._refresh_ticket()
        else:
            self._say(f"that is no price: it is {self._a_price()}.")

    # --- keys ---------------------------------------------------------------------------------------------------

    def action_quote(self) -> None:
        """Send the typed text as one's own kind of quote."""
        model = self.model
        side = quote_side(model) if model else None
        if side is None:
            self._refuse(no_role(model).why if model else "the market has not been heard of yet")
            return
        self.action_order(side)

    def action_order(self, word: str) -> None:
        """Send an order, or say why not."""
        model = self.model
        if model is None:
            return
        price: Price | None
        price_text, quantity_text = parts_typed(self._ticket().typed)
        quantity = quantity_typed(quantity_text, usual_quantity(model, word in TAKES))
        if word in TAKES:
            price = self.on_screen[TAKES[word]]
        else:
            typed = price_typed(price_text, model.rules)
            if isinstance(typed, NotPossible):
                self._refuse(typed.why)
                return
            price = typed
        if isinstance(quantity, NotPossible):
            self._refuse(quantity.why)
            return
        order = order_of(word, price, quantity)
        self._send(refusal_for(model, order) or order)

    def action_cancel(self) -> None:
        """Take the picked order out of the book."""
        if self.model:
            self._send(cancelling(self.model, self._own_orders().order(self.model.view(self._shown_at))))

    def action_replace(self) -> None:
        """Put the typed text in the place of the picked order."""
        model = self.model
        if model:
            self._send(replacing(model, self._own_orders().order(model.view(self._shown_at)), self._ticket().typed))

    def action_battery(self) -> None:
        """Set the battery's power from the next interval on to the typed number; to its own rule if there is none."""
        if self.model:
            self._send(battery_set(self.model, self._ticket().typed))

    def action_limit(self) -> None:
        """Set the price up to (from) which the automaton buys (sells), from the next interval on."""
        if self.model:
            self._send(reservation_set(self.model, self._ticket().typed))

    def action_pick(self, step: int) -> None:
        """Mean another of one's own orders."""
        if self.model:
            self._own_orders().pick(self.model.view(self._shown_at), step)
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
        model = self.model
        price = step_price(model, parts_typed(self._ticket().typed)[0], up) if model else None
        if model and price is not None:
            self._ticket().put_price(model.figures.price(price))
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
        if self.model:
            self.app.push_screen(RulesScreen(self.model))

    def action_leave(self) -> None:
        """Leave, if it is meant: the key is to be pressed twice while the session runs."""
        if self._leaving:
            self.post_message(LeaveRequested())
            return
        self._leaving = True
        self.notify("Press q again to leave. What you offer stays in the market; you can join again.", timeout=4)

    # --- the ticket ---------------------------------------------------------------------------------------------

    def _ticket(self) -> Ticket:
        return self.query_one(Ticket)

    def _own_orders(self) -> OwnOrders:
        return self.query_one(OwnOrders)

    def _signs(self) -> list[str]:
        """What can be typed beside digits."""
        model = self.model
        if model is None:
            return []
        figures = model.figures
        signs = [TIMES] if figures.many else []
        return [*signs, *(["."] if figures.decimals else []), *(["-"] if figures.energy else [])]

    def _a_price(self) -> str:
        model = self.model
        if model is None:
            return "a whole number"
        return f"a {'' if model.figures.decimals else 'whole '}number of {model.figures.unit}"

    def _refuse(self, why: str) -> None:
        self._say(f"Not sent: {why}.")

    def _say(self, sentence: str) -> None:
        if self.model:
            self._ticket().refuse(sentence, self.model)
        self._refresh_ticket()

    def _refresh_ticket(self) -> None:
        """A keypress is seen at once, without a drawing of all the rest."""
        if self.model:
            self._ticket().draw_entry(self.model, self._shown_at)
