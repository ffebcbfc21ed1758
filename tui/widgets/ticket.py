"""The trader's ticket: the typed text and its effect, the orders that wait for an answer, the last answer."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.information.view_state import ExpiredOrder, News, OwnTrade, PeriodView, ViewState
from tui.entry.order_entry import (
    TIMES,
    TYPED_MAX,
    NotPossible,
    bettered,
    may_trade,
    parts_typed,
    price_typed,
    quantity_typed,
    quote_side,
    quoting,
    usual_quantity,
)
from tui.entry.previews import acceptance, accepts, preview
from tui.model.number_format import NumberFormat, number_format
from tui.text.refusals import order_words, refused_sentence
from tui.widgets.part import Part
from tui.widgets.wrapped_line import WrappedLine

GAINS_NAMED = 8
"""Gains of contracts made at once that are named one by one beside their sum; the results have all."""
HELD_MAX = 4 * TYPED_MAX
"""Characters that are held of a price or a quantity: one that is too long stays too long, and is never cut into
another."""


class Ticket(Part, Vertical):
    """The acceptance that a key makes, the typed text, and the answers to the orders sent; each wrapped, never cut."""

    def __init__(self) -> None:
        super().__init__(id="ticket")
        self.typed = ""
        self.told = ""
        self._news: News | None = None
        self._stale = False
        self._place: tuple[int, str] = (0, "lobby")

    def compose(self) -> ComposeResult:
        """The acceptance, the entry and the answer."""
        yield WrappedLine(id="acceptance")
        yield WrappedLine(id="entry")
        yield WrappedLine(id="answer")

    @property
    def rows(self) -> int:
        """Rows that it needs."""
        return sum(line.rows for line in self.query(WrappedLine) if line.display)

    def type(self, character: str) -> None:
        """A digit or a decimal point, or the sign between price and quantity, of which there is one."""
        if self._stale:
            self.put("")
        price, quantity = parts_typed(self.typed)
        if len(quantity if TIMES in self.typed else price) < HELD_MAX or character == TIMES:
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

    def refuse(self, sentence: str, view: ViewState) -> None:
        """Say why nothing was sent, until the next key or the next news; a new digit begins a new price."""
        self.told, self._news, self._stale = f"✘ {sentence}", view.news, True

    def ask(self, question: str, view: ViewState) -> None:
        """Ask something before an order is sent; the typed text stays."""
        self.told, self._news = f"? {question}", view.news

    def hush(self) -> None:
        """Take back the last sentence of its own."""
        self.told = ""

    def keep(self) -> None:
        """The typed text stays in use: the next digit goes on with it."""
        self._stale = False

    def show(self, view: ViewState) -> None:
        """Bring the ticket up to date."""
        if (place := (view.clock.period, view.clock.phase)) != self._place:
            self._place = place
            self.put("")
        if view.news is not self._news:
            self.told = ""
        offer = self.query_one("#acceptance", WrappedLine)
        offer.display = accepts(view)
        offer.set_text(self._acceptance(view))
        self.query_one("#entry", WrappedLine).set_text(self._entry(view))
        self.query_one("#answer", WrappedLine).set_text(self._answer(view))

    def _acceptance(self, view: ViewState) -> Content:
        """The other side's quote, as a key accepts it."""
        buys = view.own.role == "buyer"
        price = view.ask.price if buys else view.bid.price
        self.query_one("#acceptance").set_classes("-ask" if buys else "-bid")
        return Content.styled(acceptance(view, self.typed), "dim" if price is None else "bold")

    def _entry(self, view: ViewState) -> Content:
        side, figures = quote_side(view), number_format(view.rules)
        bids = side == "bid" and not view.rules.capabilities.posts
        label = f"Your {side}" if bids or side == "ask" else "Price"
        shown = shortened(self.typed).replace(TIMES, " × ")
        typed = Content.assemble((f"{label}: ", "bold"), (f" {shown}▏", "reverse"), f" {figures.unit}  ")
        if not may_trade(view) or side is None:
            return typed + Content.styled(idle(view), "dim")
        if not self.typed:
            return typed + Content.styled(hint(view), "dim")
        if self.typed.startswith("-"):
            return typed + Content.styled("w sets your battery to so many W; below 0 it gives", "dim")
        price_text, quantity_text = parts_typed(self.typed)
        if not price_text:
            return typed + Content.styled("a price comes first; without one, r changes your order's quantity", "dim")
        price, quantity = price_typed(price_text, view.rules), quantity_typed(quantity_text, usual_quantity(view))
        if isinstance(price, NotPossible):
            return typed + _crossed(price)
        if isinstance(quantity, NotPossible):
            return typed + _crossed(quantity)
        instead = bettered(view, side, price, quantity_text)
        taken = quantity if instead is None else instead.quantity
        usual = Content.styled(f"× {taken}  ", "dim") if figures.many and not quantity_text else ""
        order = quoting(view, side, self.typed)
        said = _crossed(order) if isinstance(order, NotPossible) else Content(preview(view, side, price, self.typed))
        return typed + usual + said

    def _answer(self, view: ViewState) -> Content:
        if self.told:
            return Content.styled(self.told, "bold $text-warning" if self.told.startswith("?") else "bold $text-error")
        figures, pending = number_format(view.rules), view.pending
        if pending:
            waiting = ", ".join(order_words(sent.message, figures) for sent in pending[-3:])
            more = f" and {len(pending) - 3} more" if len(pending) > 3 else ""
            return Content.styled(f"… pending: {waiting}{more}; waiting for the market's answer", "bold $text-warning")
        return news_words(view.news, figures, view.period)


