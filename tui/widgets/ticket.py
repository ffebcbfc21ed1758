"""The trader's ticket: the price that is typed and what would come of it, what waits for an answer, the last answer."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from p2p.units import Instant
from tui.model import Answer, Model
from tui.orders import may_trade, outlook, price_typed, side_of
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

    def compose(self) -> ComposeResult:
        """The entry and the answer."""
        yield Line(id="entry")
        yield Line(id="answer")

    def type(self, character: str) -> None:
        """A character of a price."""
        self.typed = (self.typed + character)[:TYPED_MAX]
        self.told = ""

    def put(self, text: str) -> None:
        """A price in the place of what was typed."""
        self.typed, self.told = text, ""

    def rub_out(self) -> None:
        """Take back the last character."""
        self.put(self.typed[:-1])

    def tell(self, sentence: str) -> None:
        """Say why something was not sent, until the next key."""
        self.told = sentence

    def show(self, model: Model, now: Instant) -> None:
        """Bring the ticket up to date."""
        self.query_one("#entry", Line).say(self._entry(model))
        self.query_one("#answer", Line).say(self._answer(model))

    def _entry(self, model: Model) -> Content:
        side = side_of(model)
        label = "Price" if side is None else f"Your {side}"
        typed = Content.assemble((f"{label}: ", "bold"), (f" {self.typed}▏", "reverse"), f" {model.rules.currency}  ")
        if not self.typed:
            if not may_trade(model) or side is None:
                return typed + Content.styled(idle(model), "dim")
            better = "↑ one better than the standing" if model.standing(side) is not None else "↑ your unit's"
            return typed + Content.styled(f"type a price, or {better}; Enter sends", "dim")
        price = price_typed(self.typed, model.rules)
        if isinstance(price, str):
            return typed + Content.styled(f"✘ {price}", "bold $error")
        if not may_trade(model):
            return typed + Content.styled(idle(model), "dim")
        return typed + Content(outlook(model, price))

    def _answer(self, model: Model) -> Content:
        if self.told:
            return Content.styled(f"✘ Not sent: {self.told}.", "bold $error")
        if model.orders:
            waiting = ", ".join(order_words(order) for order in list(model.orders.values())[-3:])
            more = f" and {len(model.orders) - 3} more" if len(model.orders) > 3 else ""
            return Content.styled(f"… pending: {waiting}{more}; waits for the market's answer", "bold $warning")
        return answered(model.answer)


def idle(model: Model) -> str:
    """Why there is nothing to do at the moment, or nothing where the notice says it."""
    if model.public.open and not model.public.paused and model.own.values:
        return "you have traded all your units of this period"
    return ""


def answered(answer: Answer | None) -> Content:
    """The last answer in a sentence."""
    if answer is None:
        return Content("")
    order = order_words(answer.order)
    if answer.refused is None:
        return Content.styled(f"✓ {order[0].upper()}{order[1:]}: accepted.", "$success")
    return Content.styled(f"✘ Refused, {order}: {REFUSED[answer.refused]}.", "bold $error")
