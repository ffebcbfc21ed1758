"""The trading screen: the market, a ticket, and the keys that make orders."""

from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste

from p2p.base.units import Money, Side
from p2p.information.view_state import ViewState
from p2p.messages import Ask, Bid, Buy, Message, Replace, Sell
from tui.entry.dead_keys import dead_key
from tui.entry.household_entry import battery_set, reservation_set
from tui.entry.order_entry import (
    TIMES,
    TYPED_MAX,
    NotPossible,
    accepting,
    cancelling,
    no_role,
    parts_typed,
    quantity_typed,
    quote_side,
    quoting,
    replacing,
    step_price,
    to_confirm,
)
from tui.model.number_format import number_format
from tui.screens.market import MarketScreen
from tui.screens.requests import DrawRequested, HelpRequested, LeaveRequested, OrderRequested
from tui.screens.rules import RulesScreen
from tui.text.refusals import order_words
from tui.widgets.own_orders import OwnOrders
from tui.widgets.ticket import Ticket

OF_ROLE = {"bid": "buyer", "buy": "buyer", "ask": "seller", "sell": "seller"}
HOUSEHOLD = {"battery", "limit"}
"""The actions that exist only for a household."""
RESTING = {"cancel", "replace", "pick", "times"}
"""The actions that exist only if orders rest, or if they have quantities."""
CHANGES = {"cancel", "replace", "pick"}
"""The actions that exist only if an open order can be taken back."""
DIGITS = "0123456789"
QUOTES: dict[str, Side] = {"bid": "bid", "ask": "ask"}
NOTHING_STANDS = "No quote stands that could be bettered. Type a price."
LEAVE_S = 4.0
"""How long the question is open whether leaving is meant."""
LEAVE = "Press {key} again to leave. Your open orders stay in the market; you can join again."
TIMES_KEYS = "x*× "
"""Between a price and a quantity; each of them will do."""
TAKES: dict[str, Side] = {"buy": "ask", "sell": "bid"}


