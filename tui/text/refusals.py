"""The terminal's sentences: why an order was refused, why the connection is closed, the kind of an order."""

from collections.abc import Callable

from p2p.base.units import Price, Quantity
from p2p.messages import (
    Agree,
    Ask,
    Bid,
    Buy,
    Cancel,
    Message,
    Reason,
    Replace,
    Respond,
    Sell,
    SetBattery,
    SetReservation,
    TurnPage,
    Withdraw,
)
from p2p.sim.library.texts import catalogue
from tui.model.number_format import NumberFormat

NOT_LET_IN = 4004
"""The close code of one who is not let in: the server's words say why."""


def refused_sentence(reason: Reason) -> str:
    """Why an order was refused: words that come after a colon."""
    return catalogue().text(f"refused.{reason}")


def closed_sentence(code: int, why: str) -> str:
    """Why a connection is closed for good: ours for the codes that we know, else the words that came with it."""
    if code == NOT_LET_IN:
        return catalogue().text("closed.not_let_in", why=why)
    key = f"closed.{code}"
    if key in catalogue():
        return catalogue().text(key)
    return catalogue().text("closed.other", why=why or f"code {code}")


def order_words(message: Message | None, figures: NumberFormat | None = None) -> str:
    """An order in a few words."""
    say, times = (figures.price, figures.times) if figures else (str, _times)
    match message:
        case Bid(price=price, quantity=quantity):
            return f"bid {say(price)}{times(quantity)}"
        case Ask(price=price, quantity=quantity):
            return f"ask {say(price)}{times(quantity)}"
        case Buy(price=price, quantity=quantity):
            return f"buy{at(price, say)}{times(quantity)}"
        case Sell(price=price, quantity=quantity):
            return f"sell{at(price, say)}{times(quantity)}"
        case Replace(order=order, price=price, quantity=quantity):
            return f"replace #{order} by {say(price)}{times(quantity)}"
        case Cancel(order=order):
            return f"cancel #{order}"
        case SetBattery(target_w=target_w):
            return "battery by its own rule" if target_w is None else f"battery {target_w} W"
        case SetReservation(buy=buy, sell=sell):
            prices = [f"{word} {say(price)}" for word, price in (("buy", buy), ("sell", sell)) if price is not None]
            return f"auto-trade: {', '.join(prices) or 'off'}"
        case TurnPage() | Agree() | Respond() | Withdraw():
            return catalogue().text(f"stage.said.{message.directive}")
        case None:
            return "your earlier order"
        case other:
            return other.directive.replace("_", " ")


def at(price: Price | None, say: Callable[[Price], str] = str) -> str:
    """`` at 205``, or nothing where no price is meant."""
    return "" if price is None else f" at {say(price)}"


def _times(quantity: Quantity) -> str:
    return f" × {quantity}" if quantity != 1 else ""
