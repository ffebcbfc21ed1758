"""The trader's ticket: the price that is typed and what would come of it, what waits for an answer, the last answer."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.units import Instant
from tui.model import Answer, Model
from tui.orders import gained, hindrance, may_trade, order_of, outlook, price_typed, side_of
from tui.periods import OwnTrade
from tui.sentences import REFUSED, order_words
from tui.widgets.line import Line

TYPED_MAX = 10
"""Characters of a price: PRICE_MAX has ten digits."""


class Ticket(Vertical):
    """What is typed, and what became of what was sent."""

    def __init__(self) -> None:
        super().__init__(id="ticket")
        self.typed = ""
        self.told = ""
        self._news: Answer | OwnTrade | None = None

    def compose(self) -> ComposeResult:
        """The entry and the answer."""
        yield Line(id="entry")
        yield Line(id="answer")

    def type(self, digit: str) -> None:
        """A digit of a price."""
        self.put((self.typed + digit)[:TYPED_MAX])

    def put(self, text: str) -> None:
        """A price in the place of what was typed."""
        self.typed, self.told = text, ""

    def rub_out(self) -> None:
        """Take back the last digit."""
        self.put(self.typed[:-1])

    def tell(self, sentence: str, model: Model) -> None:
        """Say why nothing was sent, until the next key or the next news."""
        self.told, self._news = sentence, model.news

    def show(self, model: Model, now: Instant) -> None:
        """Bring the ticket up to date."""
        if model.news is not self._news:
            self.told = ""
        self.query_one("#entry", Line).say(self._entry(model))
        self.query_one("#answer", Line).say(self._answer(model))

    def _entry(self, model: Model) -> Content:
        side = side_of(model)
        label = "Price" if side is None else f"Your {side}"
        typed = Content.assemble((f"{label}: ", "bold"), (f" {self.typed}▏", "reverse"), f" {model.rules.currency}  ")
        if not self.typed:
            if not may_trade(model) or side is None:
                return typed + Content.styled(idle(model), "dim")
            better = f"improve on the {side}" if model.standing(side) is not None else "begin at your unit's"
            return typed + Content.styled(f"type a price, or ↑ to {better}; Enter sends", "dim")
        price = price_typed(self.typed, model.rules)
        if isinstance(price, str):
            return typed + Content.styled(f"✘ {price}", "bold $error")
        if not may_trade(model):
            return typed + Content.styled(idle(model), "dim")
        why = hindrance(model, order_of(side, price)) if side else None
        return typed + (Content.styled(f"✘ {why}", "bold $error") if why else Content(outlook(model, price)))

    def _answer(self, model: Model) -> Content:
        if self.told:
            return Content.styled(f"✘ {self.told}", "bold $error")
        if model.orders:
            waiting = ", ".join(order_words(order) for order in list(model.orders.values())[-3:])
            more = f" and {len(model.orders) - 3} more" if len(model.orders) > 3 else ""
            return Content.styled(f"… pending: {waiting}{more}; waits for the market's answer", "bold $warning")
        return news_words(model.news)


def idle(model: Model) -> str:
    """Why there is nothing to do at the moment, or nothing where the notice says it."""
    if model.public.open and not model.public.paused and model.own.values:
        return "you have traded all your units of this period"
    return ""


def news_words(news: Answer | OwnTrade | None) -> Content:
    """The last answer, or the last unit of one's own that was traded, in a sentence."""
    if news is None:
        return Content("")
    if isinstance(news, OwnTrade):
        did = "bought" if news.role == "buyer" else "sold"
        return Content.styled(f"◆ You {did} a unit at {news.price}: {gained(news.profit)}.", "bold $accent")
    order = order_words(news.order)
    if news.refused is None:
        return Content.styled(f"✓ {order[0].upper()}{order[1:]}: accepted.", "$success")
    return Content.styled(f"✘ Refused, {order}: {REFUSED[news.refused]}.", "bold $error")