class TradingScreen(MarketScreen):
    """Digits go into the ticket, letters make orders. Buy and sell mean the price that is on the screen."""

    PICKS = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "quote", "Send"),
        Binding("b", "order('bid')", "Bid", show=False),
        Binding("a", "order('ask')", "Ask", show=False),
        Binding("y", "order('buy')", "Buy"),
        Binding("s", "order('sell')", "Sell"),
        Binding("c", "cancel", "Cancel"),
        Binding("r", "replace", "Change"),
        Binding("tab", "pick(1)", "", show=False),
        Binding("shift+tab", "pick(-1)", "", show=False),
        Binding("up", "nudge(True)", "", show=False),
        Binding("down", "nudge(False)", "", show=False),
        Binding("escape", "clear", "Clear"),
        Binding("w", "battery", "Battery"),
        Binding("l", "limit", "Auto"),
        Binding("i,h,question_mark", "rules", "Info", key_display="i"),
        Binding("f", "help", "Help"),
        Binding("q", "leave", "Leave"),
        Binding("backspace", "rub_out", "", show=False),
    ]

    def __init__(self, view: ViewState | None = None) -> None:
        super().__init__(view)
        self._role: str | None = None
        self._leaving = False
        self._confirming: Message | None = None
        """The order that the last key asked about, to be confirmed by the next."""
        self._asked: Message | None = None

    def foot(self) -> ComposeResult:
        """The ticket."""
        yield Ticket()

    def draw(self, view: ViewState) -> None:
        """Bring every part up to date."""
        self.query_one(Ticket).show(view)
        super().draw(view)
        if view.own.role != self._role:
            self._role = view.own.role
            self.refresh_bindings()

    def foot_rows(self) -> int:
        """The ticket's."""
        return self._ticket().rows

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the other role, and of other institutions, are not shown; pressed, they say why they do nothing."""
        view = self.view
        resets = view is None or view.resets
        if action == "order":
            word = str(parameters[0])
            if view and view.collects and word in TAKES:
                return False
            if view and view.rules.capabilities.posts and word in ("bid", "sell"):
                return False
            return OF_ROLE[word] == self._role
        if action in HOUSEHOLD:
            return view is not None and view.rules.energy is not None
        if action in CHANGES and view is not None and not view.rules.capabilities.withdraws:
            return False
        return super().check_action(action, parameters) and not (resets and action in RESTING)

    def action_help(self) -> None:
        """Ask for help, or take that back."""
        self.post_message(HelpRequested())

    async def on_key(self, event: Key) -> None:
        """Digits belong to the ticket, keys act. A letter that is no key, or is none here, says so.

        Keys act here, in their turn: Textual would let them wait while the digits after them are typed.
        """
        if event.key != "q":
            self._leaving = False
        self._asked, self._confirming = self._confirming, None
        if self._asked is not None:
            self._ticket().hush()
        bound = self.active_bindings.get(event.key)
        if bound is not None and bound.node is self and bound.enabled:
            event.stop()
            await self.run_action(bound.binding.action)
            return
        character, view = event.character, self.view
        if view is None or character is None or not character.isprintable():
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
            return
        unknown = f"Unknown key '{character}'. Type a price, or press i for help."
        self._say(dead_key(view, character) or unknown)
        self._ticket().keep()

    def on_paste(self, event: Paste) -> None:
        """A pasted price (and quantity) takes the place of the typed text, as it stands; anything else is refused."""
        text, view = event.text.strip(), self.view
        if view is None:
            return
        price, quantity = parts_typed(text)
        fits = len(text) <= 2 * TYPED_MAX and number_format(view.rules).typed(price) is not None
        if TIMES in text:
            fits = fits and TIMES in self._signs() and not isinstance(quantity_typed(quantity, 0), NotPossible)
        if fits and len(price) <= TYPED_MAX and (quantity or TIMES not in text):
            self._ticket().put(text)
            self._refresh_ticket()
        else:
            self._say(f"Not pasted: that is no price. A price is {self._a_price()}.")

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
        typed = self._ticket().typed
        self._send(accepting(view, typed) if word in TAKES else quoting(view, QUOTES[word], typed))

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
        """Set the price up to (from) which auto-trade buys (sells), from the next interval on."""
        if self.view:
            self._send(reservation_set(self.view, self._ticket().typed))

    def action_pick(self, step: int) -> None:
        """Mean another of one's own orders."""
        if self.view:
            self._own_orders().pick(self.view, step)
            self.post_message(DrawRequested())

    def _send(self, message: Message | NotPossible) -> None:
        """Send a message, or say why not; one that could lose money is asked about once more, where that is so."""
        if isinstance(message, NotPossible):
            self._refuse(message.why)
            return
        risk = to_confirm(self.view, message) if self.view else 0
        if risk and message != self._asked:
            self._ask(message, risk)
            return
        if risk and isinstance(message, Bid | Ask | Buy | Sell | Replace):
            message = replace(message, confirmed=True)
        self.post_message(OrderRequested(message, self._ticket().typed))
        self._ticket().put("")

    def _ask(self, message: Message, risk: Money) -> None:
        """Ask whether a loss is meant: the same key again says so, any other key does not."""
        assert self.view
        figures = number_format(self.view.rules)
        self._confirming = message
        self._ticket().ask(
            f"{order_words(message, figures).capitalize()} could LOSE {figures.money(risk)} {figures.money_unit}. "
            "Press the same key again to send it; any other key does not.",
            self.view,
        )
        self._refresh_ticket()

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
        elif view and quote_side(view):
            self._refuse(NOTHING_STANDS)

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
        """Leave, if it is meant: the key is to be pressed twice while the session runs. Typed text is disarmed."""
        if self._leaving:
            self.post_message(LeaveRequested())
            return
        self._leaving = True
        self.set_timer(LEAVE_S, self._stay)
        self.action_clear()
        self.notify(LEAVE.format(key="q"), timeout=LEAVE_S)

    def _stay(self) -> None:
        """The question is over: the next q asks again."""
        self._leaving = False

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
