"""The trading screen: the market, a ticket, and the keys that make orders."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste

from p2p.units import Instant, Price, Side
from p2p.wire import ProtocolError
from tui.model import Model
from tui.orders import hindrance, nudged, order_of, price_typed, side_of
from tui.screens.market import MarketScreen
from tui.screens.rules import RulesScreen
from tui.widgets.ticket import TYPED_MAX, Ticket

if TYPE_CHECKING:
    from tui.trade import TradeApp

OF_ROLE = {"bid": "buyer", "buy": "buyer", "ask": "seller", "sell": "seller"}
DIGITS = "0123456789"
TAKES: dict[str, Side] = {"buy": "ask", "sell": "bid"}


class TradingScreen(MarketScreen):
    """Digits go into the ticket, letters make orders. Buy and sell mean the price that is on the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "quote", "Send"),
        Binding("b", "order('bid')", "Bid"),
        Binding("a", "order('ask')", "Ask"),
        Binding("y", "order('buy')", "Buy"),
        Binding("s", "order('sell')", "Sell"),
        Binding("up", "nudge(True)", "Tick", key_display="↑↓"),
        Binding("down", "nudge(False)", "", show=False),
        Binding("escape", "clear", "Clear"),
        Binding("i", "rules", "Info"),
        Binding("q", "leave", "Leave"),
        Binding("backspace", "rub_out", "", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.on_screen: dict[Side, Price | None] = {"bid": None, "ask": None}
        self._role: str | None = None
        self._leaving = False

    @property
    def trade(self) -> "TradeApp":
        """The program this is a screen of."""
        return cast("TradeApp", self.app)

    def foot(self) -> ComposeResult:
        """The ticket."""
        yield Ticket()

    def show(self, model: Model, now: Instant) -> None:
        """Bring every part up to date, and remember which quotes the trader is looking at."""
        super().show(model, now)
        self.query_one(Ticket).show(model, now)
        self.on_screen = {"bid": model.public.bid, "ask": model.public.ask}
        if model.own.role != self._role:
            self._role = model.own.role
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the other role are greyed out; before one has a role they all are."""
        if action == "order":
            return True if OF_ROLE[str(parameters[0])] == self._role else None
        return True

    def on_key(self, event: Key) -> None:
        """Digits belong to the ticket, and so does whatever is not a key of ours: it is told that it is no price."""
        if event.key != "q":
            self._leaving = False
        character = event.character
        if character is None or not character.isprintable() or character in "baysiq":
            return
        event.stop()
        if character in DIGITS:
            self._ticket().type(character)
            self._refresh_ticket()
        elif self.trade.model:
            self._say(f"'{character}' is no key of this screen; a price is a whole number of {self._currency()}.")

    def on_paste(self, event: Paste) -> None:
        """A pasted price takes the place of what was typed."""
        text = event.text.strip()
        if text.isascii() and text.isdigit():
            self._ticket().put(text[:TYPED_MAX])
            self._refresh_ticket()
        else:
            self._say(f"that is no price: it is a whole number of {self._currency()}.")

    # --- keys ---------------------------------------------------------------------------------------------------

    def action_quote(self) -> None:
        """Send what is typed as one's own kind of quote."""
        model = self.trade.model
        side = side_of(model) if model else None
        if side is None:
            self._refuse("you have no role until the period starts")
            return
        self.action_order(side)

    def action_order(self, word: str) -> None:
        """Send an order, or say why not."""
        model = self.trade.model
        if model is None:
            return
        price: Price | None
        if word in TAKES:
            price = self.on_screen[TAKES[word]]
        else:
            typed = price_typed(self._ticket().typed, model.rules)
            if isinstance(typed, str):
                self._refuse(typed)
                return
            price = typed
        order = order_of(word, price)
        why = hindrance(model, order)
        if why is None:
            try:
                self.trade.send(order)
                self._ticket().put("")
            except ProtocolError as error:
                why = error.why
        if why is not None:
            self._refuse(why)
        else:
            self.trade.draw()

    def action_nudge(self, up: bool) -> None:
        """One tick up or down; from nothing, one better than what stands."""
        model = self.trade.model
        price = nudged(model, self._ticket().typed, up) if model else None
        if price is not None:
            self._ticket().put(str(price))
            self._refresh_ticket()

    def action_clear(self) -> None:
        """Forget what is typed."""
        self._ticket().put("")
        self._refresh_ticket()

    def action_rub_out(self) -> None:
        """Take back a digit."""
        self._ticket().rub_out()
        self._refresh_ticket()

    def action_rules(self) -> None:
        """Lay the rules and instructions on top."""
        if self.trade.model:
            self.app.push_screen(RulesScreen(self.trade.model))

    def action_leave(self) -> None:
        """Leave, if it is meant: the key is to be pressed twice while the session runs."""
        if self._leaving:
            self.trade.leave()
            return
        self._leaving = True
        self.notify("Press q again to leave. Your standing quote stays in the market; you can join again.", timeout=4)

    # --- the ticket ---------------------------------------------------------------------------------------------

    def _ticket(self) -> Ticket:
        return self.query_one(Ticket)

    def _currency(self) -> str:
        return self.trade.model.rules.currency if self.trade.model else "money"

    def _refuse(self, why: str) -> None:
        self._say(f"Not sent: {why}.")

    def _say(self, sentence: str) -> None:
        if self.trade.model:
            self._ticket().tell(sentence, self.trade.model)
        self._refresh_ticket()

    def _refresh_ticket(self) -> None:
        """A keypress is seen at once, without a drawing of all the rest."""
        if self.trade.model:
            self._ticket().show(self.trade.model, self.trade.now())
