"""A household's settings until it changes them: its battery's power, and the prices of auto-trade."""

from p2p.information.view_state import ViewState
from p2p.messages import SetBattery, SetReservation
from tui.entry.order_entry import NotPossible, price_typed
from tui.model.number_format import NumberFormat


def battery_set(view: ViewState, text: str) -> SetBattery | NotPossible:
    """The battery's power in W from the typed text (below 0 it gives), its own rule if there is none; or why not."""
    forecast = view.household.forecast if view.household else None
    if forecast is None or not forecast.capacity:
        return NotPossible("your house has no battery")
    if not text:
        return SetBattery()
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not (digits.isascii() and digits.isdigit()):
        return NotPossible("a battery's power is a whole number of W; with - before it the battery gives")
    if int(digits) > forecast.power_w:
        return NotPossible(f"your battery has {forecast.power_w} W at the most")
    return SetBattery(sign * int(digits))


def reservation_set(view: ViewState, text: str) -> SetReservation | NotPossible:
    """Auto-trade with the price that is typed for one's side, the other side's kept; off where nothing is typed."""
    if not text:
        return SetReservation()
    if view.own.role is None:
        return NotPossible("a limit is for buying or for selling, and in this period you do neither")
    price = price_typed(text, view.rules)
    if isinstance(price, NotPossible):
        return price
    now = view.household.reservation if view.household else SetReservation()
    return SetReservation(price, now.sell) if view.own.role == "buyer" else SetReservation(now.buy, price)


def auto_trade_words(limits: SetReservation, figures: NumberFormat) -> str:
    """The orders of auto-trade from the next interval on, in words."""
    does = [f"buys ≤{figures.price(limits.buy)}"] if limits.buy is not None else []
    does += [f"sells ≥{figures.price(limits.sell)}"] if limits.sell is not None else []
    return ", ".join(does) or "off"
