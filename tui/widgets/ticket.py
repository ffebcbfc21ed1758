"""The trader's ticket: the typed text and its effect, the orders that wait for an answer, the last answer."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.base.units import Instant
from p2p.information.view_state import ExpiredOrder, News, OwnTrade
from tui.entry.order_entry import (
    TIMES,
    NotPossible,
    may_trade,
    order_of,
    outlook,
    parts_typed,
    price_typed,
    quantity_typed,
    quote_side,
    refusal_for,
    usual_quantity,
)
from tui.model.model import Model
from tui.model.number_format import NumberFormat
from tui.text.refusals import order_words, refused_sentence
from tui.widgets.text_line import TextLine

TYPED_MAX = 10
"""Characters of a price, and of a quantity: PRICE_MAX has ten digits."""


class Ticket(Vertical):
    """The typed text, and the answers to the orders sent."""

    def __init__(self) -> None:
        super().__init__(id="ticket")
        self.typed = ""
        self.told = ""
        self._news: News | None = None
        self._stale = False
        self._period = 0

    def compose(self) -> ComposeResult:
        """The entry and the answer."""
        yield TextLine(id="entry")
        yield TextLine(id="answer")

    def type(self, character: str) -> None:
        """A digit or a decimal point, or the sign between price and quantity, of which there is one."""
        if self._stale:
            self.put("")
        price, quantity = parts_typed(self.typed)
        if len(quantity if TIMES in self.typed else price) < TYPED_MAX or character == TIMES:
            self.put(self.typed + ("" if character == TIMES and TIMES in self.typed else character))

    def put(self, text: str) -> None:
        """Put another text in the place of the typed one."""
        self.typed, self.told, self._stale = text, "", False

    def put_price(self, price: str) -> None:
        """A price in the place of the one that was typed; a quantity stays."""
        _, times, quantity = self.typed.partition(TIMES)
        self.put(price + times + quantity)

    def rub_out(self) -> None:
        """Take back the last character."""
        self.put(self.typed[:-1])

    def refuse(self, sentence: str, model: Model) -> None:
        """Say why nothing was sent, until the next key or the next news; a new digit begins a new price."""
        self.told, self._news, self._stale = sentence, model.news, True

    def keep(self) -> None:
        """The typed text stays in use: the next digit goes on with it."""
        self._stale = False

    def draw_entry(self, model: Model, now: Instant) -> None:
        """Bring the ticket up to date."""
        if model.public.period != self._period:
            self._period = model.public.period
            self.put("")
        if model.news is not self._news:
            self.told = ""
        self.query_one("#entry", TextLine).set_text(self._entry(model))
        self.query_one("#answer", TextLine).set_text(self._answer(model))

    def _entry(self, model: Model) -> Content:
        side = quote_side(model)
        bids = side == "bid" and not model.rules.capabilities.posts
        label = f"Your {side}" if bids or side == "ask" else "Price"
        shown = self.typed.replace(TIMES, " × ")
        typed = Content.assemble((f"{label}: ", "bold"), (f" {shown}▏", "reverse"), f" {model.figures.unit}  ")
        if not may_trade(model) or side is None:
            return typed + Content.styled(idle(model), "dim")
        if not self.typed:
            return typed + Content.styled(hint(model), "dim")
        if self.typed.startswith("-"):
            return typed + Content.styled("w sets your battery to so many W; below 0 it gives", "dim")
        price_text, quantity_text = parts_typed(self.typed)
        if not price_text:
            return typed + Content.styled("a price comes first; without one, r changes your order's quantity", "dim")
        price, quantity = price_typed(price_text, model.rules), quantity_typed(quantity_text, usual_quantity(model))
        if isinstance(price, NotPossible):
            return typed + _crossed(price)
        if isinstance(quantity, NotPossible):
            return typed + _crossed(quantity)
        usual = Content.styled(f"× {quantity}  ", "dim") if model.figures.many and not quantity_text else ""
        why = refusal_for(model, order_of(side, price, quantity))
        said = _crossed(why) if why else Content(outlook(model, price, quantity))
        return typed + usual + said

    def _answer(self, model: Model) -> Content:
        if self.told:
            return Content.styled(f"✘ {self.told}", "bold $error")
        if model.orders:
            waiting = ", ".join(order_words(order, model.figures) for order in list(model.orders.values())[-3:])
            more = f" and {len(model.orders) - 3} more" if len(model.orders) > 3 else ""
            return Content.styled(f"… pending: {waiting}{more}; waits for the market's answer", "bold $warning")
        return news_words(model.news, model.figures)


def _crossed(no: NotPossible) -> Content:
    return Content.styled(f"✘ {no.why}", "bold $error")


def hint(model: Model) -> str:
    """The possible actions with an empty ticket."""
    side = quote_side(model)
    if model.rules.capabilities.posts:
        return posting_hint(model)
    if model.figures.many:
        return f"type a price, {TIMES} and a quantity; Enter sends"
    better = f"improve on the {side}" if side and model.standing(side) is not None else "begin at your unit's"
    return f"type a price, or ↑ to {better}; Enter sends"


def posting_hint(model: Model) -> str:
    """The actions of a seller or a buyer, in turn, in a market where sellers post before buyers take."""
    posting, count = model.public.clock.posting, model.figures.quantity(model.own.units_left)
    if model.own.role == "buyer":
        return "sellers post, unseen; your turn comes when posting ends" if posting else "y buys at the lowest offer"
    if model.own.orders:
        return "you have posted; all offers are shown when posting ends" if posting else "buyers take offers now"
    return f"type the price for your {count}; Enter posts it, once" if posting else "not posted: out for this period"


def idle(model: Model) -> str:
    """Why there is nothing to do at the moment, or nothing where the notice says it."""
    if not model.public.open or model.public.paused:
        return ""
    if model.own.values:
        what = "energy" if model.figures.energy else "units"
        return f"you have traded all your {what} of this period"
    return "you have nothing to trade in this period" if model.figures.energy else ""


def news_words(news: News | None, figures: NumberFormat) -> Content:
    """The last answer, the last trade of one's own, or the order that a call did without, in a sentence."""
    if news is None:
        return Content("")
    if isinstance(news, OwnTrade):
        did = "bought" if news.role == "buyer" else "sold"
        what = "a unit" if news.quantity == 1 and not figures.energy else figures.quantity(news.quantity)
        return Content.styled(
            f"◆ You {did} {what} at {figures.price(news.price)}: {figures.gained(news.profit)}.", "bold $accent"
        )
    if isinstance(news, ExpiredOrder):
        return Content.styled(
            f"○ Your {news.side} {figures.price(news.price)} did not trade in the call, and has left it.",
            "bold $warning",
        )
    order = order_words(news.order, figures)
    if news.refused is None:
        return Content.styled(f"✓ {order[0].upper()}{order[1:]}: accepted.", "$success")
    return Content.styled(f"✘ Refused, {order}: {refused_sentence(news.refused)}.", "bold $error")