def shortened(typed: str) -> str:
    """Typed text as it is shown: of a number that is too long the beginning."""
    parts = [part if len(part) <= TYPED_MAX else f"{part[:TYPED_MAX]}…" for part in typed.split(TIMES)]
    return TIMES.join(parts)


def _crossed(no: NotPossible) -> Content:
    return Content.styled(f"✘ {no.why}", "bold $text-error")


def hint(view: ViewState) -> str:
    """The possible actions with an empty ticket."""
    side = quote_side(view)
    if view.rules.capabilities.posts:
        return posting_hint(view)
    if number_format(view.rules).many:
        return f"type a price (then {TIMES} and a quantity); Enter sends"
    stands = side is not None and view.side(side).price is not None
    return f"type a price, or ↑ for a better {side}; Enter sends" if stands else "type a price; Enter sends"


def posting_hint(view: ViewState) -> str:
    """The actions of a seller or a buyer, in turn, in a market where sellers post before buyers take."""
    posting, count = view.clock.posting, number_format(view.rules).quantity(view.own.units_left)
    if view.own.role == "buyer":
        return "sellers post, unseen; your turn comes when posting ends" if posting else "y buys at the lowest offer"
    if view.own.orders:
        return "you have posted; all offers are shown when posting ends" if posting else "buyers take offers now"
    return f"type the price for your {count}; Enter posts it, once" if posting else "not posted: out for this period"


def idle(view: ViewState) -> str:
    """Why there is nothing to do at the moment, or nothing where the notice says it."""
    if not view.clock.open or view.clock.paused:
        return ""
    energy = view.rules.energy is not None
    if view.own.values:
        return f"you have traded all your {'energy' if energy else 'units'} of this period"
    return "you have nothing to trade in this period" if energy else ""


def gains_of(news: OwnTrade, period: PeriodView | None, figures: NumberFormat) -> str:
    """The gain of each of several contracts that were made at once, as far as they are few: ` (+12, +8, +3)`."""
    each = [trade.profit for trade in (period.own if period else ()) if trade.contract >= news.contract]
    return f" ({', '.join(figures.signed(gain) for gain in each)})" if 1 < len(each) <= GAINS_NAMED else ""


def news_words(news: News | None, figures: NumberFormat, period: PeriodView | None = None) -> Content:
    """The last answer, the last trade of one's own, or the order that left untraded, in a sentence."""
    if news is None:
        return Content("")
    if isinstance(news, OwnTrade):
        did = "bought" if news.role == "buyer" else "sold"
        what = "a unit" if news.quantity == 1 and not figures.energy else figures.quantity(news.quantity)
        high = "" if news.price_to is None else f" to {figures.price(news.price_to)}"
        prices = f"{figures.price(news.price)}{high}"
        each = gains_of(news, period, figures)
        words = f"◆ You {did} {what} at {prices}: {figures.gained(news.profit)}{each}."
        return Content.styled(words, "bold $text-accent")
    if isinstance(news, ExpiredOrder):
        why = "has reached the end of its life" if news.life_over else "did not trade in the call"
        text = f"○ Your {news.side} {figures.price(news.price)} {why} and was removed."
        return Content.styled(text, "bold $text-warning")
    order = order_words(news.order, figures)
    if news.refused is None:
        return Content.styled(f"✓ {order[0].upper()}{order[1:]}: accepted.", "$text-success")
    return Content.styled(f"✘ Refused, {order}: {refused_sentence(news.refused)}.", "bold $text-error")
