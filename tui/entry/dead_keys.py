"""Keys that have no effect here, and why: a key of the other role, or of another institution."""

from p2p.information.view_state import ViewState
from tui.entry.order_entry import TIMES, no_role
from tui.model.number_format import number_format

OF_ROLE = {"b": "buyer", "y": "buyer", "a": "seller", "s": "seller"}
ROLE_KEYS = {"buyer": "b bids, y buys", "seller": "a asks, s sells"}


def dead_key(view: ViewState, key: str) -> str:
    """Why a key that other markets, roles or moments have does nothing now, as a sentence; "" where it is unknown."""
    why = _why(view, key)
    return f"'{key}' does nothing now: {why}." if why else ""


def _why(view: ViewState, key: str) -> str:
    figures = number_format(view.rules)
    if key in OF_ROLE:
        return _other_role(view, key)
    if key in "cr":
        never = "a post stays for the period" if view.rules.capabilities.posts else "a quote cannot be taken back"
        return f"{never} in this market"
    if key in "wl":
        return "it is a household's key, and this market trades units"
    if key == "m":
        return "no message is on the screen"
    if key in (TIMES, "*", "×", " "):
        return "one unit is traded at a time in this market"
    if key in ".,":
        return f"prices are whole numbers of {figures.unit}"
    if key == "-":
        return "prices have no sign"
    return ""


def _other_role(view: ViewState, key: str) -> str:
    """Of the four keys of roles: why one of them is off."""
    role, can = view.own.role, view.rules.capabilities
    if role is None:
        return no_role(view).why
    if role != OF_ROLE[key]:
        return f"it is a {OF_ROLE[key]}'s key, and you are a {role}{_keys(view, role)}"
    if can.collects:
        return "in a call nothing can be accepted; type a price, and Enter sends it"
    return "nobody bids in this market; " + (
        "y buys at the lowest offer" if role == "buyer" else "buyers take your post"
    )


def _keys(view: ViewState, role: str) -> str:
    """One's own keys, where they are the usual ones."""
    plain = not view.collects and not view.rules.capabilities.posts
    return f" ({ROLE_KEYS[role]})" if plain else ""
