"""Charges on trade: commission, and per-unit taxes or subsidies. They change what trade is worth, not its rules."""

from typing import Annotated

import msgspec
from msgspec import Meta

from p2p.base.units import PRICE_MAX, Money, Price, Quantity, Role

Charge = Annotated[int, Meta(ge=-PRICE_MAX, le=PRICE_MAX)]


class Charges(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Money that the experimenter takes (or, negative, gives), in the smallest unit of money."""

    commission: Annotated[int, Meta(ge=0, le=PRICE_MAX)] = 0
    """Of each side of a contract."""
    tax_buyer: Charge = 0
    """Of each unit that is bought; below 0 a subsidy."""
    tax_seller: Charge = 0
    """Of each unit that is sold; below 0 a subsidy."""

    def due(self, role: Role, quantity: Quantity) -> Money:
        """The charges on one side of a contract."""
        return self.commission + quantity * self.per_unit(role)

    def per_unit(self, role: Role) -> Price:
        """The tax on a unit for a role."""
        return self.tax_buyer if role == "buyer" else self.tax_seller


def gain(role: Role, value: Money, price: Price) -> Money:
    """The gain of one unit's trader, before charges."""
    return value - price if role == "buyer" else price - value


NO_CHARGES = Charges()
