"""The taxes and price controls of this period in a few words, for a line that always stands beside one's units."""

from p2p.base.units import Role
from p2p.information.view_state import ViewState
from tui.model.number_format import number_format
from tui.text.phrases import between_periods


def standing_terms(view: ViewState) -> str:
    """`Gains after tax 20 a unit. Ceiling 150.`; nothing where there are neither.

    In a break before other rules it says that they are the next period's: its units stand above.
    """
    charged, limits = ", ".join(_charges(view)), ", ".join(_controls(view))
    said = f"Gains after {charged}." if charged and view.seat is not None else charged.capitalize()
    words = " ".join(part for part in (said, f"{limits[0].upper()}{limits[1:]}." if limits else "") if part)
    coming = between_periods(view) and view.rules_before is not None and view.rules_from == view.clock.next_period
    return f"Next period: {words[0].lower()}{words[1:]}" if words and coming else words


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
