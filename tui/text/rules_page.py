"""The rules of the market and the instructions, in words: in the lobby, and on top of the market when asked for."""

from textual.content import Content

from p2p.scenario.public_rules import PublicRules
from tui.model.model import Model
from tui.model.number_format import NumberFormat

QUOTING = """digits  the price you want to quote; Backspace and Esc take it back
"""
QUANTITY = """x       and then digits: how much; without it, {usual}
"""
SENDING = """↑ ↓     one tick more or less; from nothing, one better
Enter   sends it: a bid if you are a buyer, an ask if you are a seller
b a     the same, said as bid or ask
"""
TAKING = """y       a buyer buys at the {best} ask
s       a seller sells to the {best} bid
"""
RESTING = """c       cancels your order, the one marked ▸; Tab marks another one
r       replaces it by the price (and x quantity) that is typed
"""
SETTING = """w       sets your battery, from the next period on, to the W that are typed (-500: it gives);
        with nothing typed, to its own rule
l       lets an automaton offer all at the price that is typed, from the next period on, until changed;
        with nothing typed, no longer
"""
LEAVING = """i       these pages
q       leave"""

HOW = {
    "resets_on_contract": "One unit changes hands in each contract. A new quote must be better than the standing one;"
    " after each contract both sides are open again. A quote cannot be taken back.",
    "has_book": "Bids and asks rest in a book until they are met, better prices first, then earlier ones; the price"
    " of a contract is the resting order's. You may cancel an order or replace it at any time; a replaced one"
    " goes to the end of its queue unless only its quantity shrinks.",
    "collects": "Bids and asks are collected, and {calls} all that can trade at one price do so at once, whatever they"
    " said: a buyer pays no more than his bid, a seller gets no less than his ask. Until then you may cancel an"
    " order or replace it.",
}
LEFT_OVER = {
    "interval": "An order that has not traded in a call leaves with it: say it again for the next one.",
    "period": "An order that has not traded waits for the next call of the period.",
    "session": "An order that has not traded waits for the next call, in the next period, too.",
}
SEEN = {
    "quotes": "You see the best bid and ask, and your own contracts.",
    "ticker": "You see the best bid and ask and all contracts, but not the orders behind them.",
    "book": "You see all contracts and all orders that rest.",
}


def rules_text(model: Model) -> Content:
    """The whole page."""
    parts = [
        Content.styled("The market", "bold"),
        Content(" ".join([market_words(model.rules, model.figures), *robots_words(model)])),
        Content(""),
        Content.styled("Instructions", "bold"),
        Content(model.rules.instructions.strip() or "There are none."),
        Content(""),
        Content.styled("Keys", "bold"),
        Content(keys_words(model)),
    ]
    return Content("\n").join(parts)


def keys_words(model: Model) -> str:
    """What the keys do in this market."""
    resets, figures = model.public.resets, model.figures
    usual = "all that you have not offered yet" if figures.energy else "one unit"
    parts = [QUOTING]
    if figures.many:
        parts.append(QUANTITY.format(usual=usual))
    parts.append(SENDING)
    if not model.own.collects:
        parts.append(TAKING.format(best="standing" if resets else "best"))
    return "".join([*parts, *([] if resets else [RESTING]), *([SETTING] if figures.energy else []), LEAVING])


def market_words(rules: PublicRules, figures: NumberFormat) -> str:
    """The public rules in sentences."""
    say = figures.price
    steps = f" in steps of {say(rules.tick)}" if rules.tick > 1 else ""
    whole = "" if figures.decimals else "whole "
    calls = rules.call.calls if rules.call else 1
    often = f"{calls} times a period" if calls > 1 else "at the period's end"
    sentences = [
        f"{rules.traders} traders, {rules.periods} periods.",
        f"Prices are {whole}numbers of {figures.unit} from {say(rules.price_min)} to {say(rules.price_max)}{steps}.",
        how_words(rules).format(calls=often),
        *([LEFT_OVER[rules.terms.order_life]] if calls > 1 else []),
        *([] if not rules.capabilities.has_book and rules.information != "quotes" else [SEEN[rules.information]]),
        *terms_words(rules, figures),
        "An order at a loss is refused." if rules.no_loss else "Nothing keeps you from trading at a loss: take care.",
    ]
    return " ".join(sentences)


def how_words(rules: PublicRules) -> str:
    """How trade goes, by what the market can do."""
    can = rules.capabilities
    if can.collects:
        return HOW["collects"]
    return HOW["resets_on_contract"] if can.resets_on_contract else HOW["has_book"]


def robots_words(model: Model) -> list[str]:
    """What is told of robots: that there may be some, how many there are now, and who takes a lost seat."""
    said, count, grace_s = [], model.public.robots, model.rules.takeover_after_s
    if model.rules.robots:
        now = "" if not count else f"; they hold {count} seat{'' if count == 1 else 's'} now"
        said.append(f"Some of the traders may be robots{now}.")
    if grace_s is not None:
        said.append(
            f"If your line is lost for more than {grace_s:g} s, a robot trades in your place until you are back;"
            " what its orders gain is not paid."
        )
    return said


def terms_words(rules: PublicRules, figures: NumberFormat) -> list[str]:
    """The experimenter's terms of trade and charges, where there are any."""
    terms, charges, say, unit = rules.terms, rules.charges, figures.price, figures.unit
    said = []
    if terms.price_ceiling is not None:
        said.append(f"Nobody may trade or quote above {say(terms.price_ceiling)} {unit}.")
    if terms.price_floor is not None:
        said.append(f"Nobody may trade or quote below {say(terms.price_floor)} {unit}.")
    if terms.quotes != "both":
        said.append(f"Only {terms.quotes} make quotes; the others take them.")
    if charges.commission:
        said.append(f"Each side of a contract pays a commission of {figures.money(charges.commission)}.")
    for role, tax in (("buyer", charges.tax_buyer), ("seller", charges.tax_seller)):
        if tax:
            word = "pays a tax" if tax > 0 else "gets a subsidy"
            said.append(f"A {role} {word} of {say(abs(tax))} {unit} on each unit.")
    return said
