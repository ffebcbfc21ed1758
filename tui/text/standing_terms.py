"""The taxes and price controls of this period in a few words, for a line that always stands beside one's units."""

from p2p.base.units import Role
from p2p.information.view_state import ViewState
from tui.model.number_format import number_format


def standing_terms(view: ViewState) -> str:
    """`Gains after tax 20 a unit. Ceiling 150.`; nothing where there are neither."""
    charged, limits = ", ".join(_charges(view)), ", ".join(_controls(view))
    said = f"Gains after {charged}." if charged and view.seat is not None else charged.capitalize()
    return " ".join(part for part in (said, f"{limits[0].upper()}{limits[1:]}." if limits else "") if part)


def _charges(view: ViewState) -> list[str]:
    """One's own charges; both sides' where nobody's role is meant."""
    figures, charges = number_format(view.rules), view.rules.charges
    both: tuple[Role, Role] = ("buyer", "seller")
    roles = both if view.own.role is None else (view.own.role,)
    unit = "kWh" if figures.energy else "unit"
    said = []
    for role in roles:
        tax = charges.per_unit(role)
        whose = f"{role}s' " if view.own.role is None else ""
        if tax:
            said.append(f"{whose}{'tax' if tax > 0 else 'subsidy'} {figures.price(abs(tax))} a {unit}")
    if charges.commission:
        said.append(f"commission {figures.money(charges.commission)}")
    return said


def _controls(view: ViewState) -> list[str]:
    say, terms = number_format(view.rules).price, view.rules.terms
    named = (("ceiling", terms.price_ceiling), ("floor", terms.price_floor))
    return [f"{name} {say(price)}" for name, price in named if price is not None]
