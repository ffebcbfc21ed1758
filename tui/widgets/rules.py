"""The rules of the market and the instructions, in words: in the lobby, and on top of the market when asked for."""

from textual.content import Content

from tui.model import Model

KEYS = """digits  the price you want to quote; Backspace and Esc take it back
↑ ↓     one tick more or less; from nothing, one better
Enter   sends it: a bid if you are a buyer, an ask if you are a seller
b a     the same, said as bid or ask
y       a buyer buys at the standing ask
s       a seller sells to the standing bid
i       these pages
q       leave"""


def rules_text(model: Model) -> Content:
    """The whole page."""
    rules = model.rules
    losses = (
        "An order at a loss is refused." if rules.no_loss else "Nothing keeps you from trading at a loss: take care."
    )
    steps = f" in steps of {rules.tick}" if rules.tick > 1 else ""
    market = (
        f"{rules.traders} traders, {rules.periods} periods. Prices are whole numbers of {rules.currency}"
        f" from {rules.price_min} to {rules.price_max}{steps}. One unit changes hands in each contract. A new quote"
        " must be better than the standing one; after each contract both sides are open again. A quote cannot be"
        f" taken back. {losses}"
    )
    parts = [
        Content.styled("The market", "bold"),
        Content(market),
        Content(""),
        Content.styled("Instructions", "bold"),
        Content(rules.instructions.strip() or "There are none."),
        Content(""),
        Content.styled("Keys", "bold"),
        Content(KEYS),
    ]
    return Content("\n").join(parts)
