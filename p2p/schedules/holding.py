"""A trader's holding in a period: a role and steps of value or cost, best first, and how far it has traded them."""

from collections.abc import Iterable

from p2p.base.exact_sum import total
from p2p.base.units import Money, Price, Quantity, Role
from p2p.messages import Step
from p2p.scenario.charges import NO_CHARGES, Charges, gain

UNITS_LISTED_MAX = 100
"""Units of one value that are listed one by one; more are an amount, not a list."""


class Holding:
    """The steps of one trader in one period, used best first as it trades."""

    __slots__ = ("role", "steps", "total", "traded")

    def __init__(self, role: Role, steps: Iterable[Step]) -> None:
        self.role, self.steps = role, tuple(steps)
        self.total: Quantity = sum(step.quantity for step in self.steps)
        self.traded: Quantity = 0

    @property
    def units_left(self) -> Quantity:
        """The units that can still be traded."""
        return self.total - self.traded

    def unit_value(self) -> Money | None:
        """Value (or cost) of the next unit, None when none is left."""
        before = 0
        for step in self.steps:
            before += step.quantity
            if self.traded < before:
                return step.value
        return None

    def step_left(self) -> Quantity:
        """How many units are left at the value of the next one."""
        before = 0
        for step in self.steps:
            before += step.quantity
            if self.traded < before:
                return before - self.traded
        return 0

    def pieces(self, quantity: Quantity, skip: Quantity = 0) -> list[tuple[Money, Quantity]]:
        """The values of the next so many units (after `skip` of them), as (value, quantity)."""
        pieces = []
        start = self.traded + skip
        before = 0
        for step in self.steps:
            here = min(before + step.quantity, start + quantity) - max(before, start)
            if here > 0:
                pieces.append((step.value, here))
            before += step.quantity
        return pieces

    def worth(self, quantity: Quantity) -> Money:
        """The value (or cost) of the next so many units together."""
        return total(value * many for value, many in self.pieces(quantity))

    def trade(self, price: Price, quantity: Quantity, charges: Charges = NO_CHARGES) -> Money:
        """Use the next units at a price; returns the gain, charges taken."""
        assert quantity <= self.units_left, "nobody trades more than they hold"
        gained = total(gain(self.role, value, price) * many for value, many in self.pieces(quantity))
        self.traded += quantity
        return gained - charges.due(self.role, quantity)

    def gains(self, commitments: list[tuple[Price, Quantity]], charges: Charges = NO_CHARGES) -> list[Money]:
        """The least gain of each piece of such trades, in the order in which the units would go.

        A commission is paid per contract, and at worst each unit meets another order: it is taken from every one.
        """
        charge = charges.per_unit(self.role) + charges.commission
        gains, skip = [], 0
        for price, quantity in commitments:
            gains += [(gain(self.role, value, price) - charge) * many for value, many in self.pieces(quantity, skip)]
            skip += quantity
        return gains


def listed_values(steps: Iterable[Step]) -> list[Money]:
    """Value or cost of each unit, where units are few; of each step where they are Wh."""
    return [one.value for one in steps for _ in range(one.quantity if one.quantity <= UNITS_LISTED_MAX else 1)]
